from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.db.condition import MariaDbCondition, SqliteCondition
from evosync.db.migrate import SchemaState
from evosync.doctor.clocks import Sample
from evosync.doctor.database import (
    LEAST_PACKET_BYTES,
    judge_fault,
    judge_file,
    judge_schema,
    judge_server,
    judge_server_clock,
)
from evosync.doctor.verdict import State
from evosync.errors import Misconfigured, TryLater
from tests.builders import NOON

WELL = MariaDbCondition(
    version="11.4.2-MariaDB",
    foreign_tables=0,
    packet_bytes=LEAST_PACKET_BYTES,
    buffer_bytes=2**27,
    flush=1,
    is_read_only=False,
    size_bytes=10**7,
    now=NOON,
)


@pytest.mark.parametrize(
    ("trouble", "is_passing", "states"),
    [
        pytest.param(None, False, [State.GOOD, State.GOOD], id="sound"),
        pytest.param("", False, [State.GOOD, State.UNKNOWN], id="no time"),
        pytest.param("row 1 missing", False, [State.GOOD, State.BROKEN], id="damaged"),
        pytest.param(None, True, [State.ATTENTION, State.GOOD], id="in a container"),
    ],
)
def test_a_file_is_judged_by_its_check_and_its_place(
    trouble: str | None, is_passing: bool, states: list[State]
) -> None:
    seen = SqliteCondition(version="3.45", journal="wal", size_bytes=1, trouble=trouble)
    assert [each.state for each in judge_file(seen, is_passing=is_passing)] == states


def test_a_server_that_is_set_up_well_is_in_order() -> None:
    assert {each.state for each in judge_server(WELL)} == {State.GOOD}


@pytest.mark.parametrize(
    ("amiss", "state", "words"),
    [
        pytest.param({"foreign_tables": 2}, State.ATTENTION, "utf8mb4: 2", id="charset"),
        pytest.param({"packet_bytes": 2**20}, State.ATTENTION, "max_allowed_packet", id="packet"),
        pytest.param({"flush": 2}, State.ATTENTION, "flush_log_at_trx_commit=2", id="flush"),
        pytest.param({"is_read_only": True}, State.BROKEN, "read_only", id="read only"),
    ],
)
def test_a_setting_of_the_server_that_matters_is_named(
    amiss: dict[str, Any], state: State, words: str
) -> None:
    found = [each for each in judge_server(replace(WELL, **amiss)) if each.state is not State.GOOD]
    assert [each.state for each in found] == [state]
    assert words in found[0].told
    assert found[0].advice


@pytest.mark.parametrize(("seconds", "count"), [(29, 0), (-31, 1)])
def test_a_server_whose_clock_goes_otherwise_is_named(seconds: int, count: int) -> None:
    sample = Sample(whose="базы", theirs=NOON, ours=NOON + timedelta(seconds=seconds))
    assert len(judge_server_clock(sample)) == count


@pytest.mark.parametrize(
    ("schema", "state"),
    [
        (SchemaState.CURRENT, State.GOOD),
        (SchemaState.BEHIND, State.BROKEN),
        (SchemaState.FUTURE, State.BROKEN),
        (SchemaState.EMPTY, State.UNKNOWN),
    ],
)
def test_a_schema_is_this_program_s_or_not(schema: SchemaState, state: State) -> None:
    assert judge_schema(schema, "0014").state is state


def test_a_database_that_cannot_be_looked_at_is_broken() -> None:
    wrong = judge_fault(Misconfigured("DATABASE_URL", "такой базы в MariaDB нет, создайте её."))
    silent = judge_fault(TryLater("База данных не отвечает.", code="database_down"))
    assert (wrong.state, silent.state) == (State.BROKEN, State.BROKEN)
    assert wrong.told == "DATABASE_URL: такой базы в MariaDB нет, создайте её."
    assert silent.advice
