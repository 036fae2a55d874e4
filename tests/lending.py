"""MariaDB databases lent to tests: what one leaves behind is taken out before the next comes."""

import asyncio
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from evosync.db.engine import create_engine
from evosync.db.migrate import migrate
from evosync.db.urls import normalise_url

T = TypeVar("T")

# What the server counts of statements that change what tables there are, or what they are like.
_CHANGES_TABLES = ("alter", "create", "drop", "rename")


class Lender:
    """Lends databases with the whole schema and no rows but the seeded ones.

    To make one takes longer than most tests, so a database that comes back
    with its schema untouched has its changed tables emptied and is lent
    again; one whose schema a test has changed is dropped.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self._loop = asyncio.new_event_loop()
        # "mysql" is the database that every server has.
        self._engine = create_engine(normalise_url(f"{server}mysql"))
        self._template = new_name()
        self._free: list[str] = []
        self._making: list[str] = []
        self._tables: list[str] = []
        self._sums: dict[str, int] = {}
        self._counters: dict[str, int] = {}
        self._run(self._make_template())

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend a database for the body; gives its URL."""
        name = self._free.pop() if self._free else self._run(self._make())
        changes = self._run(self._count_changes())
        yield self.server + name
        self._run(self._take_back(name, changes))

    @contextmanager
    def lent_bare(self) -> Iterator[str]:
        """Lend a database without a schema for the body; gives its URL."""
        name = new_name()
        self._run(self.send(f"CREATE DATABASE {name}"))
        yield self.server + name
        self._run(self.send(f"DROP DATABASE {name}"))

    def close(self) -> None:
        """Leave the server."""
        self._run(self._engine.dispose())
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    async def send(self, *statements: str) -> None:
        async with self._engine.begin() as connection:
            await _send_on(connection, *statements)

    async def _make_template(self) -> None:
        await self.send(f"CREATE DATABASE {self._template}")
        await migrate(self.server + self._template)
        async with self._engine.begin() as connection:
            await _send_on(connection, f"USE {self._template}")
            self._tables = list((await connection.scalars(text("SHOW TABLES"))).all())
            for table in self._tables:
                made = await connection.execute(text(f"SHOW CREATE TABLE `{table}`"))
                self._making.append(made.one()[1])
            self._sums = await self._sum_up(connection, self._template)

    async def _make(self) -> str:
        name = new_name()
        seeds = [self._seed(table) for table in self._tables if self._sums[table]]
        async with self._engine.begin() as connection:
            await _send_on(
                connection,
                f"CREATE DATABASE {name}",
                f"USE {name}",
                "SET foreign_key_checks=0",
                *self._making,
                *seeds,
                "SET foreign_key_checks=1",
            )
            self._counters = await _counters(connection, name)
        return name

    async def _take_back(self, name: str, changes: int) -> None:
        try:
            if await self._count_changes() == changes:
                await self._empty(name)
                self._free.append(name)
                return
        except DBAPIError:
            pass  # something of the test still holds it
        await self.send(f"DROP DATABASE {name}")

    async def _empty(self, name: str) -> None:
        async with self._engine.begin() as connection:
            sums = await self._sum_up(connection, name)
            changed = {table for table in self._tables if sums[table] != self._sums[table]}
            # Numbers that were given to rows that are gone would not be given again.
            counters = await _counters(connection, name)
            changed |= {table for table in counters if counters[table] != self._counters[table]}
            await _send_on(connection, f"USE {name}", "SET foreign_key_checks=0")
            for table in sorted(changed):
                # A table made anew counts from one, and nothing is known of how its rows lie.
                await _send_on(connection, f"TRUNCATE `{table}`")
                if self._sums[table]:
                    await _send_on(connection, self._seed(table))
            await _send_on(connection, "SET foreign_key_checks=1")

    def _seed(self, table: str) -> str:
        return f"INSERT INTO `{table}` SELECT * FROM {self._template}.`{table}`"  # noqa: S608 - ours

    async def _sum_up(self, connection: AsyncConnection, name: str) -> dict[str, int]:
        """Sum up the rows of each table; nothing is the sum of none."""
        named = ", ".join(f"{name}.`{table}`" for table in self._tables)
        told = await connection.exec_driver_sql(f"CHECKSUM TABLE {named}")
        return {each["Table"].partition(".")[2]: each["Checksum"] for each in told.mappings()}

    async def _count_changes(self) -> int:
        async with self._engine.begin() as connection:
            told = await connection.execute(text(r"SHOW GLOBAL STATUS LIKE 'Com\_%'"))
            return sum(
                int(count)
                for name, count in told.all()
                if str(name).removeprefix("Com_").startswith(_CHANGES_TABLES)
            )


def new_name() -> str:
    """Make a name that no other database of the server has."""
    return f"evosync_{uuid.uuid4().hex}"


async def _send_on(connection: AsyncConnection, *statements: str) -> None:
    for statement in statements:
        await connection.exec_driver_sql(statement.replace("%", "%%"))


async def _counters(connection: AsyncConnection, name: str) -> dict[str, int]:
    """Give the next number of each table that numbers its rows."""
    asked = text(
        "SELECT table_name, auto_increment FROM information_schema.tables "
        "WHERE table_schema = :name AND auto_increment IS NOT NULL"
    )
    told = (await connection.execute(asked, {"name": name})).all()
    return {str(row[0]): int(row[1]) for row in told}
