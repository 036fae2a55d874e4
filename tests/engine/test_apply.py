import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from evosync.catalog.item import Pending
from evosync.engine.apply import Hands, apply
from evosync.engine.changes import (
    Change,
    TakeFromAlbum,
    Uncertain,
)
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from tests.builders import adoption, link
from tests.engine.journal import Journal, heard
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemoryTarget
from tests.engine.wishes import MADE, create, hide, put, stand, update

CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
LATER = TryLater("VK просит подождать.")


async def test_a_create_is_committed_as_intended_before_it_is_sent(
    hands: Hands, journal: Journal
) -> None:
    await apply([create("assam"), create("keemun")], hands)

    both = ["Create assam", "Create keemun"]
    assert journal == [("begin", both), ("send", both), ("record", both)]


async def test_each_batch_is_committed_before_the_next_is_begun(
    hands: Hands, target: MemoryTarget, journal: Journal
) -> None:
    target.batch_size = 1

    await apply([create("assam"), create("keemun")], hands)

    assert [method for method, _ in journal] == ["begin", "send", "record"] * 2


async def test_what_stands_is_linked_and_no_intent_stays_open(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    applied = await apply([create("assam")], hands)

    assert ledger.linked["assam"].item_id in target.items
    assert not ledger.open_intents
    assert (applied.left, applied.stopped, applied.error) == (0, None, None)


async def test_nothing_of_a_batch_is_sent_when_it_cannot_be_committed_as_intended(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger, journal: Journal
) -> None:
    lost = TryLater("Запуск продолжил другой процесс.", code="lease_lost")
    ledger.errors["begin"] = [lost]

    applied = await apply([create("assam"), create("keemun")], hands)

    assert (applied.error, applied.left, applied.outcomes) == (lost, 2, ())
    assert journal == []
    assert not target.items


@pytest.mark.parametrize("error", [CAPTCHA, LATER], ids=["person", "later"])
async def test_a_send_that_raises_takes_back_exactly_its_own_batch(
    error: EvoSyncError,
    hands: Hands,
    target: MemoryTarget,
    ledger: MemoryLedger,
    journal: Journal,
) -> None:
    target.batch_size = 2
    stand(target, ledger, "keemun", 7)
    target.stops["pu-erh"] = error

    applied = await apply(
        [hide("keemun", 7), create("assam"), create("lapsang"), create("pu-erh"), create("sencha")],
        hands,
    )

    assert journal[-1] == ("withdraw", ["Create pu-erh", "Create sencha"])
    assert heard(applied.outcomes) == [
        ("Hide keemun", "Done"),
        ("Create assam", "Done"),
        ("Create lapsang", "Done"),
    ]
    assert (applied.error, applied.left) == (error, 2)
    assert not ledger.open_intents
    assert ledger.linked["keemun"].written.is_hidden


async def test_an_act_of_a_batch_that_is_taken_back_may_yet_have_reached_vk(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    before = link("assam", 1, pending=Pending.SHOW)
    target.errors = [LATER]

    await apply([replace(hide(), link=before)], hands)

    assert ledger.linked["assam"] == replace(before, pending=Pending.HIDE)


@pytest.mark.parametrize("where", ["send", "record"])
@pytest.mark.parametrize(
    "end", [asyncio.CancelledError(), RuntimeError("a mistake")], ids=["killed", "broken"]
)
async def test_an_end_between_intent_and_record_leaves_the_intent_open(
    where: str,
    end: BaseException,
    hands: Hands,
    target: MemoryTarget,
    ledger: MemoryLedger,
    journal: Journal,
) -> None:
    if where == "send":
        target.errors = [end]
    else:
        ledger.errors["record"] = [end]

    with pytest.raises(type(end)):
        await apply([create("assam")], hands)

    assert set(ledger.open_intents) == {"assam"}
    assert not ledger.linked
    assert "withdraw" not in [method for method, _ in journal]


async def test_a_batch_that_could_not_be_written_down_counts_as_left_and_keeps_its_intents(
    hands: Hands, ledger: MemoryLedger, journal: Journal
) -> None:
    busy = TryLater("База данных занята, повторим позже.", code="database_busy")
    ledger.errors["record"] = [busy]

    applied = await apply([create("assam"), MADE], hands)

    assert (applied.error, applied.left, applied.outcomes) == (busy, 2, ())
    assert set(ledger.open_intents) == {"assam"}
    assert journal[-1] == ("send", ["Create assam"])


@pytest.mark.parametrize(
    ("changes", "batches"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(
            [hide(), update("keemun", 2)], [["Hide assam", "Update keemun"]], id="edits together"
        ),
        pytest.param(
            [update("keemun", 2), create("assam")],
            [["Update keemun"], ["Create assam"]],
            id="creates apart from edits",
        ),
        pytest.param(
            [create("assam"), MADE, put("assam")],
            [["Create assam"], ["AddAlbum чай"], ["PutInAlbum чай"]],
            id="albums after items and members after albums",
        ),
        pytest.param(
            [
                adoption("keemun", 2, is_intended=True),
                update("keemun", 2),
            ],
            [["Adopt keemun"], ["Update keemun"]],
            id="links before what builds on them",
        ),
        pytest.param(
            [
                put("keemun", album_id=9),
                TakeFromAlbum(link=link("keemun", 2), album_ids=(8,)),
            ],
            [["PutInAlbum чай", "TakeFromAlbum keemun"]],
            id="in and out together",
        ),
    ],
)
async def test_a_request_carries_one_kind_of_change(
    changes: Sequence[Change],
    batches: list[list[str]],
    hands: Hands,
    target: MemoryTarget,
    ledger: MemoryLedger,
    journal: Journal,
) -> None:
    stand(target, ledger, "assam", 1)
    stand(target, ledger, "keemun", 2)

    await apply(changes, hands)

    assert [names for method, names in journal if method == "send"] == batches


async def test_a_batch_is_as_big_as_the_market_takes_at_that_moment(
    hands: Hands, target: MemoryTarget
) -> None:
    target.batch_size = 3

    def choke(*_: object) -> None:
        target.batch_size = 2

    await apply([create(f"tea {n}") for n in range(6)], replace(hands, progress=choke))

    assert target.sizes == [3, 2, 1]


async def test_a_checkpoint_stops_the_work_between_batches(
    hands: Hands, target: MemoryTarget
) -> None:
    target.batch_size = 2
    answers: list[str | None] = [None, "cancelled"]

    async def ask() -> str | None:
        return answers.pop(0)

    applied = await apply([create(f"tea {n}") for n in range(5)], replace(hands, checkpoint=ask))

    assert (applied.stopped, applied.left, len(applied.outcomes)) == ("cancelled", 3, 2)
    assert applied.error is None
    assert len(target.items) == 2


async def test_a_checkpoint_that_cannot_be_asked_ends_the_work_with_what_was_done(
    hands: Hands, target: MemoryTarget
) -> None:
    target.batch_size = 1
    busy = TryLater("База данных занята, повторим позже.", code="database_busy")
    answers: list[TryLater | None] = [None, busy]

    async def ask() -> str | None:
        if (error := answers.pop(0)) is not None:
            raise error
        return None

    applied = await apply([create("assam"), create("keemun")], replace(hands, checkpoint=ask))

    assert (applied.error, applied.left) == (busy, 1)
    assert heard(applied.outcomes) == [("Create assam", "Done")]


async def test_a_refused_change_never_stops_the_rest(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.refused["assam"] = 100

    applied = await apply([create("assam"), create("keemun")], hands)

    assert heard(applied.outcomes) == [("Create assam", "Failed"), ("Create keemun", "Done")]
    assert (applied.left, applied.error) == (0, None)
    assert not ledger.open_intents


async def test_an_uncertain_create_keeps_its_intent_and_is_not_sent_again(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.unheard.add("assam")

    applied = await apply([create("assam")], hands)

    assert isinstance(applied.outcomes[0], Uncertain)
    assert set(ledger.open_intents) == {"assam"}
    assert len(target.sizes) == 1


async def test_what_stops_the_last_batch_halfway_ends_the_work_with_its_error(
    hands: Hands, target: MemoryTarget
) -> None:
    target.stops["keemun"] = CAPTCHA

    applied = await apply([create("assam"), create("keemun")], hands)

    assert applied.error is CAPTCHA
    assert heard(applied.outcomes) == [("Create assam", "Done"), ("Create keemun", "Failed")]


async def test_what_stops_a_batch_halfway_lets_no_later_one_begin(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.batch_size = 2
    target.stops["keemun"] = CAPTCHA

    applied = await apply([create("assam"), create("keemun"), create("sencha")], hands)

    assert (applied.error, applied.left) == (CAPTCHA, 1)
    assert set(ledger.linked) == {"assam"}
    assert not ledger.open_intents


async def test_progress_is_told_after_each_batch(
    hands: Hands, target: MemoryTarget, told: list[tuple[str, int, int]]
) -> None:
    target.batch_size = 2

    await apply([create(f"tea {n}") for n in range(3)], hands)

    assert told == [("apply", 2, 3), ("apply", 3, 3)]
