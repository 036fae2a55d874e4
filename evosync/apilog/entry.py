"""What is to become a row of the log: facts, ready, and bodies, which are masked later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CUT_BYTES = 64 * 1024
"""So much of a body is kept."""


class Outcome(StrEnum):
    """How a request ended."""

    OK = "ok"
    REFUSED = "refused"  # an error inside an answer that says 200, or a redirect
    CLIENT = "4xx"
    SERVER = "5xx"
    SILENT = "silent"  # no answer came


FAILURES = tuple(outcome for outcome in Outcome if outcome is not Outcome.OK)


class Service(StrEnum):
    """With whom."""

    EVOTOR = "evotor"
    VK = "vk"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """What was sent and answered, as it was, and the secrets that are known to be in it.

    The answer is `CUT_BYTES` long at most and a little over; `answer_bytes` is
    its whole size. `is_of_person` = fields that are not known are a person's.
    """

    asked: Mapping[str, str] | bytes | str = field(repr=False)
    answer: bytes = field(repr=False)
    answer_bytes: int
    secrets: tuple[str, ...] = field(default=(), repr=False)
    is_of_person: bool = False

    @property
    def size(self) -> int:
        """How much memory they hold, in bytes, about."""
        asked = self.asked
        sent = sum(map(len, asked.values())) if isinstance(asked, Mapping) else len(asked)
        return sent + len(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request; `at` is when it began, `detail` what it carried if the method does not tell."""

    at: datetime
    service: str
    method: str
    url: str
    status: int | None
    outcome: Outcome
    duration_ms: int
    error_code: str | None = None
    detail: str | None = None
    user_id: int | None = None
    run_id: int | None = None
    bodies: Bodies | None = None


def outcome_of(status: int | None, error_code: str | None) -> Outcome:
    """Tell how a request ended from its status and the error that its answer names."""
    if status is None:
        return Outcome.SILENT
    if status >= 500:
        return Outcome.SERVER
    if status >= 400:
        return Outcome.CLIENT
    return Outcome.REFUSED if status >= 300 or error_code is not None else Outcome.OK
