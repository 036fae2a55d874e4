"""The record of a run: counts, problems, and how it ended."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from evosync.catalog.item import Draft
from evosync.catalog.problem import Problem
from evosync.engine.applied import Applied, Stop
from evosync.engine.changes import (
    NOT_SENT,
    AddAlbum,
    Adopt,
    Change,
    Create,
    Delete,
    Done,
    EditAlbum,
    Failed,
    Hide,
    Outcome,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    Uncertain,
    Update,
    Zero,
)
from evosync.engine.held import Divided, Held, join_held, make_held
from evosync.engine.live import find_live_after
from evosync.engine.report_problems import ALBUM_CAPS, find_problems, find_waiting, still_true
from evosync.errors import EvoSyncError, NeedsPerson


class RunStatus(StrEnum):
    """How a run stands or ended."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"  # a planned change failed or was put off
    HELD = "held"  # waits for a yes to its plan
    PAUSED = "paused"  # a person must mend a connection
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a run cost: requests to both services, API calls of VK, seconds of wall time."""

    evotor_requests: int = 0
    vk_requests: int = 0
    vk_calls: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run, from fetch to apply. `retry_at` asks for another run at that moment.

    `goes_on` asks for one at once: this one's time was over, or its settings changed.
    `error` is what ended the run early; the counts are of what was done
    before it. In a dry run they are of what would be done. `divided` tells
    what of the plan went and what waits, None when there was no plan.
    """

    status: RunStatus
    plan: Plan
    divided: Divided | None = None
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    left: int = 0
    effort: Effort = Effort()
    retry_at: datetime | None = None
    error: EvoSyncError | None = None
    is_dry: bool = False
    goes_on: bool = False

    def counts(self) -> dict[str, int]:
        """Count what was done (of a dry run: what would be), by the names of `sync --json`."""
        changes: Iterable[Change]
        if self.is_dry:
            changes = self.divided.go if self.divided else ()
        else:
            changes = (outcome.change for outcome in self.outcomes if isinstance(outcome, Done))
        # An item that was edited in two calls is one that was edited.
        done = Counter(
            name for name, _ in {(_count_name(one), _about_what(one)) for one in changes}
        )
        names = ("created", "updated", "hidden", "restored", "deleted", "relinked")
        return {name: done[name] for name in names} | {
            "unchanged": self.plan.unchanged,
            "skipped": self.plan.skipped,
            "failed": len(
                {
                    (type(one.change), _about_what(one.change))
                    for one in self.outcomes
                    if _is_failure(one)
                }
            ),
            "held": len(self.held.members) if self.held else 0,
            "albums_created": done["albums_created"],
        }

    @property
    def is_empty(self) -> bool:
        """Whether the run found nothing to do, and nothing kept it from looking."""
        is_idle = not self.divided.go if self.divided else not self.plan.changes
        return is_idle and self.held is None and self.status is RunStatus.DONE

    @property
    def held(self) -> Held | None:
        """What waits for a person's yes."""
        return self.divided.held if self.divided else None

    @property
    def left_by_answer(self) -> Held | None:
        """What a person said to leave as it stands, and may still say yes to."""
        return self.divided.left if self.divided else None

    @property
    def live_items(self) -> int | None:
        """How many items of ours are on sale after the run; None when nobody knows."""
        if self.divided is None:
            return None
        return len(find_live_after(self.divided.live, self.outcomes))


def make_report(
    plan: Plan,
    divided: Divided,
    applied: Applied,
    *,
    effort: Effort,
    drafts: Mapping[str, Draft],
    is_dry: bool,
) -> RunReport:
    """Sum up a run whose plan was made, divided, and carried out as far as `applied` tells.

    `drafts` are those the plan was made of, by product id.
    """
    failures = tuple(find_problems(plan, applied, drafts))
    problems = (*still_true(plan.problems, applied), *find_waiting(divided), *failures)
    divided = _with_first_items(divided, applied, failures)
    return RunReport(
        status=RunStatus.DONE if is_dry else _status(plan, divided, applied),
        plan=plan,
        divided=divided,
        outcomes=applied.outcomes,
        # Both calls for one item may tell the same.
        problems=tuple(
            {(one.product_id, one.store_id, one.code, one.reason): one for one in problems}.values()
        ),
        left=applied.left,
        effort=effort,
        error=applied.error,
        is_dry=is_dry,
        goes_on=applied.left > 0 and applied.is_cut and applied.error is None,
    )


def _with_first_items(divided: Divided, applied: Applied, problems: Iterable[Problem]) -> Divided:
    """Add to what waits, or is left, that the first items of a push differ from what was sent."""
    if applied.stopped not in {Stop.DIFFERS, Stop.LEFT}:
        return divided
    first = make_held(
        (one.member for one in applied.mismatches),
        [one.reason for one in problems if one.code in {"canary_differs", "left"}],
    )
    if applied.stopped == Stop.LEFT:
        return replace(divided, left=join_held(divided.left, first))
    return replace(divided, held=join_held(divided.held, first))


def _status(plan: Plan, divided: Divided, applied: Applied) -> RunStatus:
    if applied.stopped == "cancelled":
        return RunStatus.CANCELLED
    if applied.error is not None:
        return status_of(applied.error)
    if divided.held is not None:
        return RunStatus.HELD
    incomplete = (
        applied.left
        or applied.stopped is not None
        or any(
            isinstance(outcome, Uncertain) or _is_unsent(outcome) or _is_failure(outcome)
            for outcome in applied.outcomes
        )
    )
    # A store that is not paid for is the owner's choice and leaves a run done;
    # one that could not be read whole is unfinished work.
    unread = any(problem.code == "store_unreadable" for problem in plan.problems)
    return RunStatus.PARTIAL if incomplete or unread else RunStatus.DONE


def status_of(error: EvoSyncError) -> RunStatus:
    """Tell how a run ends that met this error."""
    return RunStatus.PAUSED if isinstance(error, NeedsPerson) else RunStatus.FAILED


def _count_name(change: Change) -> str | None:
    match change:
        case Create() | Adopt(is_intended=True):
            return "created"
        case Adopt() | Relink():
            return "relinked"
        case Update() | Zero():
            return "updated"
        case Hide():
            return "hidden"
        case Restore():
            return "restored"
        case Delete():
            return "deleted"
        case AddAlbum():
            return "albums_created"
        case _:
            return None


def _about_what(change: Change) -> object:
    """Tell what a change is about: a product, an item, an album, or places in it."""
    match change:
        case Create(draft=draft):
            return draft.product_id
        case AddAlbum(key=key):
            return key
        case PutInAlbum(key=key, product_ids=product_ids):
            return key, product_ids
        case TakeAlbum(link=album) | EditAlbum(link=album):
            return album.album_id
        case _:
            return change.link.item_id


def _is_unsent(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.code == NOT_SENT


def _is_failure(outcome: Outcome) -> bool:
    """Tell whether VK refused a change; a cap of albums is a note on what is published."""
    return isinstance(outcome, Failed) and outcome.code not in {NOT_SENT, *ALBUM_CAPS}
