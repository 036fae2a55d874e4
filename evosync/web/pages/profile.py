"""`/profile`: whether all is well, what goes on, and what waits for the shop's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import problems, runs, sync
from evosync.db.problems import ProblemCount
from evosync.db.runs import Run, RunKind
from evosync.engine.report import RunStatus
from evosync.web.auth import user_of
from evosync.web.connection_cards import Card, Ends, ShownState, read_ends
from evosync.web.flash import Kind
from evosync.web.reasons import reason_of
from evosync.web.state import state_of
from evosync.web.view import render

SHOWN_PROBLEMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """How the last run ended, and what it did."""

    state: Kind
    status_word: str
    finished_at: datetime | None
    counts: list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProblem:
    """A reason, and how many products it keeps."""

    state: Kind
    sentence: str
    count: int


_RUN_WORDS: dict[RunStatus, tuple[Kind, str]] = {
    RunStatus.QUEUED: ("secondary", "В очереди"),
    RunStatus.RUNNING: ("secondary", "Идёт"),
    RunStatus.DONE: ("success", "Готово"),
    RunStatus.PARTIAL: ("warning", "Не всё"),
    RunStatus.HELD: ("warning", "Ждёт вас"),
    RunStatus.PAUSED: ("warning", "Ждёт вас"),
    RunStatus.CANCELLED: ("secondary", "Отменён"),
    RunStatus.FAILED: ("danger", "Не вышло"),
}
_COUNTS = (
    ("created", "новых"),
    ("updated", "изменено"),
    ("hidden", "скрыто"),
    ("failed", "ошибок"),
)


async def show(request: Request) -> Response:
    """Show the page; it reads what runs and checks wrote down, and asks nobody else."""
    user = user_of(request)
    async with state_of(request).database.read() as tx:
        ends = await read_ends(request, tx, user.id)
        config = await sync.get_config(tx, user.id)
        # A dry run, or a reading of the shop alone, does not make VK equal to the till.
        recent = await runs.list_runs(tx, user.id, limit=2, kind=RunKind.MIRROR)
        counted = await problems.count_problems(tx, user.id)
    latest = next(iter(recent), None)
    waiting = [each for each in counted if reason_of(each.code).waits]
    # While one goes on, the one before it tells more.
    ended = next((run for run in recent if run.finished_at is not None), latest)
    return render(
        request,
        "profile/home.html",
        shop_name=_shop_name(ends),
        state=_state(ends.cards, latest, is_enabled=config.enabled),
        connections=ends.cards,
        last_run=None if ended is None else _run(ended),
        problems=[_problem(each) for each in waiting[:SHOWN_PROBLEMS]],
    )


def _shop_name(ends: Ends) -> str:
    if ends.evotor is None:
        return "Главная"
    return ends.evotor.store_name or "Магазин"


def _state(ends: Sequence[Card], last: Run | None, *, is_enabled: bool) -> ShownState:
    if not ends:
        return ShownState(kind="secondary", sentence="Пока ничего не подключено.")
    for end in ends:
        if end.kind == "danger":
            return ShownState(kind="danger", sentence=f"Нет связи: {end.title}.")
        if end.trouble is not None:
            told = end.trouble.title.rstrip(".")
            return ShownState(kind=end.kind, sentence=f"{end.title}: {told}.")
    if len(ends) == 1:
        missing = "ВКонтакте" if ends[0].service == "evotor" else "Эвотор"
        return ShownState(kind="warning", sentence=f"Осталось подключить {missing}.")
    if not is_enabled:
        return ShownState(kind="secondary", sentence="Синхронизация выключена.")
    if last is None:
        return ShownState(kind="secondary", sentence="Первый запуск скоро начнётся.")
    return ShownState(kind=_RUN_WORDS[last.status][0], sentence=_RUN_SENTENCES[last.status])


_RUN_SENTENCES = {
    RunStatus.QUEUED: "Запуск ждёт своей очереди.",
    RunStatus.RUNNING: "Идёт запуск.",
    RunStatus.DONE: "Всё работает: после последнего запуска VK равен кассе.",
    RunStatus.PARTIAL: "Последний запуск сделал не всё: остальное — в следующий раз.",
    RunStatus.HELD: "Запуск ждёт вашего решения.",
    RunStatus.PAUSED: "Запуск остановлен: нужно ваше участие.",
    RunStatus.CANCELLED: "Последний запуск отменён.",
    RunStatus.FAILED: "Последний запуск не удался: повторим по расписанию.",
}


def _run(last: Run) -> ShownRun:
    state, word = _RUN_WORDS[last.status]
    counts = [(last.counts.get(name, 0), told) for name, told in _COUNTS]
    return ShownRun(
        state=state,
        status_word=word,
        finished_at=last.finished_at,
        counts=counts if last.finished_at else [],
    )


def _problem(counted: ProblemCount) -> ShownProblem:
    reason = reason_of(counted.code)
    return ShownProblem(state=reason.kind, sentence=reason.told, count=counted.count)
