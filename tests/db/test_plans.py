"""How SQLite carries out what is asked often: no growing table is read from end to end."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from evosync.db import (
    alerts,
    all_runs,
    api_logs,
    catalog_pages,
    cleanup,
    due,
    feed,
    market_lists,
    notices,
    previews,
    problem_list,
    problems,
    run_counts,
    run_list,
    run_progress,
    run_rows,
    waiting,
)
from evosync.db.alerts import AlertKind
from evosync.db.api_logs import LogSearch, Mark
from evosync.db.engine import Database
from evosync.db.goods import GoodsKeeper, find_stamp
from evosync.db.homes import read_homes
from evosync.db.links import Place
from evosync.db.market_lists import ItemSearch, Part
from evosync.db.run_list import RunFilter
from evosync.db.run_rows import ChangeSearch, Section
from evosync.db.runs import Run, RunKind, RunTrigger
from evosync.db.shelf import Slot, fill_shelf, list_products
from evosync.db.snapshots import load_snapshot
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.changes import Done, Update
from evosync.engine.report import RunStatus
from tests.builders import NOON, SHOP, draft, item
from tests.db.ledgers import PRICE, created, open_ledger
from tests.db.people import add_user
from tests.db.test_silences import connect

GROWING = {
    *("cached_products", "vk_cached_products", "product_links", "problems", "runs", "run_changes"),
    *("api_logs", "webhook_events", "sessions", "alerts_sent"),
}
BY_PRODUCT = {"product_links", "intents", "vk_cached_products"}
BEFORE = NOON - timedelta(days=90)
CHANGED = ChangeSearch(outcomes=["planned"], section=Section.NEW, words="чай")

Ask = Callable[[Database], Awaitable[object]]


def reading(query: Callable[[Tx], Awaitable[object]]) -> Ask:
    async def ask(database: Database) -> object:
        async with database.read() as tx:
            return await query(tx)

    return ask


PLACE = Place(user_id=1, community_id=1)
SALE = ItemSearch(album=7, words="чай", part=Part.HIDDEN, page=3)
MARK = Mark(NOON, 7)
SEARCHES = {
    "all": LogSearch(),
    "a day": LogSearch(since=BEFORE, until=NOON),
    "a run": LogSearch(run_id=1),
    "somebody's errors": LogSearch(user_id=1, outcomes=("4xx", "silent"), before=MARK),
    "errors": LogSearch(outcomes=("4xx", "5xx", "refused", "silent"), before=MARK),
    "a number": LogSearch(status=402, service="evotor"),
    "methods": LogSearch(methods=("market.add", "execute market.add"), after=MARK),
    "a service": LogSearch(service="webhook", since=BEFORE, after=MARK),
}


def searching(search: LogSearch) -> Ask:
    async def ask(tx: Tx) -> None:
        await api_logs.list_logs(tx, search)
        await api_logs.count_logs(tx, search)

    return reading(ask)


RUN = Run(
    id=1,
    user_id=1,
    kind=RunKind.MIRROR,
    trigger=RunTrigger.TIMER,
    status=RunStatus.HELD,
    counts={},
    queued_at=NOON,
    community_id=7,
)


async def _shelf(tx: Tx) -> object:
    place, config = Place(user_id=1, community_id=7), SyncConfig(user_id=1)
    homes = await read_homes(tx, 1, SHOP)
    goods = await GoodsKeeper().get(tx, 1, SHOP, await find_stamp(tx, 1, SHOP))
    await fill_shelf(tx, place, config, homes, goods)
    slots = [Slot("a", "a", "in_vk", is_on=True)]
    await problems.list_of_products(tx, 1, ["a"])
    return await list_products(tx, 1, SHOP, place, slots)


QUESTIONS: dict[str, Ask] = {
    "a store's products": reading(_shelf),
    "what is to be told": reading(lambda tx: alerts.list_untold(tx, 50)),
    "what is broken": reading(lambda tx: alerts.list_open(tx, 1)),
    "what is broken anew": lambda db: db.write(alerts.open_alert, 1, AlertKind.HELD, "", {}, NOON),
    "what is well": lambda db: db.write(alerts.close_alert, 1, AlertKind.HELD, "", NOON),
    "what waits": reading(lambda tx: waiting.count_waiting(tx, 1, {"no_price"}, ())),
    "why goods are not there": reading(lambda tx: problem_list.list_reasons(tx, 1)),
    "whose price lacks": reading(lambda tx: problem_list.page_of_reason(tx, 1, "no_price", 2)),
    "who is mirrored in vain": reading(lambda tx: due.list_silences(tx, BEFORE)),
    "when the till was read": reading(lambda tx: catalog_pages.find_last_reading(tx, 1)),
    "what is not sent yet": reading(lambda tx: catalog_pages.has_unsent(tx, 1)),
    "what stands in VK": reading(lambda tx: market_lists.list_items(tx, PLACE, SALE)),
    "albums in VK": reading(lambda tx: market_lists.list_albums(tx, PLACE)),
    "when VK was read": reading(lambda tx: market_lists.find_read_at(tx, PLACE)),
    "whose file it is": reading(lambda tx: feed.find_feed_owner(tx, "0")),
    "whether a file is new": reading(lambda tx: feed.find_mark(tx, 1)),
    "the whole shop": reading(lambda tx: load_snapshot(tx, 1)),
    "what a run changed": reading(lambda tx: run_rows.search_changes(tx, 1, CHANGED)),
    "what a plan is made of": reading(lambda tx: run_counts.count_kinds(tx, 1, ["planned"])),
    "which fields a plan changes": reading(lambda tx: run_counts.count_fields(tx, 1, ["planned"])),
    "what a plan leaves out": reading(lambda tx: previews.count_unsent(tx, 1, 1)),
    "old requests": lambda db: cleanup.delete_old_logs(db, BEFORE),
    "old notices": lambda db: cleanup.delete_old_notices(db, BEFORE, BEFORE),
    "old runs": lambda db: cleanup.delete_old_runs(db, BEFORE),
    **{f"requests: {what}": searching(search) for what, search in SEARCHES.items()},
    "requests: methods": reading(api_logs.list_methods),
    "one request": reading(lambda tx: api_logs.find_log(tx, 1)),
    "a page of runs": reading(lambda tx: run_list.list_page(tx, 1, RunFilter.FAILED, 1)),
    "a month of runs": reading(lambda tx: run_list.list_counts(tx, 1, BEFORE)),
    "what came after a run": reading(lambda tx: run_list.find_later(tx, RUN)),
    "what ended last": reading(lambda tx: run_list.list_last_ended(tx, 1)),
    "how far a run is": reading(lambda tx: run_progress.count_outcomes(tx, 1)),
    "how fast a run is": reading(lambda tx: run_progress.find_pace(tx, 1)),
    "what a run did last": reading(lambda tx: run_progress.list_latest(tx, 1, 7)),
    "what a run waits for": reading(lambda tx: run_progress.find_queue(tx, 2, 1)),
    "whose runs go on": reading(all_runs.list_active),
    "everybody's last runs": reading(lambda tx: all_runs.list_last(tx, RunFilter.FAILED)),
    "somebody's last runs": reading(lambda tx: all_runs.list_last(tx, None, 1)),
    "whose tokens waited": lambda db: db.write(notices.take_waiting, "01-1", 1, NOON),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS.keys())
async def test_no_growing_table_is_read_from_end_to_end(
    ask: Ask, sqlite_database: Database
) -> None:
    anna = await add_user(sqlite_database, "anna@example.com")
    await connect(sqlite_database, anna)
    asked = await noted(sqlite_database, ask)
    assert asked
    for statement, given in asked:
        assert not await scanned(sqlite_database, statement, given), statement


async def test_a_batch_reads_its_own_rows_and_not_those_of_the_whole_shop(
    sqlite_database: Database,
) -> None:
    ledger = await open_ledger(sqlite_database, await add_user(sqlite_database, "anna@example.com"))

    async def work(_: object) -> None:
        links = await created(ledger, *range(1, 26))
        updates = [
            Update(
                link=link,
                draft=draft(link.product_id, price=99_00),
                item=item(link.item_id),
                fields=PRICE,
            )
            for link in links
        ]
        await ledger.begin(updates, NOON)
        await ledger.record([Done(change=one, item_id=one.link.item_id) for one in updates])

    found = set()
    for statement, given in await noted(sqlite_database, work):
        if statement.endswith("ORDER BY product_links.product_id"):
            continue  # all links, which `created` returns
        for step in await steps_of(sqlite_database, statement, given):
            # A user's or a community's rows are as many as the shop has goods.
            if match := re.match(r"(?:SCAN|SEARCH) (\w+)(?: USING .*\((.*)\))?", step):
                table, by = match[1], match[2] or ""
                if table in BY_PRODUCT:
                    found.add(table)
                    assert re.search(r"item_id=|product_id=|state=|rowid=", by), (statement, step)
    assert found == BY_PRODUCT


async def noted(database: Database, ask: Ask) -> list[tuple[str, Any]]:
    """List the statements that look for rows, and what each is given."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            asked.append((statement, given))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await ask(database)
    event.remove(engine, "before_cursor_execute", note)
    return asked


async def scanned(database: Database, statement: str, given: Any) -> set[str]:
    """List the growing tables that SQLite would read whole for a statement."""
    steps = await steps_of(database, statement, given)
    found = {match[1] for step in steps if (match := re.match(r"SCAN (\w+)", step))}
    return {name for name in found if re.sub(r"_\d+$", "", name) in GROWING}


async def steps_of(database: Database, statement: str, given: Any) -> list[str]:
    """List how SQLite would carry out a statement."""
    if isinstance(given, list):  # of many executions, one
        given = given[0]
    async with database.read() as tx:
        plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [str(row.detail) for row in plan]
