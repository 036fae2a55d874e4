"""How the last preview stands: fresh, old, changed, overtaken, sent; what it leaves out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.problem import Problem
from evosync.db import connections, feed, previews, problems, run_queue, runs, selection, sync
from evosync.db.connections import VkSignIn
from evosync.db.engine import Database
from evosync.db.feed import NewSecret
from evosync.db.previews import Age, Preview
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.selection import Switch
from evosync.engine.report import RunStatus
from tests.builders import NOON
from tests.db.ledgers import COMMUNITY
from tests.db.test_run_rows import row, write_rows

MINUTE = timedelta(minutes=1)


async def connect(database: Database, user_id: int, community_id: int = COMMUNITY) -> None:
    vk = VkSignIn(user_id=user_id, community_id=community_id, sealed_token="x")
    await database.write(connections.save_vk, vk, NOON - MINUTE)


async def run(
    database: Database,
    user_id: int,
    kind: RunKind = RunKind.PREVIEW,
    status: RunStatus = RunStatus.DONE,
    rows: Sequence[dict[str, Any]] = (),
    *,
    is_empty: bool = False,
) -> int:
    """Let a run begin and end at noon."""
    run_id = await database.write(
        runs.create_run, user_id, kind, RunTrigger.BUTTON, NOON, COMMUNITY
    )
    await database.write(runs.claim_run, run_id, "worker", NOON)
    end = RunEnd(status=status, is_empty=is_empty)
    await database.write(runs.finish_run, run_id, end, NOON)
    await write_rows(database, user_id, run_id, rows)
    return run_id


async def find(database: Database, user_id: int, after: timedelta = MINUTE) -> Preview | None:
    async with database.read() as tx:
        return await previews.find_preview(tx, user_id, NOON + after)


async def age(database: Database, user_id: int, after: timedelta = MINUTE) -> Age:
    found = await find(database, user_id, after)
    assert found is not None
    return found.age


async def version(database: Database, user_id: int) -> int:
    async with database.read() as tx:
        return (await sync.get_config(tx, user_id)).version


async def test_a_preview_grows_old(database: Database, anna: int, boris: int) -> None:
    await connect(database, anna)
    run_id = await run(database, anna)
    found = await find(database, anna)
    assert found is not None
    assert (found.run.id, found.age, found.may_be_sent) == (run_id, Age.FRESH, True)
    assert await age(database, anna, timedelta(hours=1, seconds=1)) is Age.OLD
    assert await find(database, boris) is None


async def test_settings_and_connections_that_change_outdate_it(
    database: Database, anna: int
) -> None:
    await connect(database, anna)
    await run(database, anna)
    await database.write(sync.touch_config, anna, NOON + MINUTE)
    found = await find(database, anna)
    assert found is not None
    assert (found.age, found.may_be_sent) == (Age.CHANGED, False)
    await run(database, anna)
    assert await age(database, anna) is Age.CHANGED  # begun at noon, before that change


async def test_neither_the_file_with_goods_nor_a_readings_own_switches_outdate_it(
    database: Database, anna: int
) -> None:
    await connect(database, anna)
    await database.write(sync.touch_config, anna, NOON - MINUTE)
    await run(database, anna)
    before = await version(database, anna)
    secret = NewSecret(sealed="s", hashed="h")
    await database.write(feed.save_feed, anna, is_on=True, secret=secret, now=NOON + MINUTE)
    assert await version(database, anna) == before
    switch = Switch.group("s1", "g1", name="Новинки")
    await database.write(selection.switch_on_new, anna, [switch], NOON + MINUTE)
    assert await age(database, anna) is Age.FRESH
    # A run that goes on notices it all the same.
    assert await version(database, anna) == before + 1


async def test_another_community_outdates_it(database: Database, anna: int) -> None:
    await connect(database, anna, COMMUNITY + 1)
    await run(database, anna)
    assert await age(database, anna) is Age.CHANGED


async def test_a_run_that_sent_something_since_overtakes_it(database: Database, anna: int) -> None:
    await connect(database, anna)
    await run(database, anna, RunKind.MIRROR)
    await run(database, anna)
    assert await age(database, anna) is Age.FRESH
    await run(database, anna, RunKind.MIRROR)
    refused = [row("update", "Ассам", "assam", outcome="failed")]
    await run(database, anna, RunKind.MIRROR, RunStatus.FAILED, refused)
    assert await age(database, anna) is Age.FRESH
    unsure = [row("update", "Ассам", "assam", outcome="uncertain")]
    later = await run(database, anna, RunKind.MIRROR, rows=unsure)
    found = await find(database, anna)
    assert found is not None
    assert (found.age, found.later_id) == (Age.OVERTAKEN, later)


async def test_the_run_that_sends_it_is_named(database: Database, anna: int) -> None:
    await connect(database, anna)
    preview_id = await run(database, anna)
    sent = await database.write(
        run_queue.ask_for_run, anna, RunKind.MIRROR, NOON, preview_id=preview_id
    )
    found = await find(database, anna)
    assert found is not None
    assert (found.age, found.later_id, found.may_be_sent) == (Age.SENT, sent.id, False)


DONE_ROW = row("update", "Ассам", "assam", outcome="done")


@pytest.mark.parametrize(
    ("end", "rows", "expected"),
    [
        pytest.param(RunEnd(status=RunStatus.DONE), [DONE_ROW], Age.SENT, id="sent"),
        pytest.param(
            RunEnd(status=RunStatus.DONE, is_empty=True), [], Age.SENT, id="nothing left to do"
        ),
        pytest.param(RunEnd(status=RunStatus.HELD), [], Age.SENT, id="asks a question"),
        pytest.param(RunEnd(status=RunStatus.CANCELLED), [], Age.FRESH, id="cancelled"),
        pytest.param(RunEnd(status=RunStatus.CANCELLED), [DONE_ROW], Age.SENT, id="cut"),
        pytest.param(
            RunEnd(status=RunStatus.FAILED, error_code="connection_broken"),
            [],
            Age.FRESH,
            id="failed before its plan",
        ),
        pytest.param(
            RunEnd(status=RunStatus.PARTIAL, error_code="interrupted"), [], Age.FRESH, id="killed"
        ),
    ],
)
async def test_a_preview_is_sent_unless_nothing_came_of_the_run_that_was_to_send_it(
    database: Database, anna: int, end: RunEnd, rows: Sequence[dict[str, Any]], expected: Age
) -> None:
    await connect(database, anna)
    preview_id = await run(database, anna)
    sending = await database.write(
        run_queue.ask_for_run, anna, RunKind.MIRROR, NOON, preview_id=preview_id
    )
    await database.write(runs.claim_run, sending.id, "worker", NOON)
    await write_rows(database, anna, sending.id, rows)
    await database.write(runs.finish_run, sending.id, end, NOON)
    # What comes after it does not take its record away, though both found nothing to do.
    await run(database, anna, RunKind.MIRROR, is_empty=True)
    found = await find(database, anna)
    assert found is not None
    assert found.age is expected
    assert found.later_id == (sending.id if expected is Age.SENT else None)


async def test_what_came_to_no_plan_cannot_be_sent(database: Database, anna: int) -> None:
    await connect(database, anna)
    for status in (RunStatus.FAILED, RunStatus.PAUSED, RunStatus.CANCELLED):
        await run(database, anna, status=status)
        found = await find(database, anna)
        assert found is not None
        assert not found.may_be_sent


async def test_products_left_out_are_counted_once_each(database: Database, anna: int) -> None:
    run_id = await run(database, anna, rows=[row("update", "Ассам", "assam")])
    found = [
        Problem(product_id=product_id, store_id=store_id, name="Чай", code=code)
        for product_id, store_id, code in (
            ("puer", "s1", "no_price"),
            ("puer", "s2", "no_price"),
            ("puer", "s1", "bad_row"),
            ("oolong", "s1", "forbidden_type"),
            ("assam", "s1", "vk_error"),  # it is sent again
            ("matcha", "s1", "name_adjusted"),
            ("honey", "s1", "awaiting_adoption"),
            ("cup", "s1", "held"),
            ("", "s1", "store_not_paid"),
        )
    ]
    await database.write(problems.save_problems, anna, found, NOON)
    async with database.read() as tx:
        assert await previews.count_unsent(tx, anna, run_id) == 2
