"""The page of a store's products while a run puts them into VK: what it costs whoever looks.

Run by hand: `python -m tests.bench.products_page [--goods N] [--seconds S] [--database KIND]`.
Serves a sandbox, starts a service against it over SQLite or a MariaDB of its own,
and stops all. Whoever looks waits a little between two pages, as people do.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from evosync.db.sessions import NewSession, create_session
from evosync.demo.shop import prepare
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.web.auth import COOKIE
from evosync.wiring import open_installation
from tests import mariadb
from tests.bench.measuring import cpu_s, percentile
from tests.bench.stand import make_world
from tests.flow.process import started
from tests.flow.stand import shop_settings, until
from tests.flow.test_stop import environ
from tests.lending import Lender

GOODS = 15_000
SECONDS = 60.0  # of looking while the run goes on
PAUSE_S = 0.2
KEY = "key-of-the-bench"
QUERIES = {
    "all": "",
    "waiting": "?state=waiting",
    "in VK": "?state=in_vk&page=5",
    "words": "?q=7",
    "by price": "?sort=price&page=70",
}

Times = dict[str, list[float]]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=int, default=GOODS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=("sqlite", "mariadb"), default="sqlite")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        url = f"sqlite:///{folder / 'evosync.db'}"
        if wanted.database == "mariadb":
            lender = Lender(stack.enter_context(mariadb.running(folder / "mariadb")))
            url = stack.enter_context(lender.lent_bare())
        asyncio.run(_measure(folder, url, wanted.goods, wanted.seconds))


async def _measure(folder: Path, database_url: str, goods: int, seconds: float) -> None:
    world = make_world(goods)
    async with serve_sandbox(world) as url:
        store_id = await _prepare(world, folder, url, database_url)
        settings = environ(url, folder, database_url) | {
            "VK_REQUESTS_PER_SECOND": "3",
            "CATALOG_REFRESH_INTERVAL_SECONDS": "3600",
            "LOG_LEVEL": "INFO",
        }
        async with started(folder / "service", "serve", environ=settings) as service:
            base = await service.listening()
            pid = service.process.pid
            await until(lambda: bool(world.vk.items(world.community_id)), "items come", 300)
            before = len(world.vk.items(world.community_id))
            path = f"/catalog/stores/{store_id}/products"
            with _looking(base, path) as during:
                await asyncio.sleep(seconds)
            made = len(world.vk.items(world.community_id)) - before
            _print("running", during)
            sys.stdout.write(
                f"items made meanwhile: {made}, cpu of the service {cpu_s(pid):.1f} s\n"
            )


async def _prepare(world: SandboxWorld, folder: Path, url: str, database_url: str) -> str:
    """Make the shop and sign its owner in; returns the id of the store."""
    async with open_installation(shop_settings(folder, url, database_url)) as opened:
        user_id = await prepare(opened, world)
        now = opened.clock()
        session = NewSession(
            key=KEY,
            user_id=user_id,
            address="127.0.0.1",
            user_agent="a bench",
            expires_at=now.replace(year=now.year + 1),
        )
        await opened.database.write(create_session, session, now)
    return next(iter(world.evotor.stores())).id


def _print(when: str, times: Times) -> None:
    sys.stdout.write(f"{'page':10} {'when':8} {'asked':>7} {'p50':>8} {'p95':>8} {'max':>8}  ms\n")
    for page, values in [
        *times.items(),
        ("together", [one for each in times.values() for one in each]),
    ]:
        figures = (
            f"{statistics.median(values):8.1f} {percentile(values, 95):8.1f} {max(values):8.1f}"
        )
        sys.stdout.write(f"{page:10} {when:8} {len(values):7} {figures}\n")


@contextlib.contextmanager
def _looking(base: str, path: str) -> Iterator[Times]:
    """Look at the pages in turns, from a process of its own; gives milliseconds."""
    times: Times = {}
    ours, theirs = multiprocessing.Pipe()
    asker = multiprocessing.Process(target=_look, args=(base, path, theirs))
    asker.start()
    try:
        yield times
    finally:
        ours.send("stop")
        times |= ours.recv()
        asker.join()


def _look(base: str, path: str, pipe: Connection) -> None:
    client = HTTPConnection(base.removeprefix("http://"))
    times: Times = {page: [] for page in QUERIES}
    _ask(client, path)  # templates are read when they are first needed
    while True:
        for page, query in QUERIES.items():
            times[page].append(_ask(client, path + query))
            if pipe.poll(PAUSE_S):
                pipe.send(times)
                return


def _ask(client: HTTPConnection, path: str) -> float:
    began = perf_counter()
    client.request("GET", path, headers={"Cookie": f"{COOKIE}={KEY}"})
    answer = client.getresponse()
    answer.read()
    if answer.status != HTTPStatus.OK:
        raise SystemExit(f"unexpected answer {answer.status} of {path}")
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
