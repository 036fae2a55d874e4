"""The root errors, named by what happens next and not by where they arose."""

from datetime import datetime


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
    """The run ends and is tried again, at `retry_at` (aware UTC) if that is known."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "vk_busy",
        cause: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message, code=code, cause=cause)
        self.retry_at = retry_at


class NeedsPerson(EvoSyncError):
    """A person must act outside the program; `link` is where, if anywhere."""

    def __init__(
        self, message: str, *, code: str, cause: str = "", link: str | None = None
    ) -> None:
        super().__init__(message, code=code, cause=cause)
        self.link = link


class Misconfigured(EvoSyncError):
    """A setting, a file or the database cannot be used; the start stops."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}", code="settings")
        self.name = name
        self.why = why
