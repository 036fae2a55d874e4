"""`/profile`: whether all is well, what goes on, and what waits for the shop's owner."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.catalog.problem import NOTES, Problem
from evosync.db import connections, problems, runs, sync
from evosync.db.accounts import User
from evosync.db.connections import Health
from evosync.db.problems import ProblemCount
from evosync.db.runs import Run, RunKind
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.web.auth import user_of
from evosync.web.flash import Kind
from evosync.web.state import state_of
from evosync.web.view import render

SHOWN_PROBLEMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConnection:
    """One end of the mirror as its card shows it."""

    service: str
    title: str
    icon: str
    detail: str
    state: Kind
    word: str
    checked_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownState:
    """The sentence under a page's title, and which of the four states it is of."""

    kind: Kind
    sentence: str


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
# Notes, and why something is not in VK though nothing is wrong: it is as the till says, or
# soon will be.
WAIT_FOR_NOBODY = NOTES | {"not_for_sale", "forbidden_type", "left", "checking", "vk_busy"}
_BROKEN = frozenset({"vk_rejected", "vk_error", "photo_refused"})


async def show(request: Request) -> Response:
    """Show the page; it reads what runs and checks wrote down, and asks nobody else."""
    user = user_of(request)
    async with state_of(request).database.read() as tx:
        ends = await _connections(tx, user)
        config = await sync.get_config(tx, user.id)
        # A dry run, or a reading of the shop alone, does not make VK equal to the till.
        recent = await runs.list_runs(tx, user.id, limit=2, kind=RunKind.MIRROR)
        counted = await problems.count_problems(tx, user.id)
    latest = next(iter(recent), None)
    waiting = [each for each in counted if each.code not in WAIT_FOR_NOBODY]
    # While one goes on, the one before it tells more.
    ended = next((run for run in recent if run.finished_at is not None), latest)
    return render(
        request,
        "profile/home.html",
        shop_name=next((end.detail for end in ends if end.service == "evotor"), "Главная"),
        state=_state(ends, latest, is_enabled=config.enabled),
        connections=ends,
        last_run=None if ended is None else _run(ended),
        problems=[_problem(each) for each in waiting[:SHOWN_PROBLEMS]],
    )


async def _connections(tx: Tx, user: User) -> list[ShownConnection]:
    shown = []
    evotor = await connections.find_evotor(tx, user.id)
    if evotor is not None:
        detail = evotor.store_name or "Магазин"
        shown.append(_connection("evotor", "Эвотор", "shop", detail, evotor.health))
    vk = await connections.find_vk(tx, user.id)
    if vk is not None:
        detail = vk.community_name or f"Сообщество {vk.community_id}"
        shown.append(_connection("vk", "ВКонтакте", "chat-dots", detail, vk.health))
    return shown


def _connection(
    service: str, title: str, icon: str, detail: str, health: Health
) -> ShownConnection:
    state: Kind = "success" if health.is_online else "danger"
    word = "В порядке" if health.is_online else "Сломано"
    if health.last_checked_at is None:
        state, word = "secondary", "Не проверялось"
    return ShownConnection(
        service=service,
        title=title,
        icon=icon,
        detail=detail,
        state=state,
        word=word,
        checked_at=health.last_checked_at,
        error=health.last_error,
    )


def _state(ends: list[ShownConnection], last: Run | None, *, is_enabled: bool) -> ShownState:
    if not ends:
        return ShownState(kind="secondary", sentence="Пока ничего не подключено.")
    for end in ends:
        if end.state == "danger":
            return ShownState(kind="danger", sentence=f"Нет связи: {end.title}.")
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
    state: Kind = "danger" if counted.code in _BROKEN else "warning"
    example = Problem(product_id="", store_id="", name="", code=counted.code, detail=counted.detail)
    return ShownProblem(state=state, sentence=example.reason, count=counted.count)
