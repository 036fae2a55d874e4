"""What Evotor's documentation leaves open or warns of, as switches of the fake cloud."""

from dataclasses import dataclass
from typing import Literal

ResetUnit = Literal["seconds", "epoch"]
Listing = Literal["stores", "product-groups", "products", "documents"]


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
        bare_lists: v2's lists are arrays without an envelope and without pages.
        spoiled_lists: the lists that the switches below spoil, and their rows
            asked for singly; the other lists stay right.
        spoiled_stores: ids of the stores whose lists they spoil; none: all. The
            list of stores itself is of no store and is not asked about.
        listed_share: the first part of a list that is shown, as if it were the
            whole; 0 shows nothing. Its rows can all be asked for singly.
        unlisted_stores: ids of stores left out of `GET /stores`.
        cursors: a list's pages end; or from the second on each names its own
            cursor as the next; or ever new cursors lead to empty pages.
        repeats_rows: each page begins with the last row of the page before it.
        quantities: as they are; negative; with a half more; as text; as empty text.
        product_type: the type that every product shows instead of its own.
        absent_fields: fields that no row has.
        null_fields: fields that are null in each row.
        sends_nulls: whether empty optional fields are null instead of left out.
        unknown_fields: whether rows have fields that no documentation names.

    """

    page_size: int = 1000
    rate_limit: int = 600
    rate_window_s: int = 60
    reset_unit: ResetUnit = "seconds"
    send_retry_after: bool = False
    stock_right: bool = True
    strict_accept: bool = False
    strict_content_type: bool = False
    strict_auth: bool = False
    strict_since: bool = False
    stock_bumps_updated_at: bool = True
    last_paging: Literal["empty", "absent", "null"] = "empty"
    bare_lists: bool = False
    spoiled_lists: tuple[Listing, ...] = ("products",)
    spoiled_stores: tuple[str, ...] = ()
    listed_share: float = 1.0
    unlisted_stores: tuple[str, ...] = ()
    cursors: Literal["end", "repeat", "grow"] = "end"
    repeats_rows: bool = False
    quantities: Literal["true", "negative", "fractional", "text", "empty"] = "true"
    product_type: str | None = None
    absent_fields: tuple[str, ...] = ()
    null_fields: tuple[str, ...] = ()
    sends_nulls: bool = False
    unknown_fields: bool = False
