"""A run whose plan a person has to say yes to first."""

from dataclasses import replace

import pytest

from evosync.catalog.item import Availability
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.report import RunStatus
from evosync.engine.run import Run, mirror
from tests.builders import SHOP, product, snapshot
from tests.engine.journal import Journal
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemorySource, MemoryTarget
from tests.engine.reporting import counted
from tests.engine.wishes import stand

GONE = ("keemun", "sencha")


@pytest.fixture
def shrunken(source: MemorySource, target: MemoryTarget, ledger: MemoryLedger) -> MemoryTarget:
    """A market where two goods stand that the till no longer lists; it lists a new one."""
    for number, key in enumerate(GONE, 1):
        stand(target, ledger, key, number)
    source.shop = snapshot(product("assam", name="Ассам индийский"))
    source.gone = frozenset((SHOP, key) for key in GONE)
    return target


def is_shown(target: MemoryTarget) -> bool:
    return all(target.items[one].availability is Availability.AVAILABLE for one in (1, 2))


async def test_what_is_held_waits_and_the_rest_is_done(run: Run, shrunken: MemoryTarget) -> None:
    report = await mirror(run)

    assert report.status is RunStatus.HELD
    assert counted(report) == {"created": 1, "held": 2}
    assert is_shown(shrunken)
    assert report.held is not None
    assert report.held.members == (("hide", "keemun"), ("hide", "sencha"))
    assert report.live_items == 3


async def test_a_dry_run_tells_what_would_be_held(
    run: Run, shrunken: MemoryTarget, journal: Journal
) -> None:
    report = await mirror(run, is_dry=True)

    assert report.status is RunStatus.DONE
    assert counted(report) == {"created": 1, "held": 2}
    assert report.held is not None
    assert report.left == 1
    assert {method for method, _ in journal} == {"save_snapshot", "save_market"}

    told = report.held.digest
    held = (await mirror(run)).held
    assert held is not None
    assert held.digest == told


async def test_what_was_said_yes_to_is_done(
    run: Run, shrunken: MemoryTarget, ledger: MemoryLedger
) -> None:
    yes = Consent(verdict=Verdict.APPLY, members=frozenset(("hide", one) for one in GONE))
    ledger.remembered = replace(Memory(), consents=(yes,))

    report = await mirror(run)

    assert (report.status, counted(report)) == (RunStatus.DONE, {"created": 1, "hidden": 2})
    assert not is_shown(shrunken)
    assert report.live_items == 1
