"""The log's queue and writer: runs never wait for them, and nothing is lost that has room."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text
from structlog.testing import capture_logs

from evosync.apilog.entries import Call, Keep
from evosync.apilog.recorder import BATCH, MOST_WAITING, RequestRecorder
from evosync.db.engine import Database
from evosync.db.tables.journal import api_logs
from evosync.outbound.exchange import Exchange
from tests.db.people import add_user

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "vk1.a.t0p-s3cret"
READ = Exchange(
    service="evotor",
    method="GET",
    url="https://api.evotor.ru/stores",
    status=200,
    seconds=0.25,
    answer=b'{"items":[]}',
    headers={"Authorization": f"Bearer {TOKEN}"},
)
REFUSED = Exchange(
    service="vk",
    method="POST",
    url="https://api.vk.ru/method/market.add",
    status=200,
    seconds=1.5,
    answer=f'{{"error":{{"error_code":15,"error_msg":"not for {TOKEN}"}}}}'.encode(),
    form={"access_token": TOKEN, "name": "Чай"},
)
CALL = Call(
    at=NOW,
    name="/user/verify",
    path="/api/v1/user/verify",
    status=401,
    seconds=0.03,
    asked=b'{"userId":"01-1","password":"s3cret"}',
    answer=b'{"errors":[{"code":1006}]}',
)


def opened(database: Database, keep: Keep = "failures", **parts: Any) -> RequestRecorder:
    return RequestRecorder(database, keep=keep, clock=lambda: NOW, **parts)


async def rows(database: Database) -> Sequence[Any]:
    async with database.read() as tx:
        return (await tx.execute(select(api_logs).order_by(api_logs.c.id))).all()


async def test_what_is_recorded_is_written_behind_and_all_of_it_at_a_stop(
    database: Database,
) -> None:
    anna = await add_user(database, "anna@example.com")
    log = opened(database)
    with structlog.contextvars.bound_contextvars(user_id=anna, run_id=7):
        log.record(READ)
    log.record(REFUSED)
    log.record_call(CALL)
    assert await rows(database) == []
    await log.close(5)
    read, refused, call = await rows(database)
    assert (read.user_id, read.run_id, read.outcome) == (anna, 7, "ok")
    assert (read.at, read.duration_ms) == (NOW - timedelta(seconds=0.25), 250)
    assert (read.request_body, read.response_body) == (None, None)
    assert (refused.user_id, refused.error_code, refused.outcome) == (None, "15", "refused")
    assert refused.request_body == '{"access_token":"***","name":"Чай"}'
    assert refused.response_body == '{"error":{"error_code":15,"error_msg":"not for ***"}}'
    assert (call.service, call.method, call.url) == ("webhook", "/user/verify", CALL.path)
    assert (call.status, call.error_code, call.outcome) == (401, "1006", "4xx")
    assert call.request_body == '{"userId":"01-1","password":"***"}'


@pytest.mark.parametrize(
    ("keep", "kept"), [("none", [0, 0]), ("failures", [0, 1]), ("all", [1, 1])]
)
async def test_whose_bodies_are_kept_is_a_setting(
    keep: Keep, kept: list[int], sqlite_database: Database
) -> None:
    log = opened(sqlite_database, keep)
    log.record(READ)
    log.record(REFUSED)
    await log.close(5)
    found = await rows(sqlite_database)
    assert [int(row.response_body is not None) for row in found] == kept
    assert not any(TOKEN in str(row) for row in found)


async def test_it_writes_by_itself_and_again_after_a_rest(sqlite_database: Database) -> None:
    log = opened(sqlite_database, pause_s=0.0)
    for count in (1, 2):
        log.record(READ)
        writer = log._writer
        assert writer is not None
        await writer
        assert len(await rows(sqlite_database)) == count
    await log.close(5)


async def test_many_do_not_wait_and_are_written_in_batches(sqlite_database: Database) -> None:
    log = opened(sqlite_database, pause_s=3600.0)
    for _ in range(2 * BATCH + 1):
        log.record(READ)
    writer = log._writer
    assert writer is not None
    await writer
    assert len(await rows(sqlite_database)) == 2 * BATCH + 1
    await log.close(5)


async def test_what_finds_no_room_is_dropped_and_counted_in_one_warning(
    sqlite_database: Database,
) -> None:
    log = opened(sqlite_database)
    for _ in range(MOST_WAITING + 30):
        log.record(READ)
    with capture_logs() as told:
        await log.close(5)
    assert len(await rows(sqlite_database)) == MOST_WAITING
    assert told == [{"event": "requests not logged", "dropped": 30, "log_level": "warning"}]


async def test_bodies_that_find_no_room_leave_their_facts(sqlite_database: Database) -> None:
    log = opened(sqlite_database, most_bytes=150)
    for _ in range(3):
        log.record(REFUSED)
    await log.close(5)
    assert [row.response_body is not None for row in await rows(sqlite_database)] == [
        True,
        False,
        False,
    ]


async def test_without_a_database_they_are_dropped_and_it_goes_on(
    database: Database,
) -> None:
    log = opened(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE api_logs RENAME TO api_logs_away"))
    log.record(READ)
    writer = log._writer
    assert writer is not None
    log._hurry.set()
    with capture_logs() as told:
        await writer
    warned = [line["event"] for line in told if line["log_level"] == "warning"]
    assert warned == ["request log not written", "requests not logged"]
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE api_logs_away RENAME TO api_logs"))
    log.record(REFUSED)
    await log.close(5)
    [row] = await rows(database)
    assert row.outcome == "refused"


async def test_a_stop_waits_no_longer_than_its_grace(sqlite_database: Database) -> None:
    log = opened(sqlite_database)
    async with sqlite_database._turn:
        log.record(READ)
        with capture_logs() as told:
            await log.close(0.05)
    assert [line["event"] for line in told] == ["requests not logged"]
    assert await rows(sqlite_database) == []
    log.record(READ)
    assert await rows(sqlite_database) == []


async def test_what_cannot_be_recorded_costs_the_exchange_nothing(
    sqlite_database: Database,
) -> None:
    log = opened(sqlite_database)
    with capture_logs() as told:
        log.record(replace(READ, seconds=float("nan")))
    assert [line["event"] for line in told] == ["request not logged"]
    await log.close(5)
