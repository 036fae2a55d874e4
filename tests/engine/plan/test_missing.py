from collections.abc import Collection, Mapping
from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, MarketReading
from evosync.catalog.product import BadRow, Product
from evosync.catalog.snapshot import ReadingState, SecondLook, StoreReading
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.plan.missing import confirm_absent, find_missed, find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy
from tests.builders import (
    BOTH_SHOPS,
    NOON,
    SECOND_SHOP,
    SHOP,
    item,
    link,
    product,
    reading,
    rules,
    snapshot,
    store,
    store_reading,
)
from tests.engine.plan.planning import intent

BOTH_ON: dict[str, Any] = {"stores": BOTH_SHOPS}
EMPTY = snapshot(store_reading(), store_reading(store=store(SECOND_SHOP)))
OF_BOTH = link(store_ids=BOTH_SHOPS)
OF_TWINS = link(store_ids=BOTH_SHOPS, members=("twin",))


def asked(
    linked: Link, *readings: StoreReading, market: MarketReading | None = None, **chosen: Any
) -> Mapping[str, Collection[str]]:
    """Ask what is to be looked for again of one link, in both stores."""
    standing = Standing(reading=reading(item()) if market is None else market, links=(linked,))
    shop, wanted = snapshot(*readings), rules(**BOTH_ON | chosen)
    return find_missing(shop, draft_shop(shop, wanted, ("assam",)), standing, wanted)


def first(*products: Product, **values: Any) -> StoreReading:
    return store_reading(*products, **values)


def second(*products: Product, **values: Any) -> StoreReading:
    return store_reading(*products, store=store(SECOND_SHOP), **values)


HAS_BEER = product(type="BEER_MARKED")
OFF_THERE: dict[str, Any] = {"products_off": [(SECOND_SHOP, "assam")]}
NOT_SOLD = product(price=None, allow_to_sell=False)


@pytest.mark.parametrize(
    ("linked", "drafted", "chosen", "stores"),
    [
        pytest.param(link(), Drafted(), {}, {SHOP}, id="not seen"),
        pytest.param(
            link(store_ids=BOTH_SHOPS), Drafted(), BOTH_ON, BOTH_SHOPS, id="in each store"
        ),
        pytest.param(link(store_ids=BOTH_SHOPS), Drafted(), {}, {SHOP}, id="if it is on"),
        pytest.param(link(store_ids=()), Drafted(), BOTH_ON, BOTH_SHOPS, id="in no store we know"),
        pytest.param(link("keemun", 9), Drafted(), {}, set(), id="no item stands"),
        pytest.param(link(item_id=9), Drafted(), {}, {SHOP}, id="only its double stands"),
        pytest.param(
            link(item_id=9), Drafted(), {"gone": GonePolicy.LEAVE}, set(), id="a double to be left"
        ),
        pytest.param(link(state=LinkState.DELETED), Drafted(), {}, set(), id="off sale already"),
        pytest.param(link(), Drafted(), {"gone": GonePolicy.LEAVE}, set(), id="to be left"),
        pytest.param(
            link(store_ids=BOTH_SHOPS),
            Drafted(unknown_stores=frozenset({SHOP})),
            {},
            set(),
            id="a store is unread",
        ),
    ],
)
def test_what_is_asked_for_again(
    linked: Link, drafted: Drafted, chosen: Any, stores: Collection[str]
) -> None:
    standing = Standing(reading=reading(item()), links=(linked,))

    missing = find_missing(EMPTY, drafted, standing, rules(**chosen))

    assert missing == {store_id: {"assam"} for store_id in stores}


@pytest.mark.parametrize(
    ("readings", "chosen"),
    [
        pytest.param([first(), second(product())], {}, id="sold there"),
        pytest.param([first(), second(product())], {"gone": GonePolicy.LEAVE}, id="to be left"),
        pytest.param([first(), second(product())], OFF_THERE, id="switched off there"),
        pytest.param([first(), second(HAS_BEER)], {}, id="not to be sold there"),
        pytest.param([first(), second(NOT_SOLD)], {}, id="out of stock there"),
    ],
)
def test_what_one_store_lacks_is_asked_for_though_another_lists_it(
    readings: list[StoreReading], chosen: Any
) -> None:
    assert asked(OF_BOTH, *readings, **chosen) == {SHOP: {"assam"}}


@pytest.mark.parametrize(
    ("linked", "readings", "chosen"),
    [
        pytest.param(link(), [first(product()), second()], {}, id="where it never stood"),
        pytest.param(link(store_ids=()), [first(), second(product())], {}, id="stores unknown"),
        pytest.param(
            OF_BOTH,
            [
                first(bad_rows=(BadRow(store_id=SHOP, id="assam", field="price"),)),
                second(product()),
            ],
            {},
            id="a bad row",
        ),
        pytest.param(
            OF_BOTH,
            [first(state=ReadingState.PARTIAL), second(product())],
            {},
            id="not read whole",
        ),
        pytest.param(
            OF_BOTH, [first(), second(product())], {"stores": (SECOND_SHOP,)}, id="store off"
        ),
        pytest.param(
            OF_BOTH,
            [first(), second(product())],
            {"products_off": [(SHOP, "assam")]},
            id="product off where it is missing",
        ),
        pytest.param(OF_BOTH, [first(), second(product(price=None))], {}, id="kept as it is"),
        pytest.param(
            link(store_ids=BOTH_SHOPS, last={"is_hidden": True}),
            [first(), second(product())],
            OFF_THERE,
            id="hidden already",
        ),
        pytest.param(OF_TWINS, [first(product()), second(product("twin"))], {}, id="twins"),
        pytest.param(OF_TWINS, [first(product("twin")), second(product())], {}, id="swapped"),
    ],
)
def test_what_changes_nothing_is_not_asked_for(
    linked: Link, readings: list[StoreReading], chosen: Any
) -> None:
    assert asked(linked, *readings, **chosen) == {}


def test_what_is_out_of_stock_already_is_not_asked_for() -> None:
    linked = link(store_ids=BOTH_SHOPS, last={"stock": 0})
    market = reading(item(stock=0, availability=Availability.UNAVAILABLE))

    assert asked(linked, first(), second(NOT_SOLD), market=market) == {}


def test_while_the_store_that_prices_it_is_unread_the_others_are_not_asked() -> None:
    linked = link(store_ids=(SECOND_SHOP, SHOP, "third"))
    readings = (
        first(),
        second(state=ReadingState.PARTIAL),
        store_reading(product(), store=store("third")),
    )

    assert asked(linked, *readings, stores=(*BOTH_SHOPS, "third")) == {}


@pytest.mark.parametrize(
    ("state", "stores"),
    [
        pytest.param(LinkState.DELETED, {SHOP}, id="restored from what is left"),
        pytest.param(LinkState.ERASED, set(), id="made anew"),
    ],
)
def test_an_item_that_does_not_stand_is_asked_for_if_it_may_return(
    state: LinkState, stores: Collection[str]
) -> None:
    linked = link(store_ids=BOTH_SHOPS, state=state)

    missing = asked(linked, first(), second(product()), market=reading())

    assert missing == {store_id: {"assam"} for store_id in stores}


def test_a_twin_is_asked_for_under_each_id_it_may_have_there() -> None:
    assert asked(OF_TWINS, first(product()), second()) == {SECOND_SHOP: {"assam", "twin"}}


def test_a_missed_twin_is_its_item_missed() -> None:
    look = SecondLook(unknown=frozenset({(SECOND_SHOP, "twin"), (SHOP, "other")}))

    missed = find_missed(look, [OF_TWINS, link("other", 2)])

    assert missed == {(SECOND_SHOP, "twin"), (SECOND_SHOP, "assam"), (SHOP, "other")}


def test_our_own_uncertain_create_is_asked_for_wherever_it_may_stand() -> None:
    standing = Standing(
        reading=reading(item(created_at=NOON)),
        intents=(intent(),),
        known_skus=frozenset({"assam"}),
    )

    missing = find_missing(EMPTY, Drafted(), standing, rules(**BOTH_ON))

    assert missing == {store_id: {"assam"} for store_id in BOTH_SHOPS}


def test_absent_is_what_was_absent_wherever_it_was_asked_for() -> None:
    missing = {SHOP: frozenset({"a", "b", "c"}), SECOND_SHOP: frozenset({"a", "b"})}
    absent = {(SHOP, "a"), (SECOND_SHOP, "a"), (SHOP, "b"), (SHOP, "c"), (SHOP, "other")}

    assert confirm_absent(missing, SecondLook(absent=frozenset(absent))) == {"a", "c"}
