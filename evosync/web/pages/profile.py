"""`/profile`: whether all is well, what goes on, and what waits for the shop's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog, due, problem_list, runs, shop_numbers, sync
from evosync.db.links import Place
from evosync.db.problem_list import Listed
from evosync.db.runs import Run, RunKind
from evosync.db.selection import get_selection
from evosync.db.shop_numbers import Numbers
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.russian import counted_noun
from evosync.spoken import plural
from evosync.vk.addresses import storefront
from evosync.web.auth import user_of
from evosync.web.connection_cards import Card, Ends, ShownState, read_ends
from evosync.web.flash import Kind
from evosync.web.navigation import route_names
from evosync.web.reason_buttons import reason_url
from evosync.web.reasons import reason_of
from evosync.web.run_words import STATUSES, lasted
from evosync.web.state import state_of
from evosync.web.view import Action, render
from evosync.web.waiting import waiting_of

SHOWN_PROBLEMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """How the last run ended, and what it did."""

    id: int
    state: Kind
    status_word: str
    finished_at: datetime | None
    lasted: str | None
    counts: list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProblem:
    """A reason, and how many products it keeps; `url` lists them."""

    state: Kind
    sentence: str
    count: int
    url: str


_COUNTS = (
    ("created", "новых"),
    ("updated", "изменено"),
    ("hidden", "скрыто"),
    ("failed", "ошибок"),
)


async def show(request: Request) -> Response:
    """Show the page; it reads what runs and checks wrote down, and asks nobody else."""
    user, state = user_of(request), state_of(request)
    async with state.database.read() as tx:
        ends = await read_ends(request, tx, user.id)
        config = await sync.get_config(tx, user.id)
        # A dry run, or a reading of the shop alone, does not make VK equal to the till.
        recent = await runs.list_runs(tx, user.id, limit=2, kind=RunKind.MIRROR)
        listed = await problem_list.list_reasons(tx, user.id)
        numbers = await _numbers(tx, user.id, ends)
        is_due = bool(await due.users_due(tx, user.id))
    latest = next(iter(recent), None)
    waiting = [each for each in listed if reason_of(each.code).waits]
    # While one goes on, the one before it tells more.
    ended = next((run for run in recent if run.finished_at is not None), latest)
    going = next((run for run in recent if run.finished_at is None), None)
    return render(
        request,
        "profile/home.html",
        shop_name=_shop_name(ends),
        state=_with_waiting(request, _state(ends.cards, latest, is_enabled=config.enabled)),
        action=_action(request, ends, is_confirmed=config.confirmed_at is not None),
        numbers=numbers,
        waiting=waiting_of(request).products,
        storefront_url=_storefront(request, ends),
        connections=ends.cards,
        last_run=None if ended is None else _run(ended),
        going_id=going.id if going else None,
        is_due=is_due,
        next_at=state.scheduler.next_at("pipeline") if is_due and going is None else None,
        problems=[_problem(request, each) for each in waiting[:SHOWN_PROBLEMS]],
    )


async def _numbers(tx: Tx, user_id: int, ends: Ends) -> Numbers | None:
    """Count the goods; None before the till was read."""
    selection = await get_selection(tx, user_id)
    if not selection.store_order:
        return None
    community_id = ends.vk.community_id if ends.vk else None
    place = None if community_id is None else Place(user_id=user_id, community_id=community_id)
    groups = await catalog.list_groups(tx, user_id)
    return await shop_numbers.count_goods(tx, user_id, place, selection, groups)


def _storefront(request: Request, ends: Ends) -> str | None:
    if ends.vk is None or ends.vk.community_id is None:
        return None
    return storefront(ends.vk.community_id, state_of(request).opened.settings.vk_api_url).url


def _action(request: Request, ends: Ends, *, is_confirmed: bool) -> Action | None:
    """Choose what moves the shop on: the first push, or what waits."""
    waiting, names = waiting_of(request), route_names(request)
    if waiting.is_unconfirmed and "sync-preview" in names and not is_confirmed:
        url = str(request.app.url_path_for("sync-preview"))
        return Action(label="Посмотреть и начать", url=url)
    if waiting.products and ends.cards:
        label = f"Разобрать {plural(waiting.products, 'товар', 'товара', 'товаров')}"
        return Action(label=label, url=str(request.app.url_path_for("problems")))
    return None


def _with_waiting(request: Request, state: ShownState) -> ShownState:
    """Add how many products wait, where all else is well."""
    number = waiting_of(request).products
    if state.kind != "success" or not number:
        return state
    verb = counted_noun(number, "ждёт", "ждут", "ждут")
    goods = plural(number, "товар", "товара", "товаров")
    told = f"{state.sentence} Вашего решения {verb} {goods}."
    return ShownState(kind=state.kind, sentence=told)


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
    return ShownState(kind=STATUSES[last.status][0], sentence=_RUN_SENTENCES[last.status])


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
    state, word = STATUSES[last.status]
    counts = [(last.counts.get(name, 0), told) for name, told in _COUNTS]
    return ShownRun(
        id=last.id,
        state=state,
        status_word=word,
        finished_at=last.finished_at,
        lasted=lasted(last),
        counts=counts if last.finished_at else [],
    )


def _problem(request: Request, listed: Listed) -> ShownProblem:
    reason = reason_of(listed.code)
    return ShownProblem(
        state=reason.kind,
        sentence=reason.told,
        count=listed.count,
        url=reason_url(request, listed.code),
    )
