"""Creates whose answer was lost, of products that left the till or were switched off meanwhile."""

from dataclasses import replace

import pytest

from evosync.catalog.item import Availability, LinkState
from evosync.catalog.snapshot import ReadingState
from evosync.engine.rules import GonePolicy
from evosync.engine.run import Run, mirror
from tests.builders import (
    BOTH_SHOPS,
    NOON,
    SECOND_SHOP,
    SHOP,
    item,
    product,
    rules,
    snapshot,
    store,
    store_reading,
)
from tests.engine.ledger import MemoryLedger
from tests.engine.plan.planning import intent
from tests.engine.ports import MemorySource, MemoryTarget
from tests.engine.reporting import counted
from tests.engine.wishes import stand


@pytest.fixture
def orphan(source: MemorySource, target: MemoryTarget, ledger: MemoryLedger) -> MemoryTarget:
    """A market where "keemun" stands, nobody knows it, and the till lists only "assam"."""
    stand(target, ledger, "assam", 1)
    source.shop = snapshot(product("assam"))
    source.gone = frozenset({(SHOP, "keemun")})
    target.items[7] = item(7, product_id="keemun", created_at=NOON)
    ledger.skus = {"keemun"}
    ledger.open_intents = {"keemun": intent("keemun", store_ids=(SHOP,))}
    return target


async def test_an_orphan_is_linked_and_hidden_by_the_run_that_finds_it(
    run: Run, source: MemorySource, orphan: MemoryTarget, ledger: MemoryLedger
) -> None:
    report = await mirror(run)

    assert source.asked == [{SHOP: frozenset({"keemun"})}]
    assert counted(report) == {"created": 1, "hidden": 1, "unchanged": 1}
    assert orphan.items[7].availability is Availability.UNAVAILABLE
    assert ledger.linked["keemun"].written.is_hidden
    assert ledger.open_intents == {}


async def test_an_orphan_that_is_switched_off_is_hidden_too(
    run: Run, source: MemorySource, orphan: MemoryTarget
) -> None:
    source.shop = snapshot(product("assam"), product("keemun"))

    report = await mirror(replace(run, rules=rules(products_off=[(SHOP, "keemun")])))

    assert counted(report) == {"created": 1, "hidden": 1, "unchanged": 1}
    assert orphan.items[7].availability is Availability.UNAVAILABLE


async def test_a_store_that_was_never_readable_does_not_keep_an_orphan_on_sale(
    run: Run, source: MemorySource, orphan: MemoryTarget
) -> None:
    unpaid = store_reading(store=store(SECOND_SHOP), state=ReadingState.NOT_PAID)
    source.shop = snapshot(store_reading(product("assam")), unpaid)

    await mirror(replace(run, rules=rules(stores=BOTH_SHOPS)))

    assert orphan.items[7].availability is Availability.UNAVAILABLE


async def test_an_orphan_whose_store_is_not_listed_stays_on_sale_and_linked(
    run: Run, source: MemorySource, orphan: MemoryTarget, ledger: MemoryLedger
) -> None:
    source.shop = replace(source.shop, readings=())

    report = await mirror(run)

    assert [one.code for one in report.problems] == ["store_unreadable"]
    assert orphan.items[7].availability is Availability.AVAILABLE
    assert ledger.linked["keemun"].state is LinkState.LIVE


async def test_what_is_to_be_left_is_only_linked(
    run: Run, orphan: MemoryTarget, ledger: MemoryLedger
) -> None:
    report = await mirror(replace(run, rules=rules(gone=GonePolicy.LEAVE)))

    assert counted(report) == {"created": 1, "unchanged": 1}
    assert orphan.items[7].availability is Availability.AVAILABLE
    assert "keemun" in ledger.linked
