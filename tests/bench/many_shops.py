"""Many shops on one service: an hourly cycle with nothing to do, and one with changed prices.

Run by hand: `python -m tests.bench.many_shops [--shops N …] [--goods N] [--big N …]
[--big-goods N] [--fair-shops N …] [--latency S] [--concurrency N] [--database sqlite|mariadb]
[--json FILE]`. One shop is mirrored; the others are copies of it, in the sandbox and in the
database. Each cycle is the first one of an `evosync serve` of its own. `--big` puts so many
shops that have never been mirrored first in the queue: `delay_s` is how much later than alone the
last small one has run, which is the figure to quote, for a ratio depends on how long they take.
"""

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from evosync.log import configure_logging
from tests import mariadb
from tests.bench import crowd
from tests.bench.crowd_stand import Crowd, stand_ready
from tests.bench.cycle import Cycle
from tests.bench.report import Cell, Report, Row
from tests.lending import Lender

SHOPS = (100, 300, 1_000)
GOODS = 500
BIG = (0, 1, 4, 8)
BIG_GOODS = 15_000
FAIR_SHOPS = (100, 300)
LATENCY_S = 0.3  # of one execute
CONCURRENCY = 4
FLAT = 1.15  # what a shop may cost among the most, of what it costs among the fewest
FAIR = 1.15  # how long the small ones may take beside big ones, of what they take alone

Lend = Callable[[Path], AbstractContextManager[str]]
"""Gives the URL of a fresh database for the body, in a folder."""


def main() -> None:
    """Measure, print tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, nargs="*", default=SHOPS)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--big", type=int, nargs="*", default=BIG)
    parser.add_argument("--big-goods", type=int, default=BIG_GOODS)
    parser.add_argument("--fair-shops", type=int, nargs="*", default=FAIR_SHOPS)
    parser.add_argument("--latency", type=float, default=LATENCY_S)
    parser.add_argument("--concurrency", type=int, default=CONCURRENCY)
    parser.add_argument("--database", choices=("sqlite", "mariadb"), default="sqlite")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    report = Report("many_shops", wanted.json)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        lend: Lend = _file
        if wanted.database == "mariadb":
            server = stack.enter_context(mariadb.running(Path(name)))
            lend = _database_of(Lender(server))
        _measure_sizes(report, wanted, lend)
        for shops in wanted.fair_shops:
            _measure_fairness(report, wanted, lend, shops)


def _measure_sizes(report: Report, wanted: argparse.Namespace, lend: Lend) -> None:
    rows: list[Row] = []
    try:
        for shops in sorted(wanted.shops):
            with _room(lend) as (folder, url):
                rows += asyncio.run(_two_cycles(wanted, folder, url, shops))
    finally:
        _tell_sizes(report, wanted, rows)


def _tell_sizes(report: Report, wanted: argparse.Namespace, rows: list[Row]) -> None:
    if not rows:
        return
    title = f"Shops of {wanted.goods} goods, {wanted.latency} s an execute, {wanted.database}"
    report.add(f"{title}: one cycle", [_part(row, _TIMES) for row in rows])
    report.add(f"{title}: what a shop takes", [_part(row, _SIZES) for row in rows])
    pairs = [pair for pair in _pairs(rows) if pair[0] is not pair[1]]
    if pairs:
        flat = [_flat(pair, name) for pair in pairs for name in _FLAT]
        report.add("Flat in the number of shops: what one takes", flat)


async def _two_cycles(wanted: argparse.Namespace, folder: Path, url: str, shops: int) -> list[Row]:
    rows = []
    async with stand_ready(wanted, folder, url, shops) as ready:
        quiet, growth = await _sized(ready)
        _expect(quiet.runs, status="done", created=0, updated=0)
        await ready.check()
        rows.append(_row("nothing to do", ready, quiet, growth))
        changed = await ready.apart.do(crowd.change_prices)
        priced, growth = await _sized(ready)
        _expect(priced.runs, status="done", created=0, updated=changed)
        await ready.check()
        rows.append(_row("2 % dearer", ready, priced, growth))
    return rows


async def _sized(ready: Crowd) -> tuple[Cycle, tuple[float, float]]:
    """Carry out a cycle; gives the size of the database before it, and what it grew by."""
    before = await ready.size_mb()
    cycle = await ready.cycle()
    return cycle, (before, await ready.size_mb() - before)


def _row(name: str, ready: Crowd, cycle: Cycle, size: tuple[float, float]) -> Row:
    shops = ready.shops
    return {
        "cycle": name,
        "shops": shops,
        "wall_s": round(cycle.wall_s, 1),
        "cpu_ms_a_shop": round(cycle.cpu_s / shops * 1000, 1),
        "sandbox_cpu_ms": round(cycle.sandbox_cpu_s / shops * 1000, 1),
        "peak_mb": round(cycle.peak_mb, 1),
        "after_mb": round(cycle.after_mb, 1),
        "evotor_requests": round(cycle.mean("evotor_requests"), 2),
        "vk_requests": round(cycle.mean("vk_requests"), 2),
        "run_s": round(cycle.mean("seconds"), 2),
        "database_kb": round(size[0] / shops * 1024, 1),
        "growth_kb": round(size[1] / shops * 1024, 2),
        "log_kb": round(cycle.log_mb / shops * 1024, 2),
        # Where they had not ended before the runs began, the two cannot be told apart.
        "is_apart": cycle.is_apart,
        "check_cpu_ms": round(cycle.checks_cpu_s / shops * 1000, 1) if cycle.is_apart else None,
    }


def _part(row: Row, names: tuple[str, ...]) -> Row:
    return {name: row[name] for name in ("cycle", "shops", *names)}


# What is to be flat for one shop; which of it is told for one already, and what checks add to.
_A_SHOP = ("cpu_ms_a_shop", "database_kb", "growth_kb")
_BESIDE_CHECKS = ("cpu_ms_a_shop", "wall_s")
_FLAT = (*_A_SHOP, "wall_s", "peak_mb")
_TIMES = ("wall_s", "run_s", "cpu_ms_a_shop", "sandbox_cpu_ms", "peak_mb", "after_mb")
_SIZES = ("evotor_requests", "vk_requests", "database_kb", "growth_kb", "log_kb", "check_cpu_ms")


def _pairs(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Pair the fewest shops with the most, by cycle."""
    named = {row["cycle"]: row for row in reversed(rows)}
    return [(fewest, row) for name, fewest in named.items() for row in _last(rows, name)]


def _last(rows: list[Row], name: Any) -> list[Row]:
    return [row for row in rows if row["cycle"] == name][-1:]


def _flat(pair: tuple[Row, Row], name: str) -> Row:
    """Compare what a shop takes of something among the fewest and among the most."""
    few, many = (_of_one_shop(row, name) for row in pair)
    ratio = many / few if few > 0 else None
    met: Cell = None
    # Checks that went on beside the runs took processor and time that are not to be told apart.
    if ratio is not None and (name not in _BESIDE_CHECKS or all(row["is_apart"] for row in pair)):
        met = "yes" if ratio <= FLAT else "no"
    return {
        "cycle": pair[0]["cycle"],
        "of": name,
        "shops": f"{pair[0]['shops']} → {pair[1]['shops']}",
        "fewest": few,
        "most": many,
        "ratio": None if ratio is None else round(ratio, 3),
        "target": f"≤ {FLAT}",
        "met": met,
    }


def _of_one_shop(row: Row, name: str) -> float:
    return _number(row[name]) / (1 if name in _A_SHOP else _number(row["shops"]))


def _number(cell: Any) -> float:
    return float(cell)


def _measure_fairness(report: Report, wanted: argparse.Namespace, lend: Lend, shops: int) -> None:
    rows: list[Row] = []
    try:
        for big in wanted.big:
            with _room(lend) as (folder, url):
                row = asyncio.run(_small_beside(wanted, folder, url, shops, big))
            rows.append(_beside(row, rows[0] if rows else None))
    finally:
        if rows:
            title = f"{shops} small shops behind big ones of {wanted.big_goods} goods"
            report.add(f"{title}, SYNC_CONCURRENCY {wanted.concurrency}", rows)


def _beside(row: Row, alone: Row | None) -> Row:
    """Compare small shops beside big ones with how they are alone."""
    if alone is None:
        return {**row, **dict.fromkeys(("delay_s", "ratio", "target", "met"))}
    done_s, alone_s = (_number(each["small_ones_done_s"]) for each in (row, alone))
    return {
        **row,
        "delay_s": round(done_s - alone_s, 1),
        "ratio": round(done_s / alone_s, 3),
        "target": f"≤ {FAIR}",
        "met": "yes" if done_s / alone_s <= FAIR else "no",
    }


async def _small_beside(
    wanted: argparse.Namespace, folder: Path, url: str, shops: int, big: int
) -> Row:
    async with stand_ready(wanted, folder, url, shops, big) as ready:
        cycle = await ready.cycle()
        _expect(cycle.runs, status="done", created=0, updated=0)
        return {
            "big_shops": big,
            "small_shops": len(cycle.runs),
            "small_ones_done_s": round(cycle.wall_s, 1),
            "run_s": round(cycle.mean("seconds"), 2),
            "cpu_s": round(cycle.cpu_s, 1),
            "peak_mb": round(cycle.peak_mb, 1),
        }


def _expect(runs: list[dict[str, Any]], **wanted: str | int) -> None:
    for run in runs:
        if any(run[name] != value for name, value in wanted.items()):
            raise SystemExit(f"a run did not do its work, which is {wanted}: {run}")


@contextlib.contextmanager
def _room(lend: Lend) -> Any:
    with tempfile.TemporaryDirectory() as name, lend(Path(name)) as url:
        yield Path(name), url


@contextlib.contextmanager
def _file(folder: Path) -> Any:
    yield f"sqlite:///{folder / 'evosync.db'}"


def _database_of(lender: Lender) -> Lend:
    return lambda _folder: lender.lent_bare()


if __name__ == "__main__":
    main()
