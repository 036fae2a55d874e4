from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.catalog.item import AlbumLink
from evosync.engine.changes import NOT_SENT, Change, Done, EditAlbum, Failed, Outcome, Uncertain
from evosync.engine.memory import Park
from evosync.engine.parking import answered, park_for, put_off, rests_until
from evosync.errors import Rest
from tests.builders import NOON
from tests.engine.ports import MemoryTarget
from tests.engine.wishes import MADE, create, hide, put, update

METHODS_OF = MemoryTarget().methods_of
ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)
ALBUM_HIDDEN = EditAlbum(link=ALBUM, title="Чай", is_hidden=True, photo=None)
ALBUM_SHOWN = replace(ALBUM_HIDDEN, is_hidden=False)
LATER = NOON + timedelta(seconds=30)


def parked(method: str = "add", code: int = 9, wait_s: int = 30) -> Park:
    return Park(method=method, code=code, wait_s=wait_s, until_at=NOON + timedelta(seconds=wait_s))


@pytest.mark.parametrize(
    ("code", "before", "wait_s"),
    [
        pytest.param(9, None, 30, id="flood"),
        pytest.param(9, parked(wait_s=30), 60, id="flood again"),
        pytest.param(9, parked(wait_s=480), 900, id="at most a quarter of an hour"),
        pytest.param(9, parked(code=29, wait_s=3600), 30, id="flood after a quota"),
        pytest.param(29, None, 3600, id="quota"),
        pytest.param(601, parked(code=29, wait_s=3600), 3600, id="quota again"),
    ],
)
def test_a_method_rests_the_longer_the_oftener_it_asks(
    code: int, before: Park | None, wait_s: int
) -> None:
    rest = Rest(method="add", code=code)
    assert park_for(rest, before, NOON) == parked(code=code, wait_s=wait_s)


def test_what_needs_several_resting_methods_waits_for_the_last() -> None:
    parks = {"add": parked(), "execute": parked("execute", wait_s=60)}
    assert rests_until({"execute", "add"}, parks, NOON) == NOON + timedelta(seconds=60)
    assert rests_until({"edit"}, parks, NOON) is None
    assert rests_until({"execute", "add"}, parks, NOON + timedelta(seconds=60)) is None


def test_a_park_from_before_the_clock_was_set_back_is_over() -> None:
    assert rests_until({"add"}, {"add": parked()}, NOON) == LATER
    assert rests_until({"add"}, {"add": parked()}, NOON - timedelta(days=1)) is None


def test_what_needs_a_resting_method_is_put_off_and_the_rest_goes() -> None:
    both = replace(put("assam", "keemun"), album_id=900)
    changes: list[Change] = [hide("mate", 3), create("assam"), MADE, both]
    going, waiting = put_off(changes, {"add": parked()}, METHODS_OF, NOON)
    assert going == [hide("mate", 3), MADE, replace(both, product_ids=("keemun",))]
    assert waiting.until_at == LATER
    assert [(one.change, one.code) for one in waiting.outcomes if isinstance(one, Failed)] == [
        (create("assam"), NOT_SENT)
    ]
    assert [(one.product_id, one.code) for one in waiting.problems] == [("assam", "vk_busy")]


def methods_apart(change: Change) -> frozenset[str]:
    """Let albums be edited by a method of their own, as they are in VK."""
    return frozenset({"editAlbum"}) if isinstance(change, EditAlbum) else METHODS_OF(change)


def test_what_waits_to_be_hidden_is_told_and_its_album_stays_with_it() -> None:
    changes: list[Change] = [hide(), ALBUM_SHOWN, ALBUM_HIDDEN]
    going, waiting = put_off(changes, {"edit": parked("edit")}, methods_apart, NOON)
    assert going == [ALBUM_SHOWN]
    assert [one.change for one in waiting.outcomes] == [hide(), ALBUM_HIDDEN]
    told = [(one.product_id, one.name, one.code) for one in waiting.problems]
    assert told == [("assam", hide().item.title, "vk_busy")]


def test_an_emptied_album_is_hidden_while_something_else_waits() -> None:
    changes: list[Change] = [update(), ALBUM_HIDDEN]
    going, waiting = put_off(changes, {"edit": parked("edit")}, methods_apart, NOON)
    assert (going, waiting.changes) == ([ALBUM_HIDDEN], (update(),))


def test_when_nothing_rests_nothing_waits() -> None:
    going, waiting = put_off([hide(), create()], {"add": parked()}, METHODS_OF, LATER)
    assert going == [hide(), create()]
    assert (waiting.outcomes, waiting.until_at) == ((), None)


def test_only_what_did_as_told_answered() -> None:
    outcomes: list[Outcome] = [
        Done(change=update()),
        Failed(change=create(), code=100, message="no"),
        Uncertain(change=create("keemun"), cause="time-out"),
    ]
    assert answered(outcomes, METHODS_OF) == {"edit", "execute"}
