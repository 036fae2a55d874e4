"""One request and what came of it, as whoever writes such things down is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that ended; nothing of it is masked but `url`.

    `status` None = no whole answer came, and `cause` is the kind of error.
    `upload_bytes` is the size of the files that went with it.
    """

    service: str
    method: str
    url: str
    status: int | None
    seconds: float
    cause: str = ""
    answer: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    upload_bytes: int | None = None
