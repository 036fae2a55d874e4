"""What is asked of VK at the end of a run: lost creates, and moderation's word."""

from datetime import timedelta

import pytest

from evosync.catalog.item import Availability
from evosync.engine.applied import Applied
from evosync.engine.apply import Hands, apply
from evosync.engine.changes import AddAlbum, Create, Done, Outcome, Uncertain
from evosync.engine.draft.shop import Drafted
from evosync.engine.read_back import find_lost_creates
from evosync.errors import NeedsPerson, TryLater
from tests.builders import draft, item, link
from tests.engine.journal import Journal
from tests.engine.ledger import MemoryLedger
from tests.engine.plan.planning import intent
from tests.engine.ports import MemoryTarget

LATER = TryLater("VK просит подождать.")
LOST = Uncertain(change=Create(draft=draft("assam")), cause="time-out")
WANTED = Drafted(drafts={one: draft(one) for one in ("assam", "keemun")})


@pytest.fixture
def ledger(ledger: MemoryLedger) -> MemoryLedger:
    """Let the lost create be known as sent."""
    ledger.open_intents["assam"] = intent("assam")
    return ledger


async def test_a_lost_create_that_stands_is_linked_and_counted_as_done(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger, journal: Journal
) -> None:
    target.unheard.add("assam")
    applied = await apply([Create(draft=draft("assam")), Create(draft=draft("keemun"))], hands)

    after = await find_lost_creates(applied, WANTED, hands)

    ids = {one.sku: one.item_id for one in target.items.values()}
    assert after.outcomes == (
        Done(change=Create(draft=draft("assam")), item_id=ids["assam"]),
        Done(change=Create(draft=draft("keemun")), item_id=ids["keemun"]),
    )
    assert ledger.linked["assam"].item_id == ids["assam"]
    assert not ledger.open_intents
    assert journal[-1] == ("record", ["Create assam"])


async def test_what_is_not_seen_stays_uncertain_with_its_intent_open(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.dropped.add("assam")
    applied = await apply([Create(draft=draft("assam"))], hands)

    after = await find_lost_creates(applied, WANTED, hands)

    assert after == applied
    assert set(ledger.open_intents) == {"assam"}


async def test_of_two_items_only_the_older_is_linked(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items = {8: item(8), 3: item(3)}

    after = await find_lost_creates(Applied(outcomes=(LOST,)), WANTED, hands)

    assert after.outcomes == (Done(change=LOST.change, item_id=3),)
    assert ledger.linked["assam"].item_id == 3


async def test_where_vk_tells_no_sku_the_lost_one_is_known_by_title_price_and_date(
    hands: Hands, target: MemoryTarget
) -> None:
    before, after = (intent().sent_at + timedelta(minutes=one) for one in (-9, 1))
    target.items = {
        3: item(3, product_id=None, created_at=before),
        4: item(4, product_id=None, created_at=after, price=1_00),
        5: item(5, product_id=None, created_at=after),
    }

    found = await find_lost_creates(Applied(outcomes=(LOST,)), WANTED, hands)

    assert found.outcomes == (Done(change=LOST.change, item_id=5),)


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param(item(5, product_id="keemun"), id="another product's"),
        pytest.param(item(5, product_id=None), id="no sku"),
        pytest.param(item(5, availability=Availability.REMOVED), id="removed"),
        pytest.param(item(5, created_at=intent(age_s=900).sent_at), id="made before"),
    ],
)
async def test_no_other_item_is_taken_for_the_lost_one(
    stranger: object, hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items = {5: stranger}  # type: ignore[dict-item]  # parametrize loses the type

    after = await find_lost_creates(Applied(outcomes=(LOST,)), WANTED, hands)

    assert after.outcomes == (LOST,)
    assert not ledger.linked


async def test_an_item_that_is_linked_already_is_never_linked_again(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items = {5: item(5)}
    ledger.linked["keemun"] = link("keemun", 5)

    after = await find_lost_creates(Applied(outcomes=(LOST,)), WANTED, hands)

    assert after.outcomes == (LOST,)
    assert set(ledger.linked) == {"keemun"}


@pytest.mark.parametrize(
    "applied",
    [
        pytest.param(Applied(), id="nothing was done"),
        pytest.param(
            Applied(outcomes=(Done(change=LOST.change, item_id=3),)), id="everything was heard"
        ),
        pytest.param(
            Applied(
                outcomes=(
                    Uncertain(change=AddAlbum(key="чай", title="Чай", photo=None), cause="?"),
                )
            ),
            id="an album is no item",
        ),
        pytest.param(Applied(outcomes=(LOST,), left=1, stopped="stopping"), id="a stop is wanted"),
        pytest.param(Applied(outcomes=(LOST,), error=LATER), id="VK wants rest"),
    ],
)
async def test_nothing_is_read_where_there_is_nothing_to_find_or_no_time(
    applied: Applied, hands: Hands, target: MemoryTarget
) -> None:
    assert await find_lost_creates(applied, WANTED, hands) == applied
    assert target.fetches == 0


async def test_a_market_that_cannot_be_read_leaves_it_to_the_next_run(
    hands: Hands, target: MemoryTarget
) -> None:
    target.fetch_error = NeedsPerson("Подключите VK заново.", code="connection_broken")

    after = await find_lost_creates(Applied(outcomes=(LOST,)), WANTED, hands)

    assert after.outcomes == (LOST,)


async def test_what_cannot_be_written_down_stays_uncertain(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items = {5: item(5)}
    ledger.errors["record"] = [LATER]
    before: tuple[Outcome, ...] = (LOST,)

    after = await find_lost_creates(Applied(outcomes=before), WANTED, hands)

    assert after.outcomes == before
