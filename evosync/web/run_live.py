"""A run that has not ended, as it is looked at again and again: how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from evosync.db import run_progress, runs
from evosync.db.run_progress import SENT, Pace, Queue
from evosync.db.runs import Run, RunTrigger
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.russian import counted_noun
from evosync.spoken import plural
from evosync.web.auth import user_of
from evosync.web.change_words import ShownChange, say_change
from evosync.web.run_words import STAGE_TITLES, TRIGGERS, left_in_words, stages_of
from evosync.web.state import state_of
from evosync.web.view import fragment

LATEST = 7  # changes that are shown
CALLS_A_REQUEST = 25
"""What VK takes in one request at most (contracts: execute)."""

_LEAST_SPAN_S = 3.0  # over less, a pace is chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What stands in the database of a run at one moment; all that is shown follows from it."""

    run: Run
    outcomes: Mapping[str, int]
    queue: Queue | None = None

    @property
    def mark(self) -> object:
        """What is another one as soon as there is something new to see."""
        run = self.run
        return (
            *(run.status, run.stage, run.planned, run.cancel_asked_at, run.finished_at),
            *(sorted(self.outcomes.items()), self.queue),
        )

    @property
    def sent(self) -> int:
        """How many changes were sent, whatever became of them."""
        return sum(self.outcomes.get(name, 0) for name in SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage on the stepper."""

    number: int
    title: str
    mark: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun:
    """What the page shows of it. No `left` = nobody knows yet; no `planned` = nothing counted."""

    id: int
    sentence: str
    is_ended: bool
    is_asked_to_end: bool
    sent: int
    planned: int | None
    planned_noun: str
    left: str | None
    done: int
    failed: int
    uncertain: int
    asked: str
    since: datetime
    has_begun: bool
    steps: tuple[Step, ...]
    latest: tuple[ShownChange, ...]


async def read_look(tx: Tx, run_id: int, user_id: int) -> Look | None:
    """Look at a user's run; None when there is none of this number, or it is another's."""
    run = await runs.find_run(tx, run_id)
    if run is None or run.user_id != user_id:
        return None
    outcomes = await run_progress.count_outcomes(tx, run_id)
    queue = None
    if run.status is RunStatus.QUEUED:
        queue = await run_progress.find_queue(tx, run_id, user_id)
    return Look(run=run, outcomes=outcomes, queue=queue)


async def make_live(request: Request, tx: Tx, look: Look) -> LiveRun:
    """Make of a look what the page shows; it reads the last changes besides."""
    state, run = state_of(request), look.run
    pace = await run_progress.find_pace(tx, run.id) if run.stage == "apply" else None
    latest = await run_progress.list_latest(tx, run.id, LATEST)
    fastest = CALLS_A_REQUEST * state.opened.settings.vk_requests_per_second
    now = state.opened.clock()
    seconds = None if run.finished_at else seconds_left(look, pace, now, fastest)
    return LiveRun(
        id=run.id,
        sentence=_sentence(look),
        is_ended=run.finished_at is not None,
        is_asked_to_end=run.cancel_asked_at is not None,
        sent=look.sent,
        planned=run.planned,
        planned_noun=counted_noun(run.planned or 0, "изменения", "изменений", "изменений"),
        left=None if seconds is None else left_in_words(seconds),
        done=look.outcomes.get("done", 0),
        failed=look.outcomes.get("failed", 0),
        uncertain=look.outcomes.get("uncertain", 0),
        asked=asked_in_words(run, user_of(request).id),
        since=run.started_at or run.queued_at,
        has_begun=run.started_at is not None,
        steps=tuple(_steps(look)),
        latest=tuple(map(say_change, latest)),
    )


def live_part(request: Request, live: LiveRun) -> str:
    """Make the part of the page that changes, as streams and polls carry it."""
    return fragment(request, "runs/live.html", live=live)


def seconds_left(look: Look, pace: Pace | None, now: datetime, fastest: float) -> float | None:
    """Tell how long a run will still take: by the pace of its last changes, in seconds.

    None while there is no pace yet. VK takes no more than `fastest` changes a
    second, however quickly the last ones went.
    """
    if pace is None or look.run.planned is None:
        return None
    rest = look.run.planned - look.sent
    span = (now - pace.since).total_seconds()
    if rest <= 0 or span < _LEAST_SPAN_S:
        return None
    return max(rest * span / pace.number, rest / fastest)


def asked_in_words(run: Run, viewer_id: int) -> str:
    """Say who began a run, to the person who looks."""
    if run.trigger is RunTrigger.BUTTON and run.asked_by == viewer_id:
        return "вами"
    return TRIGGERS[run.trigger]


_NOW: Mapping[str, str] = {
    "shop": "читаем кассу",
    "market": "читаем VK",
    "plan": "сравниваем",
    "apply": "отправляем изменения в VK",
    "check": "проверяем результат",
}
_LEAVE = "Ничего делать не нужно, страницу можно закрыть."


def _sentence(look: Look) -> str:
    run = look.run
    if run.finished_at is not None:
        return "Запуск закончился."
    if run.cancel_asked_at is not None:
        return "Останавливаем: начатое доделаем и остановимся."
    if run.status is RunStatus.QUEUED:
        return f"В очереди: {_waiting(look.queue)}. {_LEAVE}"
    return f"Идёт: {_NOW.get(run.stage or '', 'начинаем')}. {_LEAVE}"


def _waiting(queue: Queue | None) -> str:
    if queue is None or not (queue.own_run_id or queue.before or queue.going_on):
        return "сейчас начнётся"
    if queue.own_run_id is not None:
        return f"начнётся, когда закончится запуск №\u00a0{queue.own_run_id}"
    if queue.before:
        before = plural(queue.before, "запуск", "запуска", "запусков")
        return f"впереди {before} других магазинов"
    return "начнётся, как только освободится место"


def _steps(look: Look) -> list[Step]:
    stages = stages_of(look.run.kind)
    stage = look.run.stage
    reached = stages.index(stage) if stage in stages else -1
    is_over = look.run.status in {RunStatus.DONE, RunStatus.PARTIAL, RunStatus.HELD}
    steps = []
    for place, name in enumerate(stages):
        later, now, past = STAGE_TITLES[name]
        if place < reached or is_over:
            title, mark = past, "done"
        elif place == reached and look.run.finished_at is None:
            title, mark = now, "now"
        else:
            title, mark = later, "later"
        steps.append(Step(number=place + 1, title=title, mark=mark, text=_told(name, mark, look)))
    return steps


def _told(stage: str, mark: str, look: Look) -> str | None:
    planned = look.run.planned
    if planned is None or mark == "later":
        return None
    if stage == "plan" and mark == "done":
        if not planned:
            return "Всё уже совпадает"
        return plural(planned, "изменение", "изменения", "изменений")
    if stage == "apply" and planned:
        return f"{look.sent} из {planned}"
    return None
