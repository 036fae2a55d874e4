"""`/problems/{pid}`: why one product is or is not in VK, gate by gate, and what mends it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.catalog.item import Availability, Link, LinkState, MarketItem
from evosync.catalog.problem import ADOPT_QUESTION
from evosync.db import market, runs
from evosync.db.runs import Run, RunKind
from evosync.db.types import Tx
from evosync.engine.gates import QUEUED, Judged, Seen, judge
from evosync.engine.rules import NO_GROUP
from evosync.vk.addresses import storefront
from evosync.web.advice import Advice
from evosync.web.auth import user_of
from evosync.web.connection_cards import ShownState
from evosync.web.gate_words import Clock, sentence_of_stop, steps_of
from evosync.web.product_seen import Goods, Shop, first_store, read_goods, read_shop, seen_of
from evosync.web.reason_buttons import ShownButton, Subject, buttons_of, form_button, problem_url
from evosync.web.reasons import Form, Reason, reason_of
from evosync.web.state import state_of
from evosync.web.view import render
from evosync.web.waiting import find_held

MOST_CARDS = 4  # items of VK that a question is shown with
LONGEST_ID = 100  # characters
SOON = timedelta(minutes=1)
"""What begins earlier needs no time beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneProduct:
    """A product of somebody's, as one store has it, and what came of it."""

    shop: Shop
    goods: Goods
    seen: Seen
    judged: Judged
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """A card in VK; `url` is its address there."""

    title: str
    price: int | None
    stock: int | None
    word: str
    url: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNote:
    """A remark on a product that stands in VK."""

    sentence: str
    advice: Advice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLink:
    """Another store that the product is in too."""

    label: str
    url: str
    is_current: bool


async def find_one(request: Request, tx: Tx) -> OneProduct:
    """Find the product that the address names. Raises HTTPException 404 for none of one's own."""
    product_id = request.path_params["pid"]
    if len(product_id) > LONGEST_ID:
        raise HTTPException(404)
    shop = await read_shop(request, tx, user_of(request).id)
    goods = await read_goods(tx, shop, [product_id])
    name = _name(goods, product_id)
    if name is None:
        raise HTTPException(404)
    wanted = request.query_params.get("store", "")
    stores = {row.store_id for row in goods.rows_of(product_id)}
    store_id = wanted if wanted in stores else first_store(shop, goods, product_id)
    seen = seen_of(request, shop, goods, product_id, store_id)
    return OneProduct(shop=shop, goods=goods, seen=seen, judged=judge(seen), name=name)


async def show(request: Request) -> Response:
    """Show the page."""
    user = user_of(request)
    async with state_of(request).database.read() as tx:
        known = await find_one(request, tx)
        recent = await runs.list_runs(tx, user.id, limit=2, kind=RunKind.MIRROR)
        asked = await _asked(tx, known)
        held = await find_held(request, tx, user.id)
    seen, judged = known.seen, known.judged
    clock = Clock(now=state_of(request).desk.clock(), zone=user.time_zone)
    reason = reason_of(judged.stop.code) if judged.stop else None
    subject = _subject(request, known, held)
    return render(
        request,
        "problems/product.html",
        name=known.name,
        state=_state(request, judged, clock),
        stores=_stores(request, known),
        steps=steps_of(seen, judged, clock, _checked_at(known.shop)),
        buttons=_buttons(request, reason, subject),
        advice=reason.advice if reason else None,
        asked=[_shown_item(request, known.shop, item) for item in asked],
        till=seen.row.product if seen.row else None,
        draft=judged.draft,
        item=_own_item(request, known),
        notes=[
            ShownNote(sentence=note.reason, advice=reason_of(note.code).advice)
            for note in judged.notes
        ],
        leave=_leave_button(request, known, subject, reason),
        read_at=_read_at(recent),
    )


def _name(goods: Goods, product_id: str) -> str | None:
    """Name a product as the till does, else as the last run did, else as it stands in VK."""
    rows = (row.name for row in goods.rows_of(product_id))
    told = (each.name for each in goods.problems if each.product_id == product_id)
    written = (
        link.written.title or "Товар" for link in goods.in_vk.links if link.product_id == product_id
    )
    for names in (rows, told, written):
        if (found := next(names, None)) is not None:
            return found.strip() or "Товар без названия"
    return None


def _subject(request: Request, known: OneProduct, held_run: int | None) -> Subject:
    seen, link = known.seen, known.judged.link
    home = seen.row.home if seen.row else None
    draft = known.judged.draft
    return Subject(
        product_id=seen.product_id,
        store_id=seen.store_id,
        group_id=home.id if home else NO_GROUP,
        leader=draft.product_id if draft else seen.product_id,
        here=problem_url(request, seen.product_id, seen.store_id),
        item_url=_item_url(request, known.shop, link.item_id) if link else None,
        held_run=held_run,
    )


def _state(request: Request, judged: Judged, clock: Clock) -> ShownState:
    stop = judged.stop
    if stop is None:
        return ShownState(kind="success", sentence="В VK всё верно.")
    reason = reason_of(stop.code)
    told = sentence_of_stop(stop)
    if stop.code == QUEUED:
        next_at = state_of(request).scheduler.next_at("pipeline")
        is_far = next_at is not None and next_at - clock.now >= SOON
        when = f" ({clock.ago(next_at)})" if next_at and is_far else ""
        told = f"Изменение отправится в ближайший запуск{when}."
    elif reason.waits and reason.kind == "warning":
        told = f"Ждёт вас: {told[0].lower()}{told[1:]}"
    return ShownState(kind=reason.kind, sentence=told)


def _stores(request: Request, known: OneProduct) -> list[StoreLink]:
    """List the stores of a product of several."""
    product_id, names = known.seen.product_id, known.seen.store_names
    ids = [row.store_id for row in known.goods.rows_of(product_id)]
    if len(ids) < 2:
        return []
    return [
        StoreLink(
            label=name,
            url=problem_url(request, product_id, store_id),
            is_current=store_id == known.seen.store_id,
        )
        for store_id, name in names.items()
        if store_id in ids
    ]


def _buttons(request: Request, reason: Reason | None, subject: Subject) -> list[ShownButton]:
    return buttons_of(request, reason, subject) if reason else []


def _leave_button(
    request: Request, known: OneProduct, subject: Subject, reason: Reason | None
) -> ShownButton | None:
    """Offer to leave the product out, where it is switched on and nothing else offers that."""
    seen = known.seen
    is_off = (seen.store_id, seen.product_id) in seen.rules.selection.products_off
    is_offered = reason is not None and any(
        button.form is Form.PRODUCT_OFF for button in reason.buttons
    )
    if seen.row is None or is_off or is_offered or (reason and reason.badge == "Выключен"):
        return None
    return form_button(
        request,
        "Не публиковать этот товар",
        Form.PRODUCT_ON,
        ("on", "0"),
        ("next", subject.here),
        id=seen.store_id,
        pid=seen.product_id,
    )


async def _asked(tx: Tx, known: OneProduct) -> list[MarketItem]:
    """Read the cards that the question is about, whether one of them is this product."""
    stop, place = known.judged.stop, known.shop.place
    if stop is None or place is None or stop.code != ADOPT_QUESTION:
        return []
    ids = [int(each) for each in stop.detail.get("items", "").split(",") if each.strip().isdigit()]
    return await market.list_items(tx, place.user_id, place.community_id, ids[:MOST_CARDS])


def _own_item(request: Request, known: OneProduct) -> ShownItem | None:
    """Show the product's own card: as VK showed it, else as we wrote it since."""
    link, item = known.judged.link, known.seen.item
    if link is None or link.state is not LinkState.LIVE:
        return None
    if item is not None:
        shown = _shown_item(request, known.shop, item)
        stock = item.stock if item.stock is not None else link.written.stock
        return replace(shown, stock=stock, word=_sight(link, item))
    return ShownItem(
        title=link.written.title or known.name,
        price=link.written.price,
        stock=link.written.stock,
        word=_sight(link, None),
        url=_item_url(request, known.shop, link.item_id),
        created_at=None,
    )


def _sight(link: Link, item: MarketItem | None) -> str:
    if item is not None and item.rejected is not None:
        return "отклонена VK"
    if link.written.is_hidden:
        return "скрыта нами"
    if item is not None and item.availability is not Availability.AVAILABLE:
        return "покупатели её не видят"
    return "видна покупателям"


def _shown_item(request: Request, shop: Shop, item: MarketItem) -> ShownItem:
    return ShownItem(
        title=item.title,
        price=item.price,
        stock=item.stock,
        word="",
        url=_item_url(request, shop, item.item_id),
        created_at=item.created_at,
    )


def _item_url(request: Request, shop: Shop, item_id: int) -> str:
    community_id = shop.place.community_id if shop.place else 0
    api_url = state_of(request).opened.settings.vk_api_url
    return storefront(community_id, api_url).item_url(item_id)


def _checked_at(shop: Shop) -> datetime | None:
    """Return when the connection was looked at that was looked at longest ago."""
    moments = [card.checked_at for card in shop.ends.cards]
    known = [moment for moment in moments if moment is not None]
    return min(known) if known and len(known) == len(moments) else None


def _read_at(recent: list[Run]) -> datetime | None:
    """Return when a run last saw the product."""
    return next((run.finished_at for run in recent if run.finished_at is not None), None)
