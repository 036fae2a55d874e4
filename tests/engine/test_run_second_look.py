"""Products that the till no longer lists are asked for once more."""

from dataclasses import replace

import pytest

from evosync.catalog.snapshot import StoreReading
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
