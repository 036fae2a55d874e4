"""People of the town who look at what would be sent: for the first time, asked, in vain."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from evosync.catalog.item import AlbumLink, Link, MarketItem, MarketReading, Written
from evosync.catalog.problem import ADOPT_QUESTION, Problem
from evosync.catalog.product import Product, Store
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.db import (
    links,
    problems,
    run_queue,
    runs,
    selection,
    shown_plans,
    sync,
)
from evosync.db.accounts import User
from evosync.db.change_rows import planned_row
from evosync.db.links import Place
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.types import Tx
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    EditAlbum,
    Field,
    Hide,
    PutInAlbum,
    Update,
)
from evosync.engine.held import Held, make_held
from evosync.engine.report import RunStatus
from tests.browser.town_runs import hold
from tests.builders import draft, item, link, product
from tests.readings import save_market, save_snapshot

STORE = Store(id="s1", name="Чайная на Лесной", address=None, user_id="01-1")
LONG = (
    "Те Гуань Инь Ван «Железная богиня милосердия», улун слабой ферментации, весенний сбор 2025, "
    "Аньси, провинция Фуцзянь, 50 г"
)
_GREEN, _SWEET = "зелёный", "сладкое к чаю"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a preview ended, and what it planned."""

    go: Sequence[Change] = ()
    held: Held | None = None
    status: RunStatus = RunStatus.DONE
    unchanged: int = 0
    error: tuple[str, str] | None = None
    asked: Sequence[Problem] = field(default_factory=tuple)


async def furnish(tx: Tx, people: dict[str, User], now: datetime) -> None:
    """Give each of them their last preview."""
    await _preview(tx, people["clara"], 2, now, _BROKEN)
    await _preview(tx, people["dasha"], 4, now, Ended(go=_FIRST))
    await _leave_behind(tx, people["dasha"], now)
    await _preview(tx, people["faina"], 6, now, Ended(unchanged=216))
    lena = people["lena"]
    await _read(tx, lena, now)
    await _preview(tx, lena, 7, now, _MIXED)
    for name in ("faina", "lena"):
        config = await sync.get_config(tx, people[name].id)
        began_at = now - timedelta(minutes=5)
        await sync.save_config(tx, replace(config, confirmed_at=began_at), began_at)
    egor = await runs.create_run(
        tx, people["egor"].id, RunKind.PREVIEW, RunTrigger.BUTTON, now, community_id=5
    )
    await hold(tx, egor, now)
    await run_queue.note_stage(tx, egor, "market", None)


async def _preview(tx: Tx, user: User, community_id: int, now: datetime, ended: Ended) -> None:
    run_id = await runs.create_run(
        tx, user.id, RunKind.PREVIEW, RunTrigger.BUTTON, now, community_id
    )
    # Whatever was furnished before, nothing has changed since.
    await runs.claim_run(tx, run_id, "somebody", now + timedelta(seconds=1))
    rows = [planned_row(one, shown_plans.PLANNED) for one in ended.go]
    if ended.held is not None:
        rows += [planned_row(one, shown_plans.HELD) for one in ended.held.changes]
    await shown_plans.save_plan_rows(tx, run_id, user.id, rows, now)
    code, text = ended.error or (None, None)
    held = len(ended.held.members) if ended.held else 0
    end = RunEnd(
        status=ended.status,
        counts={"unchanged": ended.unchanged, "held": held},
        error_code=code,
        error_text=text,
        held=ended.held,
    )
    await runs.finish_run(tx, run_id, end, now + timedelta(seconds=2))
    if ended.asked:
        await problems.save_problems(tx, user.id, ended.asked, now)


async def _read(tx: Tx, user: User, now: datetime) -> None:
    """Let a person's till and market be read, as far as they ask about each other."""
    goods: tuple[Product, ...] = tuple(
        product(f"same{number}", store_id="s1", name=name, price=price, code=str(number))
        for number, name, price in ((1, "Мёд гречишный 250 г", 420_00), (2, LONG, 1_420_00))
    )
    reading = StoreReading(store=STORE, state=ReadingState.WHOLE, products=goods)
    await save_snapshot(tx, user.id, Snapshot(readings=(reading,)), now)
    items = (
        item(71, product_id=None, title="Мёд гречишный, 250 г", price=390_00),
        item(72, product_id=None, title=LONG, price=1_250_00),
        item(73, product_id=None, title=LONG, price=None),
    )
    standing = MarketReading(items=items, albums=(), begun_at=now)
    await save_market(tx, user.id, 7, standing, now)
    await selection.switch_all(tx, user.id, is_on=True, now=now)


async def _leave_behind(tx: Tx, user: User, now: datetime) -> None:
    place = Place(user_id=user.id, community_id=4)
    left = [Link(product_id=f"old{number}", item_id=number, written=Written()) for number in (1, 2)]
    await links.save_new_links(tx, place, left, "01-2", now)
    reading = StoreReading(store=STORE, state=ReadingState.WHOLE)
    await save_snapshot(tx, user.id, Snapshot(readings=(reading,)), now)
    await selection.switch_all(tx, user.id, is_on=True, now=now)


def _new(product_id: str, name: str, price: int, **values: object) -> Create:
    return Create(draft=draft(product_id, name=name, title=values.get("title", name), price=price))


def _dearer(number: int, name: str, before: int, after: int) -> Update:
    standing = item(number, product_id=f"p{number}", title=name, price=before)
    wanted = draft(f"p{number}", name=name, title=name, price=after)
    owned: Link = link(f"p{number}", number)
    return Update(link=owned, draft=wanted, item=standing, fields=frozenset({Field.PRICE}))


def _gone(number: int, name: str) -> Hide:
    standing: MarketItem = item(number, product_id=f"p{number}", title=name)
    return Hide(link=link(f"p{number}", number), item=standing)


_FIRST: Sequence[Change] = (
    _new("matcha", "Матча церемониальная, Удзи, банка 30 г", 2_080_00),
    _new("tea", "Иван-чай ферментированный с облепихой и ещё 4 ягодами, 75 г", 370_00),
    _new("honey", "Мёд", 420_00, title="Мёд (кг)"),
    AddAlbum(key=_GREEN, title="Зелёный", photo=None),
    AddAlbum(key=_SWEET, title="Сладкое к чаю", photo=None),
    PutInAlbum(key=_GREEN, product_ids=("matcha", "tea")),
    PutInAlbum(key=_SWEET, product_ids=("honey",)),
)
_HELD: Sequence[Change] = tuple(_gone(100 + number, f"Чай № {number}") for number in range(1, 69))
_MIXED = Ended(
    go=(
        _dearer(11, LONG, 1_250_00, 1_420_00),
        _dearer(12, "Пиала 50 мл", 190_00, 210_00),
        Update(
            link=link("p13", 13),
            draft=draft("p13", name="Жасминовые жемчужины дракона", title="Жемчужины дракона"),
            item=item(13, product_id="p13", title="Жемчужины"),
            fields=frozenset({Field.TITLE, Field.DESCRIPTION}),
        ),
        *_FIRST,
        _gone(14, "Набор новогодний «Ёлочка» с имбирём"),
        EditAlbum(
            link=AlbumLink(key="чёрный", album_id=3, title="Чёрный", is_made=True),
            title="Чёрный",
            is_hidden=True,
            photo=None,
        ),
    ),
    held=make_held(
        [("hide", f"p{100 + number}") for number in range(1, 69)],
        ["В кассе нет больше половины товаров, которые стоят в VK."],
        _HELD,
    ),
    unchanged=201,
    asked=(
        Problem(
            product_id="same1",
            store_id="s1",
            name="Мёд гречишный 250 г",
            code=ADOPT_QUESTION,
            detail={"items": "71"},
        ),
        Problem(
            product_id="same2",
            store_id="s1",
            name=LONG,
            code=ADOPT_QUESTION,
            detail={"items": "72,73"},
        ),
        *(
            Problem(product_id=f"no{number}", store_id="s1", name="Чай", code="no_price")
            for number in range(11)
        ),
    ),
)
_BROKEN = Ended(
    status=RunStatus.PAUSED,
    error=("connection_broken", "Нет связи с VK: ключ доступа больше не действует."),
)
