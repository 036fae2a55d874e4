"""What Evotor may answer instead of data, as errors named by what happens next."""

from datetime import datetime
from typing import ClassVar

from evosync.errors import NeedsPerson, TryLater

NOT_PAID = 402  # the app is not installed on, or not paid for, the terminals of that store
FORBIDDEN = 403  # the app lacks the right to this method

_NO_CONTACT = "Нет связи с Эвотором: {why}."
_WHY_REFUSED = {
    NOT_PAID: "приложение не оплачено",
    FORBIDDEN: "у приложения нет права читать магазины и товары",
}


class Unread(TryLater):
    """Something could not be read now; `why` is a Russian phrase without a full stop."""

    sentence: ClassVar = _NO_CONTACT
    code_for_programs: ClassVar = "connection_broken"

    def __init__(self, why: str, *, cause: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(
            self.sentence.format(why=why),
            code=self.code_for_programs,
            cause=cause,
            retry_at=retry_at,
        )
        self.why = why


class Busy(Unread):
    """The quota stayed spent for longer than a run waits."""

    sentence: ClassVar = "{why}: продолжим позже."
    code_for_programs: ClassVar = "evotor_busy"


class Refused(NeedsPerson):
    """Evotor knows us and says no: `NOT_PAID` or `FORBIDDEN`, often for one store only."""

    def __init__(self, status: int) -> None:
        self.why = _WHY_REFUSED[status]
        super().__init__(
            _NO_CONTACT.format(why=self.why), code="connection_broken", cause=str(status)
        )
        self.status = status


def dead_token(cause: str) -> NeedsPerson:
    """Make the error of a token that Evotor does not take."""
    return NeedsPerson(
        "Нет связи с Эвотором: ключ доступа не подходит или отозван. Подключите Эвотор заново.",
        code="connection_broken",
        cause=cause,
    )
