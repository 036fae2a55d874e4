"""What happens in a running service, told to whoever counts it; by default nobody does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.changes import Outcome
from evosync.engine.report import RunStatus
from evosync.outbound.exchange import Exchange
from evosync.outbound.ports import QuotaWatch, Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """A run or a reading that ended."""

    kind: RunKind
    trigger: RunTrigger
    status: RunStatus
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request of somebody's that was answered; `route` None = it led to no page.

    `seconds` are until the end of the answer, of a stream of events until its beginning.
    """

    route: str | None
    method: str
    status: int
    seconds: float


class Tally(Recorder, QuotaWatch, Protocol):
    """Counts what it is told. None of these waits or raises."""

    def run_ended(self, run: EndedRun) -> None:
        """Take note of a run that ended."""
        ...

    def changes_ended(self, outcomes: Sequence[Outcome]) -> None:
        """Take note of what became of changes, the moment it is committed."""
        ...

    def round_ended(self, name: str, *, has_failed: bool) -> None:
        """Take note of a round of the scheduler that ended."""
        ...

    def answered(self, answered: Answered) -> None:
        """Take note of a request of somebody's that was answered."""
        ...

    def called(self, kind: str, status: int | None) -> None:
        """Take note of a webhook; `status` None = its caller did not wait for the answer."""
        ...


class NoTally:
    """Counts nothing; implements Tally."""

    def record(self, exchange: Exchange) -> None:
        """Ignore an exchange."""

    def waited(self, seconds: float) -> None:
        """Ignore a wait."""

    def paused(self) -> None:
        """Ignore a pause."""

    def run_ended(self, run: EndedRun) -> None:
        """Ignore a run."""

    def changes_ended(self, outcomes: Sequence[Outcome]) -> None:
        """Ignore changes."""

    def round_ended(self, name: str, *, has_failed: bool) -> None:
        """Ignore a round."""

    def answered(self, answered: Answered) -> None:
        """Ignore an answer."""

    def called(self, kind: str, status: int | None) -> None:
        """Ignore a webhook."""


NOBODY: Tally = NoTally()
"""Who counts where no METRICS_TOKEN is set."""


@dataclass(frozen=True, slots=True)
class Recorders:
    """Tells each of them of an exchange; implements Recorder."""

    each: tuple[Recorder, ...]

    def record(self, exchange: Exchange) -> None:
        """Tell everybody."""
        for recorder in self.each:
            recorder.record(exchange)
