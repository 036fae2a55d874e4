"""What the pages of the catalog count, and what they tell of the last reading."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.product import Attribute
from evosync.db import catalog_pages, runs, selection, sync
from evosync.db.catalog_pages import LastReading
from evosync.db.engine import Database
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from tests.builders import NOON, SECOND_SHOP, SHOP, group, product, snapshot, store, store_reading
from tests.readings import save_snapshot

LATER = NOON + timedelta(hours=1)


@pytest.fixture
async def shop(database: Database, anna: int) -> int:
    """Give Anna two stores: three teas, two of one kind, and a cup that both have by name."""
    sizes = group("sizes", parent_id="tea", attributes=(Attribute(id="size", name="Размер"),))
    first = store_reading(
        product("a", name="Ассам", parent_id="tea"),
        product("b", name="Сенча, 50 г", parent_id="sizes"),
        product("c", name="Сенча, 90 г", parent_id="sizes"),
        product("cup", name="Чашка"),
        groups=(group("tea"), sizes),
    )
    second = store_reading(
        product("other", name="ЧАШКА"),
        product("pot", name="Чайник"),
        store=store(SECOND_SHOP, name="Вторая"),
    )
    await database.write(save_snapshot, anna, snapshot(first, second), NOON)
    return anna


async def test_products_are_counted_by_the_groups_that_they_name(
    database: Database, shop: int, boris: int
) -> None:
    for each in ("b", "cup", "lost"):
        await database.write(selection.switch_product, shop, SHOP, each, is_on=False, now=NOON)
    first = {(SHOP, "tea"): 1, (SHOP, "sizes"): 2, (SHOP, None): 1}
    async with database.read() as tx:
        assert await catalog_pages.count_products(tx, shop, SHOP) == first
        assert await catalog_pages.count_products(tx, shop) == first | {(SECOND_SHOP, None): 2}
        off = {(SHOP, "sizes"): 1, (SHOP, None): 1}
        assert await catalog_pages.count_switched_off(tx, shop) == off
        assert await catalog_pages.count_switched_off(tx, shop, SECOND_SHOP) == {}
        assert await catalog_pages.count_namesakes(tx, shop, SHOP) == {SECOND_SHOP: 1}
        assert await catalog_pages.count_namesakes(tx, shop, SECOND_SHOP) == {SHOP: 1}
        assert await catalog_pages.count_products(tx, boris) == {}
        assert await catalog_pages.count_namesakes(tx, boris, SHOP) == {}


async def add_run(
    tx: Tx, user_id: int, kind: RunKind, status: RunStatus | None, text: str | None = None
) -> int:
    """Add a run that was asked for an hour after noon, and one that has ended with a status."""
    run_id = await runs.create_run(tx, user_id, kind, RunTrigger.BUTTON, LATER)
    await runs.claim_run(tx, run_id, "worker", LATER)
    if status is not None:
        await runs.finish_run(tx, run_id, RunEnd(status=status, error_text=text), LATER)
    return run_id


@pytest.mark.parametrize(
    ("kind", "status", "read_at"),
    [
        pytest.param(RunKind.READING, RunStatus.DONE, LATER, id="a reading"),
        pytest.param(RunKind.MIRROR, RunStatus.HELD, LATER, id="a run that waits"),
        pytest.param(RunKind.MIRROR, RunStatus.PAUSED, NOON, id="a run that could not read"),
        pytest.param(RunKind.READING, RunStatus.FAILED, NOON, id="a reading that failed"),
    ],
)
async def test_a_run_that_read_the_till_tells_when(
    database: Database, shop: int, kind: RunKind, status: RunStatus, read_at: object
) -> None:
    await database.write(add_run, shop, kind, status)
    async with database.read() as tx:
        assert (await catalog_pages.find_last_reading(tx, shop)).read_at == read_at


async def test_a_reading_tells_how_far_it_is_and_what_it_came_to(
    database: Database, shop: int, boris: int
) -> None:
    run_id = await database.write(add_run, shop, RunKind.READING, None)
    async with database.read() as tx:
        found = await catalog_pages.find_last_reading(tx, shop)
        assert await catalog_pages.find_last_reading(tx, boris) == LastReading()
    assert found == LastReading(read_at=NOON, run_id=run_id)
    await database.write(add_run, shop, RunKind.READING, RunStatus.FAILED, "Эвотор не отвечает.")
    async with database.read() as tx:
        found = await catalog_pages.find_last_reading(tx, shop)
    assert found == LastReading(read_at=NOON, trouble="Эвотор не отвечает.")


@pytest.mark.parametrize(
    ("values", "last", "is_unsent"),
    [
        pytest.param({}, None, True, id="never sent"),
        pytest.param({"enabled": False}, None, False, id="off"),
        pytest.param({"mirror": False}, None, False, id="its task is off"),
        pytest.param({"confirmed_at": None}, None, False, id="never confirmed"),
        pytest.param({}, RunStatus.DONE, False, id="sent since"),
        pytest.param({}, RunStatus.PAUSED, True, id="only tried since"),
    ],
)
async def test_what_changed_since_the_last_run_is_unsent(
    database: Database,
    shop: int,
    values: dict[str, Any],
    last: RunStatus | None,
    *,
    is_unsent: bool,
) -> None:
    async def work(tx: Tx) -> None:
        config = await sync.get_config(tx, shop)
        on = replace(config, enabled=True, confirmed_at=NOON)
        await sync.save_config(tx, replace(on, **values), NOON)
        if last is not None:
            await add_run(tx, shop, RunKind.MIRROR, last)

    await database.write(work)
    async with database.read() as tx:
        assert await catalog_pages.has_unsent(tx, shop) is is_unsent
    if last is RunStatus.DONE:
        moment = LATER + timedelta(seconds=1)
        await database.write(selection.switch_store, shop, SHOP, is_on=True, now=moment)
        async with database.read() as tx:
            assert await catalog_pages.has_unsent(tx, shop)
