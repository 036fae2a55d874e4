"""How the cost of a run grows with the catalog: a first push, 2 % changed, nothing to do.

Run by hand: `python -m tests.bench.growth [--goods N …] [--rounds N]
[--database sqlite|mariadb] [--json FILE]`. Each size has a process of its own, and its sandbox and
MariaDB others, with a quota that costs no time.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time

from evosync.cli.garbage import tune_collector
from evosync.engine.report import RunStatus
from evosync.log import configure_logging
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests import mariadb
from tests.bench.apart import served
from tests.bench.measuring import most_resident_mb
from tests.bench.report import Report, Row
from tests.bench.stand import MeasuredShop, goods_of, make_fast_world, open_measured
from tests.lending import Lender

GOODS = (500, 2_000, 8_000, 15_000)
REFERENCE = 2_000  # goods; of fewer, what every run costs makes each of them dearer
MOST = 1.15  # times the reference's CPU per 1,000 goods
SHARE = 50  # every so many-th good changes: 2 %
ROUNDS = 3

DOINGS = ("created", "updated", "hidden", "restored", "deleted", "failed", "held")
FIRST, CHANGED, QUIET = "first push", "2 % changed", "nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One run: seconds, of CPU without the sandbox's, and the most memory until its end."""

    goods: int
    kind: str
    cpu_s: float
    wall_s: float
    peak_mb: float
    evotor_requests: int
    vk_requests: int


def main() -> None:
    """Measure each size in turn, print the tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, nargs="+", default=GOODS)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of which the least counts")
    parser.add_argument("--database", choices=("sqlite", "mariadb"), default="sqlite")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    costs = [
        cost
        for goods in wanted.goods
        for cost in _in_a_process(goods, wanted.rounds, wanted.database)
    ]
    report = Report("growth", wanted.json)
    for kind in (FIRST, CHANGED, QUIET):
        report.add(kind, _rows([cost for cost in costs if cost.kind == kind]))


def reprice(world: SandboxWorld, every: int) -> int:
    """Make every so many-th good of a shop a rouble dearer; returns how many those are."""
    chosen = goods_of(world)[::every]
    for product in chosen:
        product.price = (product.price or Decimal()) + 1
    return len(chosen)


def _in_a_process(goods: int, rounds: int, database: str) -> list[Cost]:
    # A process keeps what it took: the peak of a size is told by one that had no greater before.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(_measure, goods, rounds, database).result()


def _measure(goods: int, rounds: int, database: str) -> list[Cost]:
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, url = Path(name), ""
        if database == "mariadb":
            lender = Lender(stack.enter_context(mariadb.running(folder / "server")))
            stack.callback(lender.close)
            url = stack.enter_context(lender.lent())
        return asyncio.run(_measured(folder, url, goods, rounds))


async def _measured(folder: Path, url: str, goods: int, rounds: int) -> list[Cost]:
    changed, quiet = [], []
    async with (
        served(make_fast_world, goods) as apart,
        open_measured(apart, folder, url) as shop,
    ):
        tune_collector()  # as the service does
        first = await _run(shop, goods, FIRST, {"created": goods})
        for _ in range(rounds):
            count = await apart.do(reprice, SHARE)
            changed.append(await _run(shop, goods, CHANGED, {"updated": count}))
            if differences := await apart.do(find_differences):
                raise SystemExit(f"VK is not as the till: {differences[:3]}")
            quiet.append(await _run(shop, goods, QUIET, {}))
    return [first, *(min(costs, key=lambda cost: cost.cpu_s) for costs in (changed, quiet))]


async def _run(shop: MeasuredShop, goods: int, kind: str, counts: dict[str, int]) -> Cost:
    """Measure a run that is to do this much, and nothing else."""
    began_s, began_at = process_time(), perf_counter()
    report = await shop.mirror()
    cpu_s, wall_s = process_time() - began_s, perf_counter() - began_at
    expected = dict.fromkeys(DOINGS, 0) | counts
    if report.status is not RunStatus.DONE or not expected.items() <= report.counts().items():
        raise SystemExit(f"{kind} of {goods}: {report.status.value}, {report.counts()}")
    return Cost(
        goods=goods,
        kind=kind,
        cpu_s=cpu_s,
        wall_s=wall_s,
        peak_mb=most_resident_mb(os.getpid()),
        evotor_requests=report.effort.evotor_requests,
        vk_requests=report.effort.vk_requests,
    )


def _rows(costs: list[Cost]) -> list[Row]:
    """Judge each size by the reference, or without that one by the smallest."""
    by_goods = {cost.goods: _per_1000(cost) for cost in costs}
    reference = by_goods.get(REFERENCE, by_goods[min(by_goods)])
    return [
        {
            "goods": cost.goods,
            "cpu_s": cost.cpu_s,
            "cpu_ms_per_1000": _per_1000(cost) * 1000,
            "of_reference": _per_1000(cost) / reference,
            "target": MOST,
            "met": _word(cost.goods, _per_1000(cost) / reference),
            "wall_s": cost.wall_s,
            "peak_mb": cost.peak_mb,
            "evotor_requests": cost.evotor_requests,
            "vk_requests": cost.vk_requests,
        }
        for cost in costs
    ]


def _per_1000(cost: Cost) -> float:
    return cost.cpu_s * 1000 / cost.goods


def _word(goods: int, ratio: float) -> str | None:
    if goods <= REFERENCE:
        return None
    return "yes" if ratio <= MOST else "no"


if __name__ == "__main__":
    main()
