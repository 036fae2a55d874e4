"""What the log of requests costs a run: the process's CPU with it and without it, in alternation.

Run by hand: `python -m tests.bench.request_log [--goods N] [--quiet N] [--pairs N]`. The sandbox
runs in a process of its own; «without» is an installation whose clients tell nobody.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import process_time

from sqlalchemy import func, select

from evosync.db.runs import RunKind, RunTrigger
from evosync.db.tables.journal import api_logs
from evosync.demo.shop import prepare
from evosync.engine.report import RunReport
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Watch, carry_out
from evosync.log import configure_logging
from evosync.outbound.client import open_client
from evosync.wiring import Installation, open_installation
from tests.bench.apart import served
from tests.bench.stand import make_fast_world, make_world
from tests.flow.stand import shop_settings

GOODS, QUIET, PAIRS = 2_500, 15_000, 5


def main() -> None:
    """Measure, and print the seconds of CPU, pair by pair, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS, help="of the first push")
    parser.add_argument("--quiet", type=int, default=QUIET, help="of the run without changes")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    for name, goods, measure in (
        ("first push", wanted.goods, _first_pushes),
        ("quiet run", wanted.quiet, _quiet_runs),
    ):
        if goods:
            _print(name, goods, asyncio.run(measure(goods, wanted.pairs)))


def _print(name: str, goods: int, pairs: list[tuple[float, float, int]]) -> None:
    sys.stdout.write(f"{name} of {goods} goods: CPU seconds with, without; rows\n")
    for on, off, rows in pairs:
        sys.stdout.write(f"{on:8.3f} {off:8.3f} {on / off:7.3f} {rows:6}\n")
    on_all, off_all, _ = zip(*pairs, strict=True)
    ratio = statistics.median(on_all) / statistics.median(off_all)
    each = statistics.median(on / off for on, off, _ in pairs)
    sys.stdout.write(f"ratio of medians {ratio:.3f}, median of ratios {each:.3f}\n")


async def _first_pushes(goods: int, pairs: int) -> list[tuple[float, float, int]]:
    return [await _pair(goods, number, is_quiet=False) for number in range(pairs)]


async def _quiet_runs(goods: int, pairs: int) -> list[tuple[float, float, int]]:
    return [await _pair(goods, number, is_quiet=True) for number in range(pairs)]


async def _pair(goods: int, number: int, *, is_quiet: bool) -> tuple[float, float, int]:
    """Measure once each way; which comes first changes from pair to pair."""
    seconds: dict[bool, float] = {}
    rows = 0
    for is_on in (True, False) if number % 2 else (False, True):
        seconds[is_on], logged = await _measured(goods, is_on=is_on, is_quiet=is_quiet)
        rows = max(rows, logged)
    return seconds[True], seconds[False], rows


async def _measured(goods: int, *, is_on: bool, is_quiet: bool) -> tuple[float, int]:
    async with served(make_fast_world, goods) as apart:
        with tempfile.TemporaryDirectory() as folder:
            return await _run(Path(folder), goods, apart.url, is_on=is_on, is_quiet=is_quiet)


async def _run(
    folder: Path, goods: int, url: str, *, is_on: bool, is_quiet: bool
) -> tuple[float, int]:
    async with open_installation(shop_settings(folder, url)) as logging:
        # Its goods are the sandbox's, but ids and tokens are alike in all worlds.
        user_id = await prepare(logging, make_world(goods))
        silent = replace(logging, evotor=open_client("evotor"), vk=open_client("vk"))
        opened = logging if is_on else silent
        if is_quiet:
            await _mirrored(silent, user_id)
        before, began = await _count(logging), process_time()
        report = await _mirrored(opened, user_id)
        await logging.requests.close(60)
        seconds = process_time() - began
        if is_quiet and report.outcomes:
            raise SystemExit(f"the run was not quiet: {report.counts()}")
        if not is_quiet and report.counts()["created"] != goods:
            raise SystemExit(f"the run did not do its work: {report.counts()}")
        rows = await _count(logging) - before
        for client in (silent.evotor, silent.vk):
            await client.close()
        return seconds, rows


async def _mirrored(opened: Installation, user_id: int) -> RunReport:
    order = Order(user_id=user_id, kind=RunKind.MIRROR, trigger=RunTrigger.COMMAND)
    return (await carry_out(opened, order, Watch(stopping=asyncio.Event()))).report


async def _count(opened: Installation) -> int:
    async with opened.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(api_logs)) or 0


if __name__ == "__main__":
    main()
