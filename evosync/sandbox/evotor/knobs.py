"""What Evotor's documentation leaves open, as switches of the fake cloud."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, kw_only=True)
class Knobs:
    """How this cloud behaves; tests turn these, the demo leaves them alone.

    Attributes:
        page_size: rows of one answer; Evotor's pages hold up to 1000.
        rate_limit: requests of one token to one path in a window. Evotor
            publishes no figure; ours lets every ordinary run pass, also one
            with pages of two rows.
        rate_window_s: length of that window in seconds.
        reset_unit: whether X-RateLimit-Reset counts seconds to wait or is an
            epoch second: the documentation says both.
        send_retry_after: whether a 429 also carries Retry-After.
        stock_right: whether the token may see `quantity`.
        strict_accept: 406 unless the v2 media type is asked for.
        strict_content_type: 415 for a body that is not declared as v2.
        strict_auth: only `Authorization: Bearer` is taken.
        strict_since: 400 for `since` beside a cursor instead of ignoring it.
        stock_bumps_updated_at: whether a sale moves `updated_at`.
        last_paging: `paging` of a last page: `{}`, left out, or a null cursor.

    """

    page_size: int = 1000
    rate_limit: int = 600
    rate_window_s: int = 60
    reset_unit: Literal["seconds", "epoch"] = "seconds"
    send_retry_after: bool = False
    stock_right: bool = True
    strict_accept: bool = False
    strict_content_type: bool = False
    strict_auth: bool = False
    strict_since: bool = False
    stock_bumps_updated_at: bool = True
    last_paging: Literal["empty", "absent", "null"] = "empty"
