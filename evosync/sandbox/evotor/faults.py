"""The troubles of the fake Evotor cloud: what a fault matches by, and the headers of its 429."""

import re
from dataclasses import dataclass
from typing import Literal

from evosync.sandbox.evotor.knobs import ResetUnit
from evosync.sandbox.evotor.limiter import quota_headers, reset_header
from evosync.sandbox.faults import Fault

_PATTERN = re.compile(r"\*\*|\*|[^*]+")
_ANY_PATH = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvotorFault(Fault):
    """A trouble for the next requests to some path.

    Attributes:
        path: below the API's base; `*` is any one part of it, `**` any rest.
        verb: GET, PATCH and so on; None: any.
        token: of whose requests; None: of anyone's.
        retry_after_s: Retry-After, for a 429.
        reset_in_s: X-RateLimit-Reset, in seconds from now; the other two
            headers of the quota come with it.
        reset_unit: how that is written, seconds to wait or an epoch second.

    """

    path: str = _ANY_PATH
    verb: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    token: str | None = None
    retry_after_s: int | None = None
    reset_in_s: int | None = None
    reset_unit: ResetUnit = "seconds"

    def __post_init__(self) -> None:
        """Refuse what makes no sense; raises ValueError."""
        Fault.__post_init__(self)
        if self.path != _ANY_PATH and not self.path.startswith("/"):
            raise ValueError("path begins with a slash, or is **")
        quota = (self.retry_after_s, self.reset_in_s)
        if self.status is None and quota != (None, None):
            raise ValueError("retry_after_s and reset_in_s need a status")

    def strikes(self, verb: str, path: str, token: str) -> bool:
        """Tell whether such a request matches."""
        return (
            self.verb in {None, verb}
            and self.token in {None, token}
            and _expression(self.path).fullmatch(path) is not None
        )

    def headers(self, limit: int, now: float) -> dict[str, str]:
        """Return the headers of the answer that the status makes."""
        headers: dict[str, str] = {}
        if self.reset_in_s is not None:
            headers = quota_headers(limit, 0)
            headers["X-RateLimit-Reset"] = reset_header(now + self.reset_in_s, now, self.reset_unit)
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return headers


def _expression(pattern: str) -> re.Pattern[str]:
    parts = {"**": ".*", "*": "[^/]+"}
    return re.compile(
        "".join(parts.get(part) or re.escape(part) for part in _PATTERN.findall(pattern))
    )
