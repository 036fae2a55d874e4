"""A run with nothing to do: what it asks, what it writes and what CPU it takes.

Run by hand: `python -m tests.bench.nothing_to_do [--goods N] [--letters N] [--runs N] [--rate R]
[--database sqlite|mariadb] [--json FILE]`. A shop is mirrored as fast as the sandbox goes; the
runs after it, at VK's pace, are what is measured. CPU is that of our process from the beginning
of a run until its requests are logged; the sandbox and MariaDB have processes of their own.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import msgspec
from sqlalchemy import event, select

from evosync.apilog.recorder import PAUSE_S
from evosync.cli.garbage import tune_collector
from evosync.db.engine import Database
from evosync.db.migrate import migrate
from evosync.db.tables.catalog import cached_groups, cached_products, cached_stores
from evosync.db.tables.journal import api_logs
from evosync.db.tables.market import (
    album_links,
    intents,
    product_links,
    vk_cached_albums,
    vk_cached_products,
)
from evosync.db.tables.runs import run_changes
from evosync.engine.report import RunReport, RunStatus
from evosync.log import configure_logging
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests import mariadb
from tests.bench.apart import Apart, served
from tests.bench.report import Report, Row
from tests.bench.stand import (
    TEXT,
    VK_RATE,
    MeasuredShop,
    databases,
    goods_of,
    make_fast_world,
    open_measured,
)
from tests.flow.stand import shop_settings
from tests.lending import Lender

GOODS, RUNS = 10_000, 5
KINDS = ("sqlite", "mariadb")

CPU_S, VK_REQUESTS, EVOTOR_REQUESTS = 1.2, 20, 15  # at most; for 10,000 goods

# Of these no row may be written; a run's own row, its lease and its log are its record.
QUIET = (
    *(cached_stores, cached_groups, cached_products, vk_cached_albums, vk_cached_products),
    *(product_links, album_links, intents, run_changes),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What one quiet run took; its rows are those of the tables that must rest.

    `written` is what statements told of the rows that they wrote, `changed`
    the rows that are others than before.
    """

    cpu_s: float
    wall_s: float
    vk_requests: int
    vk_writes: int
    evotor_requests: int
    statements: int
    rows_written: int
    rows_changed: int


def main() -> None:
    """Measure, print tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--letters", type=int, default=len(TEXT), help="of a description")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--rate", type=float, default=VK_RATE, help="VK requests a second")
    parser.add_argument("--database", choices=KINDS, action="append")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    tune_collector()  # as `serve` does
    report = Report("nothing_to_do", wanted.json)
    for kind in databases(wanted.database or KINDS):
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
            runs = asyncio.run(_measure(Path(folder), url, wanted))
        report.add(f"{wanted.goods} goods with nothing to do, {kind}, run by run", runs)
        report.add(f"{kind} against targets", _targets(kind, wanted.goods, runs))


def _targets(kind: str, goods: int, runs: Sequence[Quiet]) -> Iterator[Row]:
    for name, most in (
        ("cpu_s", CPU_S),
        ("vk_requests", VK_REQUESTS),
        ("vk_writes", 0),
        ("evotor_requests", EVOTOR_REQUESTS),
        ("rows_written", 0),
        ("rows_changed", 0),
    ):
        values = [getattr(each, name) for each in runs]
        # Processors are busy with other things, too; all else is to hold each time.
        is_median = name == "cpu_s"
        measured = statistics.median(values) if is_median else max(values)
        yield {
            "figure": f"{kind}: {name}",
            "goods": goods,
            "of_all_runs": "median" if is_median else "most",
            "measured": measured,
            "at_most": most,
            "is_met": "yes" if measured <= most else "NO",
        }


@contextlib.contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """Make an empty database with the schema; gives its URL."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'evosync.db'}"
        asyncio.run(migrate(url))
        yield url
        return
    with mariadb.running(folder / "server") as server:
        lender = Lender(server)
        with lender.lent() as url:
            yield url
        lender.close()


async def _measure(folder: Path, url: str, wanted: argparse.Namespace) -> list[Quiet]:
    rate = wanted.rate
    async with served(make_fast_world, wanted.goods, wanted.letters) as apart:
        async with open_measured(apart, folder, url) as shop:
            _must(await shop.mirror(), created=await apart.do(_count_goods))
            _must(await shop.mirror(), created=0)  # moderation's word was heard, all is at rest
        await apart.do(_set_pace, rate)
        paced = msgspec.structs.replace(
            shop_settings(folder, apart.url, url), vk_requests_per_second=rate
        )
        async with open_measured(apart, folder, settings=paced) as shop:
            found = [await _quiet_run(apart, shop) for _ in range(wanted.runs)]
        if differences := await apart.do(find_differences):
            raise SystemExit(f"VK does not equal the till: {differences[:3]}")
        return found


def _must(report: RunReport, *, created: int) -> None:
    counts = report.counts()
    if report.status is not RunStatus.DONE or report.error or counts["created"] != created:
        raise SystemExit(f"a run did not do its work: {report.status} {report.error} {counts}")


def _count_goods(world: SandboxWorld) -> int:
    return len(goods_of(world))


def _set_pace(world: SandboxWorld, rate: float) -> None:
    world.vk.knobs.requests_per_second = rate


def _count_vk(world: SandboxWorld) -> tuple[int, int]:
    return world.vk.requests, world.vk.writes


async def _quiet_run(apart: Apart, shop: MeasuredShop) -> Quiet:
    database = shop.opened.database
    rows_before, logs_before = await _rows(database), len(await _log_ids(database))
    requests_before, writes_before = await apart.do(_count_vk)
    with _watched(database) as watched:
        began = process_time()
        report = await shop.mirror()
        await asyncio.sleep(PAUSE_S + 0.5)  # so long the log waits for more, and then it writes
        cpu_s = process_time() - began
    if report.status is not RunStatus.DONE or report.outcomes or report.left:
        raise SystemExit(f"a quiet run was none: {report.status} {report.error} {report.counts()}")
    requests, writes = await apart.do(_count_vk)
    logged = len(await _log_ids(database)) - logs_before
    if logged != report.effort.vk_requests + report.effort.evotor_requests:
        raise SystemExit(f"{logged} requests were logged: {report.effort}")
    if watched.rows[api_logs.name] != logged:
        raise SystemExit(f"rows are not counted as they are written: {watched}")
    return Quiet(
        cpu_s=cpu_s,
        wall_s=report.effort.seconds,
        vk_requests=requests - requests_before,
        vk_writes=writes - writes_before,
        evotor_requests=report.effort.evotor_requests,
        statements=watched.statements,
        rows_written=sum(watched.rows[table.name] for table in QUIET),
        rows_changed=_count_changed(rows_before, await _rows(database)),
    )


@dataclass(slots=True)
class _Watched:
    """How many statements were sent, and how many rows they wrote, by table."""

    statements: int = 0
    rows: Counter[str] = field(default_factory=Counter)

    def note(self, _connection: object, cursor: Any, statement: str, *_rest: object) -> None:
        self.statements += 1
        match statement.split(maxsplit=3):
            case ["INSERT" | "DELETE", _, name, _] | ["UPDATE", name, _, _]:
                self.rows[name] += cursor.rowcount
            case _:
                pass


@contextlib.contextmanager
def _watched(database: Database) -> Iterator[_Watched]:
    watched, engine = _Watched(), database.engine.sync_engine
    event.listen(engine, "after_cursor_execute", watched.note)
    try:
        yield watched
    finally:
        event.remove(engine, "after_cursor_execute", watched.note)


Rows = dict[str, set[int]]


async def _rows(database: Database) -> Rows:
    """Sum up each row of the tables that must rest, the moment of its last change with it."""
    async with database.read() as tx:
        return {
            table.name: {hash(repr(tuple(row))) for row in (await tx.execute(select(table))).all()}
            for table in QUIET
        }


def _count_changed(before: Rows, after: Rows) -> int:
    return sum(len(before[name] ^ after[name]) for name in before)


async def _log_ids(database: Database) -> Sequence[int]:
    async with database.read() as tx:
        return (await tx.scalars(select(api_logs.c.id))).all()


if __name__ == "__main__":
    main()
