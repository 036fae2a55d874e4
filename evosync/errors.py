"""The root errors, named by what happens next and not by where they arose."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What an outside service wants left alone for a while: a method, and its code for that."""

    method: str
    code: int


class EvoSyncError(Exception):
    """Something a person can be told in one sentence.

    `message` is that sentence, in Russian; `code` is its short name for
    programs (the codes of the problem list, such as `vk_captcha`); `cause`
    is the outside world's own words for the log, already free of secrets.
    """

    def __init__(self, message: str, *, code: str, cause: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.cause = cause


class TryLater(EvoSyncError):
    """The run ends and is tried again, at `retry_at` (aware UTC) if that is known.

    `rest` is what is not to be asked for until then, if it was that.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "vk_busy",
        cause: str = "",
        retry_at: datetime | None = None,
        rest: Rest | None = None,
    ) -> None:
        super().__init__(message, code=code, cause=cause)
        self.retry_at = retry_at
        self.rest = rest


class NeedsPerson(EvoSyncError):
    """A person must act outside the program; `link` is where, if anywhere."""

    def __init__(
        self, message: str, *, code: str, cause: str = "", link: str | None = None
    ) -> None:
        super().__init__(message, code=code, cause=cause)
        self.link = link


class Misconfigured(EvoSyncError):
    """A setting, a file or the database cannot be used; the start stops.

    `code` is another than "settings" where that may mend itself ("no_room").
    """

    def __init__(self, name: str, why: str, *, code: str = "settings") -> None:
        super().__init__(f"{name}: {why}", code=code)
        self.name = name
        self.why = why
