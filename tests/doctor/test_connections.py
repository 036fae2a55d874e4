from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evosync.db.connection_health import Finding
from evosync.db.oversight import ConnectionSeen
from evosync.db.services import Service
from evosync.doctor.connections import MOST_ASKED, as_found, first_to_ask, judge_connections
from evosync.doctor.verdict import State
from tests.builders import NOON

LATER = NOON + timedelta(seconds=1)
GREEN = ConnectionSeen(
    service=Service.VK,
    user_id=1,
    owner="anna@example.com",
    is_whole=True,
    is_online=True,
    error=None,
    code=None,
    checked_at=LATER,
    rights_checked_at=LATER,
)
RED = replace(
    GREEN, user_id=2, owner=None, is_online=False, error="Выключено.", code="vk_market_off"
)


@pytest.mark.parametrize(
    ("seen", "states"),
    [
        pytest.param([], [State.UNKNOWN], id="nobody"),
        pytest.param([GREEN], [State.GOOD], id="works"),
        pytest.param([GREEN, RED], [State.ATTENTION, State.BROKEN], id="one does not"),
        pytest.param(
            [replace(RED, code="unreachable")], [State.ATTENTION, State.ATTENTION], id="silence"
        ),
        pytest.param(
            [replace(GREEN, is_whole=False)], [State.GOOD, State.ATTENTION], id="no community"
        ),
        pytest.param(
            [replace(GREEN, checked_at=NOON - timedelta(days=1))], [State.UNKNOWN], id="not asked"
        ),
    ],
)
def test_connections_are_told_in_one_line_and_each_trouble_in_its_own(
    seen: list[ConnectionSeen], states: list[State]
) -> None:
    assert [each.state for each in judge_connections(Service.VK, seen, NOON)] == states


def test_a_trouble_says_whose_it_is_and_what_to_do() -> None:
    _, line = judge_connections(Service.VK, [RED], NOON)
    assert line.title == "Ключи VK: № 2"
    assert line.sentence == ("Выключено. В сообществе: Управление → Разделы → Товары → включить.")


def test_those_in_trouble_are_asked_first_and_then_the_longest_unasked() -> None:
    greens = [
        replace(GREEN, user_id=number, rights_checked_at=NOON + timedelta(seconds=number))
        for number in range(MOST_ASKED, 0, -1)
    ]
    asked = [one.user_id for one in first_to_ask([*greens, replace(RED, user_id=0)])]
    assert asked == list(range(MOST_ASKED))


@pytest.mark.parametrize(
    ("known", "code", "checked_at"),
    [
        pytest.param(GREEN, "unreachable", LATER + timedelta(hours=1), id="green"),
        pytest.param(RED, RED.code, LATER, id="red"),
    ],
)
def test_a_silence_hides_no_trouble_that_was_there(
    known: ConnectionSeen, code: str, checked_at: datetime
) -> None:
    silence = Finding(connected_at=NOON, error="Молчит.", code="unreachable", is_passing=True)
    seen = as_found(known, silence, LATER + timedelta(hours=1))
    assert (seen.is_online, seen.code, seen.checked_at) == (False, code, checked_at)
