"""`/problems`: why goods are not in VK, by reason; the goods of one reason; any one searched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog, problem_list, runs, sync
from evosync.db.problem_list import PAGE, Found
from evosync.db.runs import Run, RunKind
from evosync.db.types import Tx
from evosync.db.waiting import Waiting
from evosync.engine.gates import judge
from evosync.russian import counted_noun
from evosync.spoken import plural
from evosync.web.auth import user_of
from evosync.web.connection_cards import ShownState, read_ends
from evosync.web.navigation import route_names
from evosync.web.paging import make_pager, page_number
from evosync.web.problem_rows import Overview, rows_of_all, sections_of
from evosync.web.product_seen import read_goods, read_shop, seen_of
from evosync.web.reason_buttons import button_of_many, problem_url, reason_url
from evosync.web.reasons import IN_VK, SHOWN, Group, Reason, reason_of
from evosync.web.state import state_of
from evosync.web.view import render
from evosync.web.waiting import find_held, waiting_of

LONGEST_WORDS = 200  # characters of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProduct:
    """A product of a search or a list."""

    name: str
    text: str
    url: str
    reason: Reason


async def show(request: Request) -> Response:
    """Show all reasons, the products of one, or what a search found."""
    query = request.query_params
    code, words = query.get("code", ""), _words(query.get("q", ""))
    if words:
        return await _show_found(request, words)
    if code in SHOWN:
        return await _show_reason(request, code)
    return await _show_all(request)


def _words(text: str) -> str:
    """Take the words of a search; signs that print nothing stand in no name."""
    return "".join(each for each in text if each.isprintable())[:LONGEST_WORDS].strip()


async def _show_all(request: Request) -> Response:
    async with state_of(request).database.read() as tx:
        seen = await _look(request, tx)
    waiting = waiting_of(request)
    sections = list(sections_of(request, seen))
    globals_ = list(rows_of_all(request, seen))
    return render(
        request,
        "problems/index.html",
        q="",
        waiting=waiting.total,
        state=_state(seen, waiting, has_rows=bool(sections or globals_)),
        globals=globals_,
        sections=sections,
        is_read=seen.is_read,
        has_till=seen.ends.evotor is not None,
        looked_at=_looked_at(seen.recent),
    )


async def _look(request: Request, tx: Tx) -> Overview:
    user_id = user_of(request).id
    return Overview(
        ends=await read_ends(request, tx, user_id),
        config=await sync.get_config(tx, user_id),
        is_read=bool(await catalog.list_stores(tx, user_id)),
        recent=[
            *await runs.list_runs(tx, user_id, limit=2, kind=RunKind.MIRROR),
            *await runs.list_runs(tx, user_id, limit=2, kind=RunKind.PREVIEW),
        ],
        held_run=await find_held(request, tx, user_id),
        listed=await problem_list.list_reasons(tx, user_id),
        of_stores=await problem_list.list_store_problems(tx, user_id),
    )


def _looked_at(recent: Iterable[Run]) -> datetime | None:
    return max((run.finished_at for run in recent if run.finished_at is not None), default=None)


def _state(seen: Overview, waiting: Waiting, *, has_rows: bool) -> ShownState:
    if not seen.is_read and not has_rows:
        return ShownState(kind=None, sentence="Здесь видно, что с каждым товаром и что сделать.")
    if waiting.products:
        fine = sum(each.count for each in seen.listed if reason_of(each.code).group is Group.FINE)
        rest = f", у {plural(fine, 'товара', 'товаров', 'товаров')} всё так и должно быть"
        verb = counted_noun(waiting.products, "ждёт", "ждут", "ждут")
        goods = plural(waiting.products, "товар", "товара", "товаров")
        return ShownState(kind="warning", sentence=f"{goods} {verb} вас{rest if fine else ''}.")
    if waiting.total:
        return ShownState(kind="warning", sentence="Вас ждёт то, что касается всех товаров.")
    return ShownState(kind="success", sentence="Ни один товар не ждёт вас.")


async def _show_reason(request: Request, code: str) -> Response:
    page = page_number(request.query_params.get("page"))
    user_id = user_of(request).id
    async with state_of(request).database.read() as tx:
        found, total = await problem_list.page_of_reason(tx, user_id, code, page)
        held = await find_held(request, tx, user_id)
    reason = reason_of(code)
    button = button_of_many(request, code, reason, held)
    is_here = button is not None and button.url == reason_url(request, code)
    return render(
        request,
        "problems/reason.html",
        waiting=waiting_of(request).total,
        reason=reason,
        # In front of these very goods, the way to them leads nowhere.
        button=None if is_here else button,
        products=[
            ShownProduct(
                name=each.name.strip() or "Товар без названия",
                text=each.reason if each.detail else "",
                url=problem_url(request, each.product_id, each.store_id),
                reason=reason,
            )
            for each in found
        ],
        pager=make_pager(request.url.path, {"code": code}, page, PAGE, total),
    )


async def _show_found(request: Request, words: str) -> Response:
    async with state_of(request).database.read() as tx:
        found = await problem_list.search_products(tx, user_of(request).id, words)
        products = await _judged(request, tx, found)
    return render(
        request,
        "problems/found.html",
        q=words,
        waiting=waiting_of(request).total,
        products=products,
        is_cut=len(products) == problem_list.MOST_FOUND,
        has_catalog="catalog" in route_names(request),
    )


async def _judged(request: Request, tx: Tx, found: Sequence[Found]) -> list[ShownProduct]:
    """Judge what was found each by itself: what keeps the whole mirror says nothing of one."""
    if not found:
        return []
    shop = await read_shop(request, tx, user_of(request).id)
    goods = await read_goods(tx, shop, [each.product_id for each in found])
    shown = []
    for each in found:
        seen = seen_of(request, shop, goods, each.product_id, each.store_id)
        stop = judge(replace(seen, is_on=True, is_confirmed=True, fault=None)).stop
        store = shop.stores[each.store_id].store.name if len(shop.stores) > 1 else ""
        code = f"код {each.code}" if each.code else ""
        shown.append(
            ShownProduct(
                name=each.name.strip() or "Товар без названия",
                text=", ".join(filter(None, (store, code))),
                url=problem_url(request, each.product_id, each.store_id),
                reason=reason_of(stop.code) if stop else IN_VK,
            )
        )
    return shown
