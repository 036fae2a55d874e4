"""How near the mirror comes to what VK's quota allows, beside three other clients.

Run by hand: `python -m tests.bench.quota [--goods N] [--changes N] [--delays S …] [--json FILE]`.
The sandbox allows 3 requests a second and takes so long for an `execute`; every setting of ours
that concerns the quota is at its default. The rivals have their race at one delay; a call by
itself takes none, so what goes one by one waits for nothing but the quota. The sandbox forgives
half a second that a request may have been under way, and loopback takes next to none of it: that
is what error 6 is measured under, and a network whose delays differ by more would meet more of it.
In the tables `floor` is the time in times of ⌈goods / 25⌉ / 3 s, and `quota` in times of
requests / 3 s.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import perf_counter, process_time

from msgspec.structs import replace

from evosync.engine.report import RunReport, RunStatus
from evosync.log import configure_logging
from evosync.sandbox.comparison import find_differences
from evosync.settings import Settings
from tests.bench.apart import Apart, served
from tests.bench.quota_rivals import RIVALS, Rival, RivalMissing
from tests.bench.quota_world import Traffic, make_slow_world, reprice, traffic
from tests.bench.report import Report, Row
from tests.bench.stand import VK_RATE, MeasuredShop, open_measured
from tests.flow.stand import shop_settings

GOODS = 2_500
CHANGES = 1_000
DELAYS_S = (0.3, 1.0, 5.0)
RIVALS_DELAY_S = 1.0
CALLS = 25  # an `execute` carries

MOST_REQUESTS = 1.2  # times ⌈goods / 25⌉, for the first push
MOST_SECONDS = 1.15  # times requests / 3 s, where an execute takes 1 s
MOST_TO_EDIT = 1.2  # times ⌈changes / 25⌉: 48 for 1,000
MOST_TOO_FAST = 0.01  # of the requests

FIRST, CHANGED = "first push", "new prices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Goods sent by somebody while an `execute` took so long; `cpu_s` only where it is ours."""

    who: str
    execute_s: float
    goods: int
    traffic: Traffic
    seconds: float
    cpu_s: float | None = None

    @property
    def floor(self) -> int:
        """How many requests no way of sending could do without."""
        return ceil(self.goods / CALLS)

    @property
    def to_floor(self) -> float:
        """The time in times of what the quota asks for that many requests."""
        return self.seconds * VK_RATE / self.floor

    @property
    def to_quota(self) -> float:
        """The time in times of what the quota asks for the requests sent."""
        return self.seconds * VK_RATE / self.traffic.requests

    def row(self) -> Row:
        """Show it."""
        return {
            "who": self.who,
            "goods": self.goods,
            "requests": self.traffic.requests,
            "calls": self.traffic.calls,
            "seconds": round(self.seconds, 1),
            "goods/s": round(self.goods / self.seconds, 1),
            "floor": round(self.to_floor, 2),
            "quota": round(self.to_quota, 2),
            "error_6": self.traffic.too_fast,
            "cpu_s": None if self.cpu_s is None else round(self.cpu_s, 2),
        }


def main() -> None:
    """Measure each delay in turn, then the rivals; print the tables and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--delays", type=float, nargs="+", default=DELAYS_S)
    parser.add_argument("--rivals-delay", type=float, default=RIVALS_DELAY_S)
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    report = Report("quota", wanted.json)
    pushes: list[Push] = []
    for delay in wanted.delays:
        pushes += asyncio.run(_measure(wanted.goods, min(wanted.changes, wanted.goods), delay))
        report.add(f"an execute takes {delay:g} s", [push.row() for push in pushes[-2:]])
    report.add("targets", _targets(pushes))
    if not wanted.without_rivals:
        ours = [push for push in pushes if push.execute_s == wanted.rivals_delay][:1]
        rivals = [_race(rival, wanted.goods, wanted.rivals_delay) for rival in RIVALS]
        rows = [push.row() for push in (*ours, *filter(None, rivals))]
        taken = f"while an execute takes {wanted.rivals_delay:g} s, a call by itself none"
        report.add(f"goods added {taken}", rows)


async def _measure(goods: int, changes: int, execute_s: float) -> list[Push]:
    with tempfile.TemporaryDirectory() as folder:
        async with served(make_slow_world, goods, execute_s) as apart:
            settings = _default_quota(shop_settings(Path(folder), apart.url))
            async with open_measured(apart, Path(folder), settings=settings) as shop:
                first = await _run(shop, apart, FIRST, goods, execute_s)
                await apart.do(reprice, changes)
                changed = await _run(shop, apart, CHANGED, changes, execute_s)
    return [first, changed]


def _default_quota(settings: Settings) -> Settings:
    as_shipped = Settings()
    return replace(
        settings,
        vk_requests_per_second=as_shipped.vk_requests_per_second,
        vk_settle_seconds=as_shipped.vk_settle_seconds,
    )


async def _run(shop: MeasuredShop, apart: Apart, what: str, goods: int, execute_s: float) -> Push:
    before = await apart.do(traffic)
    began, cpu_began = perf_counter(), process_time()
    ran = await shop.mirror()
    seconds, cpu_s = perf_counter() - began, process_time() - cpu_began
    spent = (await apart.do(traffic)).since(before)
    if differences := await apart.do(find_differences):
        raise SystemExit(f"VK is not as the till: {differences[:3]}")
    _check(ran, goods, what)
    return Push(
        who=what, execute_s=execute_s, goods=goods, traffic=spent, seconds=seconds, cpu_s=cpu_s
    )


def _check(ran: RunReport, goods: int, what: str) -> None:
    expected = {"created": 0, "updated": 0, "failed": 0, "held": 0}
    expected["created" if what == FIRST else "updated"] = goods
    if ran.status is not RunStatus.DONE or not expected.items() <= ran.counts().items():
        raise SystemExit(f"{what} of {goods}: {ran.status.value}, {ran.counts()}, {ran.error}")


def _targets(pushes: Sequence[Push]) -> list[Row]:
    rows: list[Row] = []
    for push in pushes:
        most = MOST_REQUESTS if push.who == FIRST else MOST_TO_EDIT
        rows.append(_target(push, "requests", push.traffic.requests, most * push.floor))
        if push.who == FIRST and push.execute_s == RIVALS_DELAY_S:
            most_s = MOST_SECONDS * push.traffic.requests / VK_RATE
            rows.append(_target(push, "seconds", push.seconds, most_s))
        share = push.traffic.too_fast / push.traffic.requests
        rows.append(_target(push, "share of error 6", share, MOST_TOO_FAST))
    return rows


def _target(push: Push, what: str, measured: float, most: float) -> Row:
    return {
        "what": f"{push.who}, {push.execute_s:g} s an execute: {what}",
        "measured": round(measured, 3),
        "at_most": round(most, 3),
        "met": "yes" if measured <= most else "NO",
    }


def _race(rival: Rival, goods: int, execute_s: float) -> Push | None:
    try:
        return asyncio.run(_compete(rival, min(goods, rival.goods), execute_s))
    except RivalMissing as missing:
        print(f"{rival.name} left out: {missing}")  # noqa: T201 - a table's footnote
        return None


async def _compete(rival: Rival, goods: int, execute_s: float) -> Push:
    async with served(make_slow_world, goods, execute_s) as apart:
        spent, seconds = await rival.compete(apart, goods)
    return Push(who=rival.name, execute_s=execute_s, goods=goods, traffic=spent, seconds=seconds)


if __name__ == "__main__":
    main()
