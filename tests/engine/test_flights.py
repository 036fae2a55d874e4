"""Several batches are under way at once, and nothing else differs from one after another."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from evosync.engine.apply import Hands, apply
from evosync.engine.canary import THROUGH
from evosync.engine.caution import Caution
from evosync.engine.changes import Change, Field, Outcome, Update
from evosync.engine.flights import items_of
from evosync.engine.memory import Memory
from evosync.errors import NeedsPerson, TryLater
from tests.builders import draft, item, link
from tests.engine.journal import Journal, heard
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget
from tests.engine.pushing import FirstPush
from tests.engine.wishes import MADE, create, hide, put, stand, update, zero
from tests.flow.stand import until

CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")


@dataclass(kw_only=True)
class SlowTarget(MemoryTarget):
    """A market that works on each batch for a while, on some longer than on others.

    `aloft` holds the items of what is under way; `most` is how many that ever was.
    """

    batch_size: int = 1
    flights: int = 3
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - a test
    aloft: list[frozenset[int]] = field(default_factory=list)
    most: int = 0
    is_stuck: bool = False

    async def ready(self) -> None:
        self.journal.append(("ready", []))

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        items = frozenset(items_of(changes))
        assert all(items.isdisjoint(others) for others in self.aloft)
        self.aloft.append(items)
        self.most = max(self.most, len(self.aloft))
        try:
            rounds = self.dice.randrange(1, 9)
            while self.is_stuck or rounds > 0:
                await asyncio.sleep(0)
                rounds -= 1
            return await super().send(changes)
        finally:
            self.aloft.remove(items)


@pytest.fixture
def target(journal: Journal, clock: HandClock) -> SlowTarget:
    return SlowTarget(journal=journal, clock=clock)


async def test_as_many_batches_are_under_way_as_the_market_takes(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    applied = await apply([create(f"tea {n}") for n in range(20)], hands)

    assert target.most == 3
    assert (len(applied.outcomes), applied.left, applied.error) == (20, 0, None)
    assert len(ledger.linked) == len(target.items) == 20
    assert not ledger.open_intents


async def test_nothing_is_committed_as_intended_before_it_can_leave(
    hands: Hands, target: SlowTarget, journal: Journal
) -> None:
    await apply([create(f"tea {n}") for n in range(9)], hands)

    begun = [method for method, _ in journal if method in {"ready", "begin"}]
    assert begun == ["ready", "begin"] * 9


async def test_one_item_is_never_in_two_flights(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    stand(target, ledger, "keemun", 2)
    text = replace(update("assam", 1), fields=frozenset({Field.TITLE}))

    await apply([update("assam", 1), text, update("keemun", 2)], hands)

    assert target.most == 2  # the target itself looks that no two touch the same


async def test_the_first_items_of_a_community_go_one_request_at_a_time(
    push: FirstPush, target: SlowTarget
) -> None:
    target.batch_size = 25
    await push(*(f"tea-{number:02}" for number in range(6)))
    assert target.most == 1

    await push(*(f"more-{number:03}" for number in range(100)))
    assert target.most == 3


async def test_a_method_on_trial_is_tried_by_one_batch_before_others_follow(
    hands: Hands, target: SlowTarget, journal: Journal
) -> None:
    hands.caution.methods = frozenset({"add"})

    await apply([create(f"tea {n}") for n in range(6)], hands)

    assert [method for method, _ in journal][:4] == ["ready", "begin", "send", "record"]
    assert target.most == 3


async def test_a_method_on_trial_that_nothing_needs_makes_no_batch_wait(
    hands: Hands, target: SlowTarget
) -> None:
    hands.caution.methods = frozenset({"removeFromAlbum"})  # its park ended weeks ago

    await apply([create(f"tea {n}") for n in range(6)], hands)

    assert target.most == 3


async def test_nothing_is_made_before_all_that_goes_off_sale_is_heard_of(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    stand(target, ledger, "keemun", 2)
    target.is_stuck = True
    changes: list[Change] = [hide("assam", 1), zero("keemun", 2), create("new"), MADE, put("new")]
    running = asyncio.create_task(apply(changes, hands))
    await until(lambda: len(target.aloft) >= 2, "what goes off sale is under way")
    await settle()

    assert (len(target.aloft), len(ledger.open_intents)) == (2, 0)

    target.is_stuck = False
    assert len((await running).outcomes) == 5


async def test_a_stop_is_asked_for_after_the_wait_for_another_batch(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    text = replace(update("assam", 1), fields=frozenset({Field.TITLE}))
    reason: str | None = None

    async def ask() -> str | None:
        return reason

    target.is_stuck = True
    running = asyncio.create_task(apply([update("assam", 1), text], replace(hands, checkpoint=ask)))
    await until(lambda: len(target.aloft) == 1, "the first is under way")
    await settle()
    reason, target.is_stuck = "cancelled", False
    applied = await running

    assert (applied.stopped, applied.left, len(applied.outcomes)) == ("cancelled", 1, 1)


async def settle() -> None:
    """Let all go as far as it goes by itself."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_is_under_way_when_another_batch_fails_is_written_down(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    target.stops["tea 2"] = CAPTCHA

    applied = await apply([create(f"tea {n}") for n in range(12)], hands)

    assert applied.error is CAPTCHA
    assert len(applied.outcomes) + applied.left == 12
    assert 2 <= len(target.items) <= 5  # of the three aloft with it none was dropped
    assert len(ledger.linked) == len(target.items)
    assert not ledger.open_intents


async def test_a_stop_that_is_asked_for_lets_what_is_under_way_land(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    answers: list[str | None] = [None, None, None, "stopping"]

    async def ask() -> str | None:
        return answers.pop(0)

    changes = [create(f"tea {n}") for n in range(9)]
    applied = await apply(changes, replace(hands, checkpoint=ask))

    assert (applied.stopped, applied.left, len(applied.outcomes)) == ("stopping", 6, 3)
    assert len(ledger.linked) == 3


async def test_a_checkpoint_that_cannot_be_asked_lets_what_is_under_way_land(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    answers: list[TryLater | None] = [None, None, TryLater("Занято.", code="database_busy")]

    async def ask() -> str | None:
        if (error := answers.pop(0)) is not None:
            raise error
        return None

    applied = await apply([create(f"tea {n}") for n in range(9)], replace(hands, checkpoint=ask))

    assert applied.error is not None
    assert (applied.left, len(applied.outcomes), len(ledger.linked)) == (7, 2, 2)


async def test_a_cancelled_run_leaves_what_is_under_way_as_intended(
    hands: Hands, target: SlowTarget, ledger: MemoryLedger
) -> None:
    target.is_stuck = True
    running = asyncio.create_task(apply([create(f"tea {n}") for n in range(9)], hands))
    await until(lambda: len(target.aloft) == 3, "three are under way")

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert not target.aloft
    assert (len(ledger.open_intents), len(ledger.linked)) == (3, 0)


@pytest.mark.parametrize("seed", range(20))
async def test_side_by_side_comes_to_the_same_as_one_after_another(seed: int) -> None:
    alone = await _played(seed, flights=1)
    together = await _played(seed, flights=4)
    assert together == alone


async def _played(seed: int, flights: int) -> object:
    """Apply a plan of all kinds of changes, a few of them refused; return all that came of it."""
    dice = random.Random(seed)  # noqa: S311 - a test
    clock = HandClock()
    target = SlowTarget(clock=clock, batch_size=dice.randrange(1, 4), flights=flights)
    ledger = MemoryLedger(clock=clock, remembered=Memory(canary_stage=THROUGH))
    names = [f"tea {number}" for number in range(12)]
    for number, name in enumerate(names, start=1):
        stand(target, ledger, name, number)
    target.refused = dict.fromkeys(dice.sample([*names, "new 1", "new 2"], 3), 100)
    changes: list[Change] = [hide(name, names.index(name) + 1) for name in names[:3]]
    for fields in ({Field.PRICE}, {Field.TITLE, Field.DESCRIPTION}):
        changes += [
            Update(
                link=link(name, names.index(name) + 1),
                draft=draft(name, price=dice.randrange(1, 99) * 100, title=f"{name} {seed}"),
                item=item(names.index(name) + 1, product_id=name),
                fields=frozenset(fields),
            )
            for name in dice.sample(names[3:], 7)
        ]
    changes += [create(f"new {number}") for number in range(8)]
    changes += [MADE, put(*(f"new {number}" for number in range(8)))]

    async def go_on() -> str | None:
        return None

    hands = Hands(
        target=target,
        ledger=ledger,
        clock=clock,
        checkpoint=go_on,
        progress=lambda *_: None,
        caution=Caution(methods_of=target.methods_of),
    )
    applied = await apply(changes, hands)
    by_sku = {one.sku: replace(one, item_id=0) for one in target.items.values()}
    links = {key: replace(one, item_id=0) for key, one in ledger.linked.items()}
    return sorted(heard(applied.outcomes)), applied.left, by_sku, links, ledger.open_intents
