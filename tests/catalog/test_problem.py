"""Reasons as a shop owner reads them, made by the code that gives them."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.item import Album, AlbumLink, Availability, Link, LinkState, MarketItem
from evosync.catalog.problem import ADOPT_QUESTION, NOTES, REASONS, Problem
from evosync.catalog.product import BadRow, Product
from evosync.catalog.snapshot import ReadingState, StoreReading
from evosync.engine.applied import Stop
from evosync.engine.changes import Restore
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.held import Divided, make_held
from evosync.engine.likeness import find_mismatches
from evosync.engine.plan.albums import ALBUM_ITEMS_MAX, ALBUMS_MAX
from evosync.engine.plan.items import MARKET_MAX
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import StockMode
from evosync.evotor.wire import ProductRow
from tests.builders import SHOP, draft, item, link, product, reading, rules, snapshot, store_reading
from tests.engine.reporting import failed, reported
from tests.engine.wishes import create, hide, put

BAD = BadRow(store_id=SHOP, id="assam", field="price", name="Ассам")
IN_TEA: dict[str, Any] = {"album": "чай", "album_title": "Чай"}
TEA_ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)
UNDELETE = Restore(link=link(), draft=draft(), item=None, fields=frozenset())
DEARER = tuple(find_mismatches(link(), item(price=1_00)))
OFTEN = {"price": 100_00, "repeats": {"price": 2}}

FULL = [item(n, product_id=None, title="Чужой") for n in range(MARKET_MAX)]

Found = tuple[Problem, ...]
Making = Callable[[], Found]


def drafted(one: Product | StoreReading) -> Making:
    """Draft a shop of one product or store, its stock mirrored."""
    return lambda: draft_shop(snapshot(one), rules(stock_mode=StockMode.REAL)).problems


def planned(
    *items: MarketItem,
    links: tuple[Link, ...] = (),
    albums: tuple[Album, ...] = (),
    album_links: tuple[AlbumLink, ...] = (),
    **wanted: Any,
) -> Making:
    """Plan for one draft, "assam"."""
    one = draft(**wanted)
    standing = Standing(
        reading=reading(*items, albums=albums), links=links, album_links=album_links
    )
    return lambda: (
        make_plan(
            Drafted(drafts={one.product_id: one}), standing, rules(), settle=timedelta(minutes=2)
        ).problems
    )


def divided(**values: Any) -> Making:
    """Report on a plan of which something did not go."""
    return lambda: reported(divided=Divided(**values)).problems


def answered(code: int, message: str = "One of the parameters was invalid.") -> Making:
    """Report on a create that VK refused."""
    return lambda: reported(failed(create(), code, message)).problems


MADE = [
    ("store_not_paid", drafted(store_reading(state=ReadingState.NOT_PAID))),
    ("store_unreadable", drafted(store_reading(state=ReadingState.UNREADABLE))),
    ("not_for_sale", drafted(product(allow_to_sell=False))),
    ("no_price", drafted(product(price=0))),
    ("no_name", drafted(product(name="\t"))),
    ("bad_row", drafted(store_reading(bad_rows=(BAD,)))),
    ("forbidden_type", drafted(product(type="TOBACCO_MARKED"))),
    ("marked_type", drafted(product(type="WATER_MARKED"))),
    ("unknown_type", drafted(product(type=None))),
    ("name_adjusted", drafted(product(name="Чай " * 40))),
    ("stock_unknown", drafted(product(quantity=None))),
    ("no_stock", drafted(product(quantity=Decimal(0)))),
    (ADOPT_QUESTION, planned(item(product_id=None))),
    ("duplicate_in_vk", planned(item(1), item(2), links=(link(),))),
    ("gone_in_vk", planned(links=(link(state=LinkState.LOST),))),
    ("hidden_in_vk", planned(item(availability=Availability.UNAVAILABLE), links=(link(),))),
    ("checking", planned(links=(link(),))),
    (
        "waits_for_twin",
        planned(item(product_id="old"), links=(link("old", members=("assam",)),)),
    ),
    ("not_taken", planned(item(price=90_00), links=(link(last=OFTEN),))),
    ("vk_rejected", planned(item(rejected="Запрещённый товар."), links=(link(),))),
    ("vk_limit_items", planned(*FULL)),
    (
        "vk_limit_albums",
        planned(albums=tuple(Album(album_id=n, title=str(n)) for n in range(ALBUMS_MAX)), **IN_TEA),
    ),
    (
        "vk_limit_album",
        planned(
            albums=(Album(album_id=9, title="Чай", count=ALBUM_ITEMS_MAX),),
            album_links=(TEA_ALBUM,),
            **IN_TEA,
        ),
    ),
    ("canary_differs", lambda: reported(stopped=Stop.DIFFERS, mismatches=DEARER).problems),
    ("vk_error", answered(100)),
    ("photo_refused", answered(129)),
    ("held", divided(held=make_held([("hide", "assam")], [], [hide()]))),
    ("left", divided(left=make_held([("create", "assam")], [], [create()]))),
    ("restore_too_late", lambda: reported(failed(UNDELETE, 1400)).problems),
    ("album_refused", lambda: reported(failed(put("assam")), drafts=[draft()]).problems),
]


@pytest.mark.parametrize(("code", "make"), MADE, ids=[code for code, _ in MADE])
def test_the_code_that_finds_a_problem_gives_all_that_its_sentence_needs(
    code: str, make: Making
) -> None:
    (problem,) = make()

    assert problem.code == code
    assert problem.is_note is (code in NOTES)
    assert "не указано" not in problem.reason
    assert re.fullmatch(r"[А-ЯЁVE].*[.?]", problem.reason)
    assert not re.search(r"[{}]|\.\.|  |«»|\(\)", problem.reason)


def test_every_reason_has_a_maker() -> None:
    # vk_busy is said of a whole run.
    assert {code for code, _ in MADE} == REASONS.keys() - {"vk_busy"}
    assert REASONS.keys() >= NOTES


@pytest.mark.parametrize("code", REASONS)
def test_a_detail_that_is_lacking_breaks_no_sentence(code: str) -> None:
    bare = Problem(product_id="assam", store_id=SHOP, name="Ассам", code=code)
    empty = Problem(
        product_id="assam",
        store_id=SHOP,
        name="Ассам",
        code=code,
        detail=dict.fromkeys(("store", "why", "field", "type", "title", "code"), ""),
    )

    assert bare.reason == empty.reason
    assert not re.search(r"[{}]|«»|\(\)|: \.", bare.reason)


def reason(code: str, detail: Mapping[str, str]) -> str:
    return Problem(product_id="a", store_id=SHOP, name="А", code=code, detail=detail).reason


@pytest.mark.parametrize("field", [*ProductRow.__struct_fields__])
def test_a_field_of_evotors_row_is_told_in_russian(field: str) -> None:
    told = reason("bad_row", {"field": field})

    assert not re.search("[a-z_]", told.replace("Эвотор", ""))


@pytest.mark.parametrize(
    ("code", "detail", "sentence"),
    [
        pytest.param(
            "bad_row",
            {"field": "price"},
            "Эвотор прислал карточку товара с ошибкой (цена). Опубликованный товар не тронут.",
            id="a field",
        ),
        pytest.param(
            "not_taken", {"field": "остаток"}, "VK не меняет поле «остаток».", id="named already"
        ),
        pytest.param(
            "vk_error",
            {"why": " Товар запрещён. ", "code": "1408"},
            "VK не принял товар: Товар запрещён (код 1408).",
            id="others' full stop",
        ),
        pytest.param(
            "vk_error",
            {"why": "{code} {x}", "code": "100"},
            "VK не принял товар: {code} {x} (код 100).",
            id="others' braces",
        ),
        pytest.param(
            "name_adjusted",
            {"title": "Чай. Кофе…"},
            "Название сокращено до правил VK: «Чай. Кофе…».",
            id="a title",
        ),
    ],
)
def test_a_sentence_reads_as_one(code: str, detail: dict[str, str], sentence: str) -> None:
    assert reason(code, detail) == sentence


def test_a_problem_keeps_its_details_as_they_were_given() -> None:
    problem = draft_shop(snapshot(store_reading(bad_rows=(BAD,))), rules()).problems[0]

    assert problem.reason
    assert problem.detail == {"field": "price"}
