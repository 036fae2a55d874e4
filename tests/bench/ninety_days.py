"""What half a year does to the database: the rows of each table, and the file.

Run by hand: `python -m tests.bench.ninety_days [--goods N] [--days N] [--kept N] [--every N]
[--json FILE]`; 30 days are to be kept at least, for sessions last so long. A shop is mirrored every
hour of its days, which pass as fast as that is done: both clocks are set ahead. The service is
started anew each night. What is counted on the day on which the first run is old enough to go must
be what is counted on the last day.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from msgspec import structs

from evosync.accounts.desk import Desk, open_desk
from evosync.accounts.sign_in import Visit, sign_in
from evosync.clock import now
from evosync.db import approvals, notices, selection
from evosync.db.approvals import Answerer
from evosync.db.links import Place
from evosync.db.notices import NewNotice
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.schema import metadata
from evosync.db.types import Tx
from evosync.demo.shop import EMAIL, PASSWORD, prepare
from evosync.engine.report import RunReport, RunStatus
from evosync.jobs.asked import Order
from evosync.jobs.asked_reading import carry_out_reading
from evosync.jobs.checks import Checks
from evosync.jobs.housekeeping import keep_house
from evosync.jobs.one_run import Watch, carry_out
from evosync.log import configure_logging
from evosync.sandbox.shop import MIRA_ID
from evosync.settings import Settings
from evosync.wiring import Installation, open_installation
from tests.bench.apart import Apart, served
from tests.bench.report import Report, Row
from tests.bench.shop_life import (
    OPEN,
    WEEK,
    Ahead,
    list_differences,
    make_living_world,
    pass_hour,
    refuse_some,
)
from tests.bench.stand import make_world
from tests.flow.stand import product_named, shop_settings

FILE = "evosync.db"
GOODS, DAYS, KEPT = 300, 180, 90
COUNTED = (1, 7, 14, 30, 60, 90, 120, 180)  # days
MOST = 1.05  # times what there was when the first run was old enough to go
FEW = 3  # rows more are none: what comes once a week comes a day earlier or later

# Never deleted, by design: as many as there were goods, albums, pictures and acts of people.
# Goods that left stay in VK, hidden, and so among what was read there.
BY_DESIGN = {
    *("product_links", "album_links", "intents", "vk_cached_products", "vk_cached_albums"),
    *("photos", "adoption_decisions", "audit_log"),
}
WELL = {RunStatus.DONE, RunStatus.HELD, RunStatus.PARTIAL}
VISIT = Visit(address="198.51.100.7", user_agent="Firefox")


@dataclass(slots=True)
class Life:
    """A shop whose days pass; `passed` is by how much both clocks are ahead."""

    apart: Apart
    settings: Settings
    user_id: int
    community_id: int
    pie_id: str
    ahead: Ahead = field(default_factory=Ahead)
    statuses: Counter[str] = field(default_factory=Counter)

    def clock(self) -> datetime:
        """Tell the moment as this shop has it."""
        return now() + self.ahead.passed

    @property
    def place(self) -> Place:
        """Where its goods stand in VK."""
        return Place(user_id=self.user_id, community_id=self.community_id)

    async def mirror(self, opened: Installation, approve: str | None = None) -> RunReport:
        """Carry out a run; `approve` is the digest of what the one before held."""
        trigger = RunTrigger.COMMAND if approve else RunTrigger.TIMER
        order = Order(user_id=self.user_id, kind=RunKind.MIRROR, trigger=trigger, approve=approve)
        report = (await carry_out(opened, order, Watch(stopping=asyncio.Event()))).report
        self.statuses[report.status.value] += 1
        if report.status not in WELL:
            raise SystemExit(f"a run ended {report.status.value}: {report.error!r}")
        return report


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The rows of each table on a day, the bytes of the file, and how many of them are free."""

    day: int
    rows: Mapping[str, int]
    file_bytes: int
    free_bytes: int
    wal_bytes: int


def main() -> None:
    """Let the days pass, print the tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--kept", type=int, default=KEPT, help="RUN_RETENTION_DAYS")
    parser.add_argument("--every", type=int, default=1, help="hours from run to run")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    report = Report("ninety_days", wanted.json)
    with tempfile.TemporaryDirectory() as folder:
        began_at, began_s = perf_counter(), process_time()
        counted, statuses = asyncio.run(_lived(Path(folder), wanted))
        cost: Row = {
            "goods": wanted.goods,
            "days": wanted.days,
            "runs": statuses.total(),
            **{status: statuses[status] for status in sorted(statuses)},
            "wall_s": perf_counter() - began_at,
            "cpu_s": process_time() - began_s,
        }
    report.add("What was done", [cost])
    target = f"at most {MOST} times day {wanted.kept}"
    report.add(f"Rows; on the last day {target}", _rows(counted, wanted.kept))
    report.add(f"The file, kB; on the last day {target}", _files(counted, wanted.kept))


async def _lived(folder: Path, wanted: argparse.Namespace) -> tuple[list[Counted], Counter[str]]:
    async with served(make_living_world, wanted.goods) as apart:
        life = await _begun(apart, folder, wanted.kept)
        await apart.do(refuse_some)
        counted = []
        for day in range(1, wanted.days + 1):
            async with open_installation(life.settings, now=life.clock) as opened:
                await _live_a_day(life, opened, day, wanted.every)
                wal_bytes = _size_of(folder / f"{FILE}-wal")
            if day in {*COUNTED, wanted.kept, wanted.days}:
                counted.append(_count(folder / FILE, day, wal_bytes))
            if differences := await apart.do(list_differences):
                raise SystemExit(f"day {day}: VK is not as the till: {differences[:3]}")
        return counted, life.statuses


async def _begun(apart: Apart, folder: Path, kept: int) -> Life:
    """Connect the shop, confirm it, and make the first push."""
    settings = structs.replace(shop_settings(folder, apart.url), run_retention_days=kept)
    async with open_installation(settings) as opened:
        # Ids and tokens are alike in all worlds: a small one tells those of the big one.
        small = make_world(1)
        user_id = await prepare(opened, small)
        life = Life(
            apart=apart,
            settings=settings,
            user_id=user_id,
            community_id=small.community_id,
            pie_id=product_named(small, "Пирог с вишней").id,
        )
        await life.mirror(opened)
    return life


async def _live_a_day(life: Life, opened: Installation, day: int, every: int) -> None:
    """Let the hours pass, with what the scheduler does in each, and what a person does in one."""
    desk = open_desk(life.settings, opened.database, opened.vault, life.clock)
    checks = Checks(opened)
    for hour in range(24):
        life.ahead.passed = timedelta(days=day, hours=hour)
        await life.apart.do(pass_hour, day, hour, life.ahead.passed)
        await checks.round()
        if hour == OPEN.start:
            await _sit_down(life, opened, desk, day)
        if hour == OPEN.stop and day % WEEK == 1:
            await opened.database.write(_switch, life, is_on=True)
        if (hour + 1) % every == 0:
            report = await life.mirror(opened)
            if report.held is not None:
                await life.mirror(opened, approve=report.held.digest)
        await keep_house(desk)
    await desk.close(1)


async def _sit_down(life: Life, opened: Installation, desk: Desk, day: int) -> None:
    """Do what a person does in the morning: sign in, look at the goods, try a switch."""
    await sign_in(desk, EMAIL, PASSWORD, VISIT)
    notice = NewNotice(kind="token", evotor_user_id="01-000000000000001", body={"day": day})
    await opened.database.write(notices.save_notice, notice, life.user_id, life.clock())
    reading = Order(user_id=life.user_id, kind=RunKind.READING, trigger=RunTrigger.BUTTON)
    await carry_out_reading(opened, reading)
    preview = Order(user_id=life.user_id, kind=RunKind.PREVIEW, trigger=RunTrigger.BUTTON)
    await carry_out(opened, preview, Watch(stopping=asyncio.Event()))
    if day % WEEK == 1:
        await opened.database.write(_switch, life, is_on=False)


async def _switch(tx: Tx, life: Life, *, is_on: bool) -> None:
    """Switch a product, and say yes to what that brings, as its page does."""
    await selection.switch_product(
        tx, life.user_id, MIRA_ID, life.pie_id, is_on=is_on, now=life.clock()
    )
    stated = [] if is_on else [("hide", life.pie_id)]
    await approvals.state(tx, life.place, stated, Answerer(name="anna"), life.clock())


def _count(path: Path, day: int, wal_bytes: int) -> Counted:
    with contextlib.closing(sqlite3.connect(path)) as database:
        one = {
            name: database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "freelist_count")
        }
        rows = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in metadata.tables
        }
    return Counted(
        day=day,
        rows=rows,
        file_bytes=_size_of(path),
        free_bytes=one["page_size"] * one["freelist_count"],
        wal_bytes=wal_bytes,
    )


def _size_of(path: Path) -> int:
    return path.stat().st_size


def _rows(counted: list[Counted], kept: int) -> Iterator[Row]:
    """Make a row of each table whose rows were ever others than on the first day."""
    for table in metadata.tables:
        numbers = {each.day: each.rows[table] for each in counted}
        if len(set(numbers.values())) > 1:
            yield _judged(table, numbers, kept, is_judged=table not in BY_DESIGN)


def _files(counted: list[Counted], kept: int) -> Iterator[Row]:
    for name in ("file_bytes", "free_bytes", "wal_bytes"):
        numbers = {each.day: round(getattr(each, name) / 1024) for each in counted}
        yield _judged(name.removesuffix("_bytes"), numbers, kept, is_judged=name == "file_bytes")


def _judged(what: str, numbers: Mapping[int, int], kept: int, *, is_judged: bool) -> Row:
    before, last = numbers[kept], numbers[max(numbers)]
    is_met = last <= MOST * before + FEW
    return {
        "what": what,
        **{f"day_{day}": number for day, number in numbers.items()},
        f"of_day_{kept}": last / max(1, before),
        "met": ("yes" if is_met else "no") if is_judged else "by design",
    }


if __name__ == "__main__":
    main()
