"""The log of requests: batches of rows, pages by time in both directions, filters, counts."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from evosync.db import api_logs, deletion
from evosync.db.api_logs import MOST_COUNTED, PAGE, Log, LogPage, LogSearch, Mark, NewLog
from evosync.db.engine import Database, open_database
from evosync.db.tables.accounts import users
from evosync.db.tables.journal import api_logs as table
from tests.builders import NOON
from tests.db.people import add_user

EDIT = NewLog(
    at=NOON,
    service="vk",
    method="execute market.edit",
    url="https://api.vk.ru/method/execute",
    status=200,
    outcome="ok",
    duration_ms=412,
)
STORES = replace(EDIT, service="evotor", method="GET /stores", url="https://api.evotor.ru/stores")
UNPAID = replace(STORES, status=402, outcome="4xx")
SILENT = replace(STORES, status=None, outcome="silent", error_code="ReadTimeout")
REFUSED = replace(EDIT, outcome="refused", error_code="100 ×3, 15")
HOOK = replace(EDIT, service="webhook", method="/user/token", url="/api/v1/user/token")


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


async def ids(database: Database, **wanted: Any) -> list[int]:
    async with database.read() as tx:
        return [log.id for log in (await api_logs.list_logs(tx, LogSearch(**wanted))).logs]


async def count(database: Database, **wanted: Any) -> int:
    async with database.read() as tx:
        return await api_logs.count_logs(tx, LogSearch(**wanted))


async def test_rows_keep_what_they_were_and_whose(database: Database, anna: int) -> None:
    whole = replace(
        REFUSED,
        user_id=anna,
        run_id=7,
        detail="market.edit ×25",
        request_body='{"code":"return [];"}',
        response_body="чай ☕ \U0001f375",
    )
    await database.write(api_logs.add_logs, [whole, replace(SILENT, user_id=anna)])
    async with database.read() as tx:
        found, silent = await api_logs.find_log(tx, 1), await api_logs.find_log(tx, 2)
        assert await api_logs.find_log(tx, 3) is None
    assert found is not None
    assert silent is not None
    for name in NewLog.__slots__:
        assert getattr(found, name) == getattr(whole, name), name
    assert found.user == "anna@example.com"
    assert (silent.status, silent.error_code) == (None, "ReadTimeout")
    async with database.read() as tx:
        [_, listed] = (await api_logs.list_logs(tx, LogSearch())).logs
    assert listed.response_body is None, "a list carries no bodies"


async def test_rows_of_an_account_that_is_gone_are_left_out(
    database: Database, anna: int, boris: int
) -> None:
    await deletion.delete_user(database, boris)
    rows = [replace(EDIT, user_id=boris), replace(EDIT, user_id=anna), STORES]
    await database.write(api_logs.add_logs, rows)
    async with database.read() as tx:
        assert list(await tx.scalars(select(table.c.user_id).order_by(table.c.id))) == [anna, None]
    await database.write(api_logs.add_logs, [replace(EDIT, user_id=boris)])
    await deletion.delete_user(database, anna)
    assert await count(database) == 1


async def test_nobody_is_deleted_between_a_look_at_them_and_their_rows(mariadb_url: str) -> None:
    database = open_database(mariadb_url)
    anna = await add_user(database, "anna@example.com")
    tried: list[bool] = []

    async def delete() -> None:
        mine = select(users.c.id).where(users.c.id == anna)
        async with database.engine.begin() as tx:
            await tx.execute(mine.with_for_update(nowait=True))
            await tx.execute(users.delete())

    def on_insert(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO api_logs"):
            tried.append(True)
            with suppress(OperationalError):
                await_only(delete())

    event.listen(database.engine.sync_engine, "before_cursor_execute", on_insert)
    await database.write(api_logs.add_logs, [replace(EDIT, user_id=anna), STORES])
    assert tried
    assert await count(database) == 2
    await database.close()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"service": "evotor"}, [4, 3, 2]),
        ({"methods": ("GET /stores",)}, [4, 3, 2]),
        ({"methods": ("GET /stores", "/user/token")}, [6, 4, 3, 2]),
        ({"outcomes": ("4xx",)}, [3]),
        ({"outcomes": ("refused", "4xx", "5xx", "silent")}, [5, 4, 3]),
        ({"status": 402}, [3]),
        ({"run_id": 7}, [5, 1]),
        ({"run_id": 7, "outcomes": ("ok",)}, [1]),
        ({"user_id": 1}, [5, 4]),
        ({"user_id": 1, "service": "vk", "methods": ("execute market.edit",)}, [5]),
        ({"since": NOON + minutes(3)}, [6, 5, 4]),
        ({"since": NOON + minutes(1), "until": NOON + minutes(4), "service": "evotor"}, [4, 3, 2]),
        ({"user_id": 999}, []),
    ],
    ids=str,
)
async def test_each_filter_finds_what_it_names(
    wanted: dict[str, Any], found: list[int], database: Database, anna: int
) -> None:
    assert anna == 1
    rows = [
        replace(EDIT, run_id=7),
        STORES,
        UNPAID,
        replace(SILENT, user_id=anna),
        replace(REFUSED, user_id=anna, run_id=7),
        HOOK,
    ]
    timed = [replace(row, at=NOON + minutes(number)) for number, row in enumerate(rows)]
    await database.write(api_logs.add_logs, timed)
    assert await ids(database, **wanted) == found
    assert await count(database, **wanted) == len(found)


async def test_pages_go_on_where_the_last_one_ended_and_back(database: Database) -> None:
    # Many at one moment, and the first ones written began last.
    rows = [replace(EDIT, at=NOON - minutes(number // 40)) for number in range(2 * PAGE + 30)]
    await database.write(api_logs.add_logs, rows)
    async with database.read() as tx:
        seen: list[Log] = []
        pages: list[LogPage] = []
        search: LogSearch | None = LogSearch(service="vk")
        while search is not None:
            page = await api_logs.list_logs(tx, search)
            pages.append(page)
            seen += page.logs
            last = page.logs[-1]
            search = replace(search, before=Mark(last.at, last.id)) if page.has_older else None
        assert [len(page.logs) for page in pages] == [PAGE, PAGE, 30]
        assert [page.has_newer for page in pages] == [False, True, True]
        keys = [(log.at, log.id) for log in seen]
        assert keys == sorted(set(keys), reverse=True)
        first = pages[2].logs[0]
        back = await api_logs.list_logs(tx, LogSearch(service="vk", after=Mark(first.at, first.id)))
    assert back.logs == pages[1].logs
    assert (back.has_newer, back.has_older) == (True, True)


async def test_what_is_counted_is_counted_up_to_a_limit(database: Database) -> None:
    more = [EDIT] * (MOST_COUNTED + 200)
    await database.write(api_logs.add_logs, [*more, *[SILENT] * 900, *[UNPAID] * 300])
    assert await count(database) == MOST_COUNTED + 1
    assert await count(database, service="vk") == MOST_COUNTED + 1
    assert await count(database, outcomes=("4xx", "silent")) == MOST_COUNTED + 1
    assert await count(database, outcomes=("4xx",)) == 300


async def test_methods_are_listed_once_each(database: Database) -> None:
    async with database.read() as tx:
        assert await api_logs.list_methods(tx) == []
    await database.write(api_logs.add_logs, [EDIT, HOOK, STORES, EDIT, UNPAID])
    async with database.read() as tx:
        assert await api_logs.list_methods(tx) == [HOOK.method, STORES.method, EDIT.method]
        assert await tx.scalar(select(func.count()).select_from(table)) == 5
