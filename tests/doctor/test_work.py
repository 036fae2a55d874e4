from datetime import timedelta

import pytest

from evosync.backup.amiss import Amiss
from evosync.db.backups import LastBackup
from evosync.doctor.verdict import State
from evosync.doctor.work import (
    ServiceSeen,
    judge_backup,
    judge_from_aside,
    judge_runs,
    judge_service,
)
from evosync.settings import Settings
from tests.builders import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("age", "every", "state"),
    [
        pytest.param(50 * HOUR, 24, State.GOOD, id="one was missed"),
        pytest.param(51 * HOUR, 24, State.ATTENTION, id="too old"),
        pytest.param(None, 24, State.ATTENTION, id="none yet"),
        pytest.param(HOUR, 0, State.ATTENTION, id="switched off"),
    ],
)
def test_a_backup_may_not_be_old(age: timedelta | None, every: int, state: State) -> None:
    last = None if age is None else LastBackup(made_at=NOON - age, size_bytes=10**6, file="x")
    verdict = judge_backup(last, Settings(backup_interval_hours=every), NOON)
    assert verdict.state is state


@pytest.mark.parametrize(
    ("age", "state"),
    [
        pytest.param(HOUR, State.ATTENTION, id="there is one"),
        pytest.param(51 * HOUR, State.BROKEN, id="an old one"),
        pytest.param(None, State.BROKEN, id="none"),
    ],
)
def test_what_keeps_backups_from_being_made_is_told_and_not_that_they_come_by_themselves(
    age: timedelta | None, state: State
) -> None:
    last = None if age is None else LastBackup(made_at=NOON - age, size_bytes=10**6, file="x")
    amiss = Amiss(word="", told="Нет места.", advice="Освободите.")
    verdict = judge_backup(last, Settings(), NOON, amiss=amiss)
    assert verdict.state is state
    assert verdict.sentence.endswith(" Нет места. Освободите.")


@pytest.mark.parametrize(
    ("age", "due", "state"),
    [
        pytest.param(3 * HOUR, 1, State.GOOD, id="of late"),
        pytest.param(3.1 * HOUR, 1, State.ATTENTION, id="too long ago"),
        pytest.param(99 * HOUR, 0, State.UNKNOWN, id="nobody waits"),
        pytest.param(None, 1, State.UNKNOWN, id="never"),
    ],
)
def test_runs_have_to_end_now_and_then(age: timedelta | None, due: int, state: State) -> None:
    last_at = None if age is None else NOON - age
    assert judge_runs(last_at, due, Settings(), NOON).state is state


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (ServiceSeen(is_alive=True), State.GOOD),
        (ServiceSeen(is_alive=True, failed=("Уборка",)), State.ATTENTION),
        (ServiceSeen(is_alive=False), State.BROKEN),
    ],
)
def test_the_service_is_what_its_clock_and_its_rounds_are(seen: ServiceSeen, state: State) -> None:
    assert judge_service(seen).state is state


def test_from_aside_a_service_is_known_by_its_lock() -> None:
    assert judge_from_aside(is_served=True).state is State.GOOD
    assert judge_from_aside(is_served=False).state is State.ATTENTION
