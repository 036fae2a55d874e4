"""The first push into a community: how many items at a time, and what holds it."""

from collections.abc import Sequence
from typing import Any

import pytest

from evosync.catalog.item import Availability, LinkState, Pending
from evosync.engine.applied import Stop
from evosync.engine.canary import THROUGH
from evosync.engine.changes import Create, PutInAlbum
from evosync.engine.memory import Verdict
from tests.builders import NOON, draft, link
from tests.engine.journal import Journal, called, heard
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock, MemoryTarget
from tests.engine.pushing import GOODS, SETTLE, UNWANTED, FirstPush, consent
from tests.engine.wishes import MADE, hide, put, stand


async def test_a_first_push_makes_one_item_then_five_then_full_batches(
    push: FirstPush, target: MemoryTarget
) -> None:
    applied = await push(*GOODS)

    assert target.sizes == [1, 5, 25, 25, 4]
    assert [len(ids) for ids in target.looked_up] == [1, 6]
    assert (applied.left, applied.stopped, len(target.items)) == (0, None, len(GOODS))
    assert await push.stage() == THROUGH


async def test_a_later_push_looks_at_nothing(push: FirstPush, target: MemoryTarget) -> None:
    await push(*GOODS[:7])
    target.sizes.clear()
    target.looked_up.clear()

    await push(*GOODS[7:])

    assert (target.sizes, target.looked_up) == ([25, 25, 3], [])


async def test_other_changes_than_creates_are_not_held_back(
    push: FirstPush, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    for number in range(3):
        stand(target, ledger, GOODS[number], number + 1)

    await push(*(hide(GOODS[number], number + 1) for number in range(3)))

    assert (target.sizes, target.looked_up) == ([3], [])
    assert await push.stage() == 0


async def test_a_batch_stays_as_small_as_vk_wants_it(push: FirstPush, target: MemoryTarget) -> None:
    target.batch_size = 2

    await push(*GOODS[:7])

    assert target.sizes == [1, 2, 2, 2]


@pytest.mark.parametrize(
    ("stocks", "first"),
    [
        pytest.param([(0, 1000), (None, 0), (2, 1000)], "tea-02", id="with stock"),
        pytest.param([(0, 1000), (None, 5)], "tea-01", id="with a stock to open with"),
        pytest.param([(0, 1000), (None, 0)], "tea-00", id="none has any"),
    ],
)
async def test_the_very_first_is_one_with_stock_if_there_is_one(
    stocks: Sequence[tuple[int | None, int]], first: str, push: FirstPush, journal: Journal
) -> None:
    creates = [
        Create(draft=draft(f"tea-{number:02}", stock=stock, opening_stock=opening))
        for number, (stock, opening) in enumerate(stocks)
    ]

    await push(*creates)

    sent = [names for method, names in journal if method == "send"]
    assert sent[0] == [f"Create {first}"]
    assert sent[1:] == [[called(one) for one in creates if one.draft.product_id != first]]


async def test_a_refused_item_does_not_count_and_the_next_one_goes_alone(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.refused = dict.fromkeys((*GOODS[:2], *GOODS[3:8]), 100)

    applied = await push(*GOODS[:20])

    assert target.sizes == [1, 1, 1, 5, 5, 7]
    assert [len(ids) for ids in target.looked_up] == [1, 6]
    assert applied.left == 0
    assert await push.stage() == THROUGH


async def test_a_shop_of_one_item_is_half_through(push: FirstPush, target: MemoryTarget) -> None:
    await push(GOODS[0])
    assert await push.stage() == 1

    await push(*GOODS[1:])
    assert target.sizes == [1, 5, 25, 25, 4]


@pytest.mark.parametrize("made", [1, 4], ids=["the first one", "one of the five"])
async def test_a_value_that_vk_shows_otherwise_holds_the_rest(
    made: int, push: FirstPush, target: MemoryTarget
) -> None:
    wrong = GOODS[made - 1]
    target.otherwise[wrong] = {"price": 1_00}

    applied = await push(*GOODS, MADE, put(*GOODS))

    assert applied.stopped == Stop.DIFFERS
    [mismatch] = applied.mismatches
    assert (mismatch.product_id, mismatch.field) == (wrong, "price")
    assert len(target.items) == (1 if made == 1 else 6)
    assert applied.left == len(GOODS) + 2 - len(target.items)
    assert not target.albums
    assert await push.stage() == (0 if made == 1 else 1)


async def test_a_held_push_makes_no_further_item_however_often_it_runs(
    push: FirstPush, target: MemoryTarget, clock: HandClock
) -> None:
    target.otherwise["tea-00"] = {"title": "Чай"}
    held = await push(*GOODS)

    clock.at += SETTLE
    before = clock.at
    again = await push(*GOODS[1:])

    assert (again.mismatches, again.left) == (held.mismatches, len(GOODS) - 1)
    assert (len(target.items), clock.at) == (1, before)


async def test_an_approval_lets_it_go_on_and_another_difference_asks_again(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.otherwise["tea-00"] = {"price": 1_00}
    held = await push(*GOODS)

    target.otherwise["tea-03"] = {"price": 1_00}
    further = await push(*GOODS[1:], consents=(consent(held),))
    assert [one.product_id for one in further.mismatches] == ["tea-00", "tea-03"]
    assert await push.stage() == 1

    done = await push(*GOODS[6:], consents=(consent(held), consent(further)))
    assert (done.stopped, done.left, len(target.items)) == (None, 0, len(GOODS))


async def test_a_push_that_a_person_leaves_as_it_is_stops_without_asking(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.otherwise["tea-00"] = {"price": 1_00}
    held = await push(*GOODS)

    again = await push(*GOODS[1:], consents=(consent(held, Verdict.LEAVE),))

    assert (again.stopped, again.mismatches) == (Stop.LEFT, held.mismatches)
    assert len(target.items) == 1


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"text_is_theirs": True}, id="adopted"),
        pytest.param({"state": LinkState.LOST}, id="lost"),
        pytest.param({"pending": Pending.HIDE}, id="half hidden"),
        pytest.param({"last": {"is_hidden": True}}, id="hidden by us"),
    ],
)
async def test_an_item_that_need_not_stand_as_we_made_it_proves_nothing(
    values: dict[str, Any], push: FirstPush, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    ledger.linked["old"] = link("old", 3, **values)

    await push(*GOODS[:7])

    assert target.sizes == [1, 5, 1]


async def test_a_shop_that_stands_already_is_looked_at_before_anything_is_made(
    push: FirstPush, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    for number in range(9):
        stand(target, ledger, f"old-{number}", number + 1)

    await push(*GOODS)

    assert target.looked_up == [frozenset({4, 5, 6, 7, 8, 9})]
    assert target.sizes == [25, 25, 10]


async def test_items_that_lost_the_shared_picture_get_their_own(
    push: FirstPush, target: MemoryTarget, journal: Journal, clock: HandClock
) -> None:
    target.tells_pictures = target.drops_shared = True

    applied = await push(*GOODS[:10])

    assert all(one.photo_ids for one in target.items.values())
    assert heard(applied.outcomes)[6:11] == [(f"Update {one}", "Done") for one in GOODS[1:6]]
    assert [method for method, _ in journal].count("distrust_sharing") == 1
    assert (applied.stopped, applied.left) == (None, 0)
    assert clock.at == NOON + SETTLE  # VK might have shown them later


async def test_a_picture_is_not_sent_for_what_is_wanted_no_more(
    push: FirstPush, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.tells_pictures = target.drops_shared = True
    target.batch_size = 1
    await push("tea-00")
    stand(target, ledger, UNWANTED, 900)
    stand(target, ledger, "tea-50", 901)

    applied = await push("tea-01")

    assert heard(applied.outcomes) == [("Update tea-50", "Done"), ("Create tea-01", "Done")]


async def test_a_push_that_is_held_puts_nothing_in_albums(
    push: FirstPush, target: MemoryTarget
) -> None:
    target.otherwise["tea-00"] = {"availability": Availability.UNAVAILABLE}

    applied = await push("tea-00", MADE, PutInAlbum(key="чай", product_ids=("tea-00",)))

    assert (applied.stopped, applied.left, target.albums) == (Stop.DIFFERS, 2, {})
