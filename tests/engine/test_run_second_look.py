"""Products that the till no longer lists are asked for once more."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

import pytest

from evosync.catalog.item import Availability
from evosync.catalog.snapshot import StoreReading
from evosync.engine.rules import StockMode
from evosync.engine.run import Run, mirror
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    group,
    product,
    rules,
    snapshot,
    store,
    store_reading,
)
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemorySource, MemoryTarget
from tests.engine.reporting import counted
from tests.engine.wishes import TEAS


@pytest.mark.parametrize(
    ("found", "gone", "counts"),
    [
        pytest.param(["keemun"], [], {"updated": 1, "unchanged": 1}, id="found"),
        pytest.param([], [], {"unchanged": 1}, id="unknown"),
        pytest.param([], ["keemun"], {"hidden": 1, "unchanged": 1}, id="absent twice"),
    ],
)
async def test_a_product_is_gone_only_when_it_was_absent_twice(
    found: list[str],
    gone: list[str],
    counts: dict[str, int],
    run: Run,
    source: MemorySource,
    target: MemoryTarget,
) -> None:
    await mirror(run)
    source.shop = snapshot(
        store_reading(product("assam", name="Ассам индийский", parent_id="tea"), groups=(group(),))
    )
    source.hidden = tuple(
        product(key, name="Кимун", parent_id="tea", price=300_00) for key in found
    )
    source.gone = frozenset((SHOP, key) for key in gone)

    report = await mirror(run)

    assert source.asked == [{SHOP: frozenset({"keemun"})}]
    assert counted(report) == counts
    assert {one.price for one in target.items.values()} == {100_00, 300_00 if found else 250_00}
    hidden_items = {one.sku for one in target.items.values() if one.availability}
    assert hidden_items == set(gone)


async def test_nothing_is_looked_for_twice_while_nothing_is_missing(
    run: Run, source: MemorySource
) -> None:
    await mirror(run)
    await mirror(run)

    assert source.asked == []


async def test_what_is_found_again_belongs_to_the_store_that_has_it(
    run: Run, source: MemorySource, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    def second(*ids: str) -> StoreReading:
        return store_reading(
            *(product(key, name="Молочный улун", price=400_00) for key in ids),
            store=store(SECOND_SHOP),
        )

    run = replace(run, rules=rules(stores=BOTH_SHOPS))
    source.shop = replace(TEAS, readings=(*TEAS.readings, second("oolong")))
    await mirror(run)
    source.shop = replace(TEAS, readings=(*TEAS.readings, second()))
    # The other store's group "tea" is not this one's.
    source.hidden = (
        product(
            "oolong", store_id=SECOND_SHOP, name="Молочный улун", price=450_00, parent_id="tea"
        ),
    )

    report = await mirror(run)

    assert counted(report) == {"updated": 1, "unchanged": 2}
    assert ledger.linked["oolong"].store_ids == (SECOND_SHOP,)
    (oolong,) = (one for one in target.items.values() if one.sku == "oolong")
    assert (oolong.price, oolong.album_ids) == (450_00, frozenset())


@pytest.mark.parametrize(
    ("gone", "price"),
    [
        pytest.param((), 100_00, id="unknown"),
        pytest.param({(SHOP, "assam")}, 999_00, id="absent twice"),
    ],
)
async def test_one_store_speaks_alone_only_when_the_other_lacked_the_product_twice(
    gone: Collection[tuple[str, str]],
    price: int,
    run: Run,
    source: MemorySource,
    target: MemoryTarget,
    ledger: MemoryLedger,
) -> None:
    run = replace(run, rules=rules(stores=BOTH_SHOPS))
    dear = store_reading(product(price=999_00), store=store(SECOND_SHOP))
    source.shop = snapshot(store_reading(product()), dear)
    await mirror(run)
    source.shop = snapshot(store_reading(), dear)
    source.gone = frozenset(gone)

    await mirror(run)

    assert source.asked == [{SHOP: frozenset({"assam"})}]
    assert ledger.linked["assam"].store_ids == ((SECOND_SHOP,) if gone else BOTH_SHOPS)
    assert [one.price for one in target.items.values()] == [price]

    await mirror(run)

    # What was surely absent once is not asked for again.
    assert len(source.asked) == (1 if gone else 2)


async def test_what_only_another_store_has_switched_off_is_not_gone_for_a_short_list(
    run: Run, source: MemorySource, target: MemoryTarget
) -> None:
    run = replace(run, rules=rules(stores=BOTH_SHOPS, products_off=[(SECOND_SHOP, "assam")]))
    other = store_reading(product(), store=store(SECOND_SHOP))
    source.shop = snapshot(store_reading(product()), other)
    await mirror(run)
    source.shop = snapshot(store_reading(), other)

    await mirror(run)

    assert [one.availability for one in target.items.values()] == [Availability.AVAILABLE]


async def test_the_stock_of_a_missed_twin_is_not_taken_from_its_item(
    run: Run, source: MemorySource, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    run = replace(run, rules=rules(stores=BOTH_SHOPS, stock_mode=StockMode.REAL))
    empty = store_reading(product(quantity=Decimal(0)))
    source.shop = snapshot(empty, store_reading(product("twin"), store=store(SECOND_SHOP)))
    await mirror(run)
    source.shop = snapshot(empty, store_reading(store=store(SECOND_SHOP)))

    await mirror(run)

    assert source.asked == [{SECOND_SHOP: frozenset({"assam", "twin"})}]
    assert [one.stock for one in target.items.values()] == [7]
    (link,) = ledger.linked.values()
    assert {link.product_id, *link.members} == {"assam", "twin"}
    assert set(link.store_ids) == set(BOTH_SHOPS)
