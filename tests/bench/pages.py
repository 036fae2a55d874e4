"""Pages while a shop is mirrored: what runs of every kind cost whoever looks meanwhile.

Run by hand: `python -m tests.bench.pages [--goods N] [--seconds S] [--databases …] [--json FILE]`.
Serves a sandbox apart, starts a service against it over SQLite and over a
MariaDB of its own, and stops all. The first push goes at VK's own pace.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evosync.db.engine import Database, open_database
from evosync.db.runs import list_runs
from evosync.db.sessions import NewSession, create_session
from evosync.engine.report import RunStatus
from evosync.log import configure_logging
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests import mariadb
from tests.bench.apart import Apart, served
from tests.bench.asking import Asked, Visitor, asking
from tests.bench.measuring import cpu_s, most_resident_mb, percentile, resident_mb
from tests.bench.report import Cell, Report, Row
from tests.bench.stand import VK_RATE, databases, goods_of, make_world, open_measured
from tests.flow.process import started
from tests.flow.test_stop import environ
from tests.lending import Lender

GOODS = 15_000
SECONDS = 20.0  # of asking for each row
RATE = 50  # requests a second in all
LOGINS, PRODUCTS = 4, 2  # of them; all others are for /health
CLIMB = (5, 10, 15, 20, 25)  # pages of products a second, of as many requests in all
KEY = "key-of-the-bench"
HEALTH_MS, PRODUCTS_MS = 20.0, 60.0  # targets: p99 of /health, p95 of the products
DEARER = 50  # each such product has another price when a run has something to send
SINGLY = 40  # times each page is asked for while nothing else goes on
POLL_S = 0.1
DEADLINE_S = 1_200.0

QUERIES = ("", "?state=waiting", "?state=in_vk&page=5", "?q=7", "?sort=price&page=70")
OTHERS = ("/profile", "/problems", "/runs", "/runs/{run}", "/catalog/stores", "/sync", "/login")
KINDS = {
    "reading": "/catalog/refresh",
    "preview": "/sync/preview",
    "quiet run": "/sync/run",
    "run, 2 % dearer": "/sync/run",
}
"""What is begun by which button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The service that is measured, what it works on, and where the figures go."""

    kind: str
    apart: Apart
    visitor: Visitor
    database: Database
    user_id: int
    pid: int
    products: str
    seconds: float
    rows: list[Row] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        """The addresses of pages of products that are asked for in turns."""
        return [self.products + query for query in QUERIES]

    def mixed(self, products: float = PRODUCTS) -> list[Asked]:
        """As many requests a second as the target says, so many of them for products."""
        return [
            Asked(page="/health", paths=("/health",), rate=RATE - LOGINS - products),
            Asked(page="/login", paths=("/login",), rate=LOGINS),
            Asked(page="products", paths=self.pages, rate=products),
        ]

    async def is_busy(self) -> bool:
        """Tell whether a run is going on, or waits."""
        async with self.database.read() as tx:
            found = await list_runs(tx, self.user_id, 5)
        return any(run.finished_at is None for run in found)

    async def idle(self) -> None:
        """Wait until no run is going on. Raises SystemExit where the last one did not end well."""
        async with asyncio.timeout(DEADLINE_S):
            while await self.is_busy():  # noqa: ASYNC110 - another process works
                await asyncio.sleep(POLL_S)
        async with self.database.read() as tx:
            [last] = await list_runs(tx, self.user_id, 1)
        if last.status is not RunStatus.DONE or last.counts.get("failed"):
            raise SystemExit(f"a run did not do its work: {last}")

    def note(self, during: str, times: Mapping[str, list[float]], wanted: Sequence[Asked]) -> None:
        """Keep a row for each page."""
        self.rows.extend(_row(during, each, times[each.page]) for each in wanted)


def main() -> None:
    """Measure, print tables, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "mariadb"])
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    configure_logging("ERROR")
    report = Report("pages", wanted.json)
    for kind in databases(wanted.databases):
        with tempfile.TemporaryDirectory() as place, _lent(kind, Path(place)) as url:
            asyncio.run(_measure(report, Path(place), url, wanted))


@contextlib.contextmanager
def _lent(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'evosync.db'}"
        return
    with mariadb.running(folder / "mariadb") as server:
        lender = Lender(server)
        with lender.lent_bare() as url:
            yield url
        lender.close()


async def _measure(report: Report, folder: Path, url: str, wanted: argparse.Namespace) -> None:
    async with served(make_world, wanted.goods) as apart:
        user_id, store_id = await _prepare(apart, folder, url)
        async with _serving(apart, folder, url) as (base, pid):
            database = open_database(url)
            service = Service(
                kind=database.engine.dialect.name,
                apart=apart,
                visitor=Visitor(base=base, key=KEY),
                database=database,
                user_id=user_id,
                pid=pid,
                products=f"/catalog/stores/{store_id}/products",
                seconds=wanted.seconds,
            )
            idle_mb = resident_mb(pid)
            try:
                await _watch(service)
            finally:
                report.add(f"Pages, {service.kind}, {wanted.goods:,} goods, in ms", service.rows)
            memory = {"idle_mb": idle_mb, "peak_mb": most_resident_mb(pid)}
            report.add(f"CPU of one page, {service.kind}", await _singly(service))
            report.add(f"Memory of the service, {service.kind}", [memory])
            await database.close()


async def _prepare(apart: Apart, folder: Path, url: str) -> tuple[int, str]:
    """Connect the shop and sign its owner in; returns the user's id and the store's."""
    async with open_measured(apart, folder, url) as shop:
        now = shop.opened.clock()
        session = NewSession(
            key=KEY,
            user_id=shop.user_id,
            address="127.0.0.1",
            user_agent="a bench",
            expires_at=now.replace(year=now.year + 1),
        )
        await shop.opened.database.write(create_session, session, now)
        return shop.user_id, await apart.do(first_store)


@contextlib.asynccontextmanager
async def _serving(apart: Apart, folder: Path, url: str) -> AsyncIterator[tuple[str, int]]:
    settings = environ(apart.url, folder, url) | {
        "VK_REQUESTS_PER_SECOND": str(VK_RATE),
        "CATALOG_REFRESH_INTERVAL_SECONDS": "86400",
        "LOG_LEVEL": "INFO",
    }
    async with started(folder / "service", "serve", environ=settings) as service:
        yield await service.listening(), service.process.pid


async def _watch(service: Service) -> None:
    """Look while nothing goes on, through the first push, and through runs of each kind."""
    mixed = service.mixed()
    await _ask(service, "nothing", mixed)
    service.visitor.post("/sync/run")
    while not await service.apart.do(count_items):  # noqa: ASYNC110 - another process works
        await asyncio.sleep(POLL_S)
    gentle = [mixed[0], Asked(page="products, one looks", paths=service.pages)]
    await _ask(service, "first push", gentle)
    await _ask(service, "first push", mixed)
    for rate in CLIMB:
        if not await _ask(service, f"first push, {rate} pages/s", service.mixed(rate)):
            break
    if not await service.is_busy():
        raise SystemExit("the first push ended before it was looked at: more goods, fewer seconds")
    await service.idle()
    for kind, button in KINDS.items():
        await _during(service, kind, button)
    if told := await service.apart.do(describe_differences):
        raise SystemExit(f"VK does not equal the till: {told}")


async def _ask(service: Service, during: str, wanted: Sequence[Asked]) -> bool:
    """Ask for as long as a row takes; False when the products came later than they may."""
    with asking(service.visitor, wanted) as times:
        await asyncio.sleep(service.seconds)
    service.note(during, times, wanted)
    return percentile(times[wanted[-1].page], 95) < PRODUCTS_MS


async def _during(service: Service, kind: str, button: str) -> None:
    """Begin runs of one kind one after another, and look for as long as a row takes."""
    loop, mixed = asyncio.get_running_loop(), service.mixed()
    with asking(service.visitor, mixed) as times:
        until = loop.time() + service.seconds
        while loop.time() < until:
            if "dearer" in kind:
                await service.apart.do(make_some_dearer)
            await asyncio.to_thread(service.visitor.post, button)
            await service.idle()
    service.note(kind, times, mixed)


async def _singly(service: Service) -> list[Row]:
    """Ask for each page many times while nothing else goes on."""
    async with service.database.read() as tx:
        [run] = await list_runs(tx, service.user_id, 1)
    paths = [*service.pages, *(path.format(run=run.id) for path in OTHERS)]
    return [
        {
            "page": path.replace(service.products, "products"),
            "asked": SINGLY,
            "cpu_ms": await asyncio.to_thread(_cpu_ms, service, path),
        }
        for path in paths
    ]


def _cpu_ms(service: Service, path: str) -> float:
    service.visitor.get(path)
    before = cpu_s(service.pid)
    for _ in range(SINGLY):
        service.visitor.get(path)
    return (cpu_s(service.pid) - before) * 1000 / SINGLY


def _row(during: str, asked: Asked, times: list[float]) -> Row:
    percent, target = {"/health": (99, HEALTH_MS), "/login": (0, None)}.get(
        asked.page, (95, PRODUCTS_MS)
    )
    met: Cell = None
    if target is not None:
        met = "yes" if percentile(times, percent) < target else "no"
    return {
        "during": during,
        "page": asked.page,
        "a_second": asked.rate,
        "asked": len(times),
        "p50": statistics.median(times),
        "p95": percentile(times, 95),
        "p99": percentile(times, 99),
        "max": max(times),
        "target": f"p{percent} < {target:.0f}" if target else None,
        "met": met,
    }


def first_store(world: SandboxWorld) -> str:
    """Name the store whose goods are looked at, where the sandbox is."""
    return next(iter(world.evotor.stores())).id


def count_items(world: SandboxWorld) -> int:
    """Count what stands in VK, where the sandbox is."""
    return len(world.vk.items(world.community_id))


def describe_differences(world: SandboxWorld) -> str:
    """Say what of VK does not equal the till, where the sandbox is."""
    return "; ".join(map(str, find_differences(world)[:5]))


def make_some_dearer(world: SandboxWorld) -> None:
    """Change some prices, where the sandbox is."""
    for product in goods_of(world)[::DEARER]:
        world.set_price(product.id, (product.price or 0) + 1)


if __name__ == "__main__":
    main()
