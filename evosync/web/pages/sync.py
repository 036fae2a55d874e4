"""`/sync`: whether VK is kept equal to the till, and every setting of how."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from evosync.db import catalog, chosen, pictures, problems, runs, sync
from evosync.db.runs import Run, RunKind
from evosync.db.selection import get_selection
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.web.auth import user_of
from evosync.web.connection_cards import read_ends
from evosync.web.feed_card import read_feed
from evosync.web.flash import Kind
from evosync.web.pages.sync_photo import reason_of
from evosync.web.run_question import find_waiting
from evosync.web.run_words import counts_in_words, status_words
from evosync.web.state import state_of
from evosync.web.sync_examples import card_example, price_example, read_goods
from evosync.web.sync_form import SyncForm
from evosync.web.sync_state import Overview, find_state
from evosync.web.sync_words import STOCK_HINTS, every_in_words
from evosync.web.view import render, render_form

SHOWN_RUNS = 5  # one may be going on, and one more wait


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """How the last run ended."""

    id: int
    kind: Kind
    word: str
    icon: str | None
    counts: str
    finished_at: datetime | None


async def show(request: Request) -> Response:
    """Show the page with the settings that stand."""
    return await page_around(request, None)


async def page_around(request: Request, form: SyncForm | None) -> Response:
    """Make the page around a form that was sent and not taken, or around what stands."""
    user, state = user_of(request), state_of(request)
    async with state.database.read() as tx:
        seen = await _look(request, tx, user.id)
        goods = await read_goods(tx, user.id)
        own = await pictures.find_picture(tx, user.id)
        counted = await problems.count_problems(tx, user.id)
        feed = await read_feed(request, tx)
    refused = next((each for each in counted if each.code == "photo_refused"), None)
    config = seen.config
    return render_form(
        request,
        "sync/index.html",
        form or SyncForm.of(config),
        hints=STOCK_HINTS,
        every=every_in_words(state.desk.settings.catalog_refresh_interval_seconds),
        feed=feed,
        why=None,
        example=price_example(goods, config.price_multiplier, config.rounding),
        card=card_example(goods),
        sha=own.sha if own else state.opened.photo,
        refusal=None if refused is None else reason_of(refused),
        **_top(request, seen),
    )


async def top_of_page(request: Request, note: str | None = None) -> HTMLResponse:
    """Make the top of the page alone, for a switch that is turned in place."""
    async with state_of(request).database.read() as tx:
        seen = await _look(request, tx, user_of(request).id)
    return render(request, "sync/top.html", **_top(request, seen, note))


async def _look(request: Request, tx: Tx, user_id: int) -> Overview:
    selection = await get_selection(tx, user_id)
    groups = await catalog.list_groups(tx, user_id)
    return Overview(
        config=await sync.get_config(tx, user_id),
        ends=await read_ends(request, tx, user_id),
        chosen=await chosen.count_chosen(tx, user_id, selection, groups),
        recent=await runs.list_runs(tx, user_id, limit=SHOWN_RUNS, kind=RunKind.MIRROR),
        waiting=await find_waiting(tx, user_id, state_of(request).desk.clock()),
    )


def _top(request: Request, seen: Overview, note: str | None = None) -> dict[str, Any]:
    state = find_state(request, seen)
    return {
        "state": state,
        "chosen": seen.chosen,
        "last": None if state.last is None else _shown(state.last, seen.waiting),
        "is_enabled": seen.config.enabled,
        "is_confirmed": seen.config.confirmed_at is not None,
        "may_look": bool(len(seen.ends.cards) == len(Service) and seen.chosen.products),
        "note": note,
    }


def _shown(run: Run, waiting: Run | None) -> ShownRun:
    kind, word, icon = status_words(run, waits=waiting is not None and waiting.id == run.id)
    return ShownRun(
        id=run.id,
        kind=kind,
        word=word,
        icon=icon,
        counts=counts_in_words(run.counts),
        finished_at=run.finished_at,
    )
