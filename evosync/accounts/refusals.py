"""How an act on an account is refused: one Russian sentence each, beside a field if it is one's."""

from datetime import timedelta

from evosync.errors import EvoSyncError

_MINUTE = 60


class Refused(EvoSyncError):
    """What was asked cannot be done; `field` is the form's field that it is about, or ""."""

    def __init__(self, message: str, *, field: str = "", code: str = "refused") -> None:
        super().__init__(message, code=code)
        self.field = field


class NotThere(Refused):
    """What it was asked about is not there, or not any more."""


class NoSuchUser(NotThere):
    """There is no such account any more."""

    def __init__(self) -> None:
        super().__init__("Такой учётной записи нет.", code="no_such_user")


class LinkVoid(EvoSyncError):
    """A one-time link that does nothing any more, or never did."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="link_void")


class TooMany(EvoSyncError):
    """Asked too often; what is asked again after `wait` is looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.wait_s = max(1, int(wait.total_seconds()))
        minutes = -(-self.wait_s // _MINUTE)
        super().__init__(f"Слишком много попыток. Попробуйте через {minutes} мин.", code="too_many")
