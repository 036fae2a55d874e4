"""A market and a ledger in memory that share one journal, and the hands that work with them."""

from datetime import timedelta

import pytest

from evosync.engine.apply import Hands
from evosync.engine.canary import THROUGH
from evosync.engine.caution import Caution
from evosync.engine.memory import Memory
from evosync.engine.run import Run
from tests.builders import rules
from tests.engine.journal import Journal
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemorySource, MemoryTarget
from tests.engine.pushing import FirstPush
from tests.engine.wishes import TEAS


@pytest.fixture
def journal() -> Journal:
    return []


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def target(journal: Journal, clock: HandClock) -> MemoryTarget:
    return MemoryTarget(journal=journal, clock=clock)


@pytest.fixture
def ledger(journal: Journal, clock: HandClock) -> MemoryLedger:
    """Give the ledger of a community whose first push is long past."""
    return MemoryLedger(journal=journal, clock=clock, remembered=Memory(canary_stage=THROUGH))


@pytest.fixture
def told() -> list[tuple[str, int, int]]:
    """What was told of the progress."""
    return []


@pytest.fixture
def hands(
    target: MemoryTarget,
    ledger: MemoryLedger,
    clock: HandClock,
    told: list[tuple[str, int, int]],
) -> Hands:
    """Hands that nobody stops."""

    async def go_on() -> str | None:
        return None

    return Hands(
        target=target,
        ledger=ledger,
        clock=clock,
        checkpoint=go_on,
        progress=lambda *news: told.append(news),
        caution=Caution(methods_of=target.methods_of),
    )


@pytest.fixture
def push(hands: Hands, ledger: MemoryLedger, clock: HandClock) -> FirstPush:
    """Give pushes into a community that has seen none yet."""
    ledger.remembered = Memory()
    return FirstPush(hands=hands, ledger=ledger, clock=clock)


@pytest.fixture
def source() -> MemorySource:
    return MemorySource(shop=TEAS)


@pytest.fixture
def run(
    source: MemorySource,
    target: MemoryTarget,
    ledger: MemoryLedger,
    clock: HandClock,
    hands: Hands,
) -> Run:
    return Run(
        source=source,
        target=target,
        ledger=ledger,
        rules=rules(),
        settle=timedelta(seconds=120),
        clock=clock,
        checkpoint=hands.checkpoint,
        progress=hands.progress,
        wait=clock.wait,
    )
