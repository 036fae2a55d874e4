"""Moderation's word on what was written of late, asked for at the end of a run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import Link, LinkState, MarketReading
from evosync.engine.applied import Applied, Stop
from evosync.engine.apply import Hands
from evosync.engine.changes import Change, Done, Failed, Outcome
from evosync.engine.draft.shop import Drafted
from evosync.engine.read_back import MODERATION_LASTS, hear_moderation
from evosync.errors import TryLater
from tests.builders import NOON, adoption, draft, item, link, reading
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemoryTarget
from tests.engine.wishes import create, hide, update

WANTED = Drafted(drafts={"assam": draft()})
PARTIAL = reading(is_whole=False)
WORDS = "Запрещённый товар"
LATER = TryLater("VK просит подождать.")


def done(change: Change, item_id: int = 1) -> Applied:
    return Applied(outcomes=(Done(change=change, item_id=item_id),))


def rejected(target: MemoryTarget, ledger: MemoryLedger, known: Link) -> None:
    """Let moderation have refused an item that is linked."""
    target.items[known.item_id] = item(known.item_id, rejected=WORDS)
    ledger.linked[known.product_id] = known


@pytest.mark.parametrize("change", [create(), update()], ids=["create", "edit"])
async def test_what_this_run_wrote_is_asked_for_though_the_reading_showed_it_as_fine(
    change: Change, hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    rejected(target, ledger, link(written_at=NOON))

    after = await hear_moderation(done(change), WANTED, reading(item()), hands)

    assert after.moderated == {"assam": WORDS}


async def test_what_stands_well_is_told_as_such(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items[1] = item()
    ledger.linked["assam"] = link()

    assert (await hear_moderation(done(update()), WANTED, reading(), hands)).moderated == {
        "assam": None
    }


async def test_what_a_partial_reading_lacks_is_asked_for_until_moderation_is_over(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    rejected(target, ledger, link(written_at=NOON - MODERATION_LASTS))

    after = await hear_moderation(Applied(), WANTED, PARTIAL, hands)

    assert after.moderated == {"assam": WORDS}


@pytest.mark.parametrize(
    ("known", "applied", "listed"),
    [
        pytest.param(
            link(written_at=NOON - MODERATION_LASTS - timedelta(seconds=1)),
            Applied(),
            PARTIAL,
            id="written too long ago",
        ),
        pytest.param(link(), Applied(), PARTIAL, id="never written"),
        pytest.param(link(written_at=NOON), Applied(), reading(), id="a whole reading lacks it"),
        pytest.param(
            link("gone", written_at=NOON), done(update("gone")), PARTIAL, id="not wanted any more"
        ),
        pytest.param(
            link(written_at=NOON), Applied(), replace(PARTIAL, items=(item(),)), id="seen as fine"
        ),
        pytest.param(
            link(written_at=NOON, state=LinkState.LOST), Applied(), PARTIAL, id="given up"
        ),
        pytest.param(
            link(written_at=NOON, last={"is_hidden": True}), Applied(), PARTIAL, id="hidden by us"
        ),
        pytest.param(link(), done(hide()), reading(item()), id="only taken off sale"),
        pytest.param(link(), done(adoption()), reading(item()), id="only adopted"),
        pytest.param(
            link(),
            Applied(outcomes=(Failed(change=update(), code=100, message="no"),)),
            reading(item()),
            id="refused",
        ),
        pytest.param(
            link(written_at=NOON), Applied(stopped="stopping"), PARTIAL, id="a stop is wanted"
        ),
        pytest.param(link(written_at=NOON), Applied(error=LATER), PARTIAL, id="VK wants rest"),
    ],
)
async def test_nothing_else_is_asked_for(
    known: Link,
    applied: Applied,
    listed: MarketReading,
    hands: Hands,
    target: MemoryTarget,
    ledger: MemoryLedger,
) -> None:
    rejected(target, ledger, known)

    assert await hear_moderation(applied, WANTED, listed, hands) == applied
    assert target.looked_up == []


async def test_a_first_push_that_waits_is_asked_about_too(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    rejected(target, ledger, link())
    before: tuple[Outcome, ...] = done(create()).outcomes

    after = await hear_moderation(
        Applied(outcomes=before, stopped=Stop.DIFFERS), WANTED, reading(), hands
    )

    assert after.moderated == {"assam": WORDS}


async def test_a_question_that_vk_does_not_answer_is_left_to_the_next_run(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    rejected(target, ledger, link())
    target.look_errors = [LATER]

    assert await hear_moderation(done(update()), WANTED, reading(), hands) == done(update())
