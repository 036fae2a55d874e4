"""One `serve` a database: the second is told so, and the lock dies with whoever held it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from evosync.db.engine import create_engine
from evosync.db.serving import AT_ONCE, Patience, is_served, lock_file, lock_name, one_serve
from evosync.db.urls import normalise_url
from evosync.errors import Misconfigured, TryLater
from tests.db.relay import silent_at_will
from tests.flow.stand import until

HOLDER = "SELECT IS_USED_LOCK(:name)"
WAITERS = (
    "SELECT count(*) FROM information_schema.processlist"
    " WHERE state = 'User lock' AND info LIKE concat('%', :name, '%')"
)
QUICK = Patience(wait_s=0, keep_every_s=0.02, lost_after_s=0.2)


async def test_a_second_serve_is_refused_and_the_next_is_not(empty_url: str) -> None:
    assert not await is_served(empty_url)
    async with one_serve(empty_url):
        assert await is_served(empty_url)
        with pytest.raises(TryLater, match="уже работает evosync serve или restore") as told:
            async with one_serve(empty_url, patience=AT_ONCE):
                pass
        assert told.value.code == "served"
        assert await is_served(empty_url)
    assert not await is_served(empty_url)
    async with one_serve(empty_url, patience=AT_ONCE):
        pass


async def test_a_second_serve_waits_for_the_first_one_to_end(empty_url: str) -> None:
    may_end = asyncio.Event()
    events: list[str] = []

    async def first() -> None:
        async with one_serve(empty_url):
            events.append("first begins")
            await may_end.wait()
        events.append("first ended")

    async def second() -> None:
        async with one_serve(empty_url, patience=Patience(wait_s=30)):
            events.append("second begins")

    older = asyncio.create_task(first())
    await until(lambda: bool(events), "the first holds it")
    with capture_logs() as logs:
        newer = asyncio.create_task(second())
        await until(lambda: bool(logs), "the second waits")
        may_end.set()
        await asyncio.gather(older, newer)
    assert [each["event"] for each in logs] == [
        "another serve works on this database: waiting for its end"
    ]
    assert events == ["first begins", "first ended", "second begins"]


async def test_a_wait_ends_at_a_stop(empty_url: str) -> None:
    stopping = asyncio.Event()
    stopping.set()
    async with one_serve(empty_url):
        with pytest.raises(TryLater) as told:
            async with one_serve(empty_url, patience=Patience(wait_s=60), stopping=stopping):
                pass
    assert told.value.code == "stopping"


async def test_the_file_is_one_by_whatever_link_one_comes_to_it(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "evosync.db")
    async with one_serve(f"sqlite:///{tmp_path}/evosync.db"):
        assert await is_served(f"sqlite:///{link}")
    assert lock_file(link).read_bytes() == b""


async def test_to_ask_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "evosync.db"
    assert not await is_served(f"sqlite:///{path}")
    assert not lock_file(path).exists()


async def test_a_folder_that_lets_no_lock_be_made_is_told(sqlite_url: str, tmp_path: Path) -> None:
    lock_file(tmp_path / "evosync.db").mkdir()
    with pytest.raises(Misconfigured, match=r"evosync\.db\.serve не открывается"):
        async with one_serve(sqlite_url):
            pass


async def test_databases_of_one_server_are_served_apart(mariadb_url: str) -> None:
    server, _, _ = mariadb_url.rpartition("/")
    async with one_serve(mariadb_url), one_serve(f"{server}/mysql", patience=AT_ONCE):
        pass


class Server:
    """The server seen from beside: who holds the lock of `serve`."""

    def __init__(self, url: str) -> None:
        self.name = lock_name(normalise_url(url))
        self.engine = create_engine(normalise_url(url))

    async def ask(self, question: str) -> Any:
        async with self.engine.connect() as connection:
            return await connection.scalar(text(question), {"name": self.name})

    async def until(self, is_so: Callable[[Any], bool], question: str) -> None:
        async with asyncio.timeout(30):
            while not is_so(await self.ask(question)):  # noqa: ASYNC110 - at the server
                await asyncio.sleep(0.01)

    async def kill_holder(self) -> int:
        killed: int = await self.ask(HOLDER)
        async with self.engine.connect() as connection:
            await connection.exec_driver_sql(f"KILL {killed}")
        return killed


@pytest.fixture
async def server(mariadb_url: str) -> AsyncIterator[Server]:
    made = Server(mariadb_url)
    yield made
    await made.engine.dispose()


async def test_a_lock_lost_with_its_connection_is_taken_again(
    mariadb_url: str, server: Server
) -> None:
    async with one_serve(mariadb_url, patience=QUICK):
        killed = await server.kill_holder()
        await server.until(lambda holder: holder not in {None, killed}, HOLDER)
        with pytest.raises(TryLater):
            async with one_serve(mariadb_url, patience=AT_ONCE):
                pass


async def test_one_who_was_long_without_an_answer_is_no_other(
    mariadb_url: str, server: Server
) -> None:
    """A machine that stood still finds its own old connection to hold the lock."""
    patience = Patience(wait_s=0, keep_every_s=0.02, silent_after_s=0.2, lost_after_s=0.1)
    async with silent_at_will(mariadb_url) as (url, relay):
        with capture_logs() as logs:
            async with one_serve(url, patience=patience):
                held_by = await server.ask(HOLDER)
                relay.speaks.clear()
                await until(lambda: len(logs) > 1, "it is silent for longer than one would wait")
                relay.speaks.set()
                await server.until(lambda holder: holder not in {None, held_by}, HOLDER)
    assert {each["event"] for each in logs} == {"lock of serve not looked at"}


async def test_who_lost_it_to_another_is_told(mariadb_url: str, server: Server) -> None:
    lost = asyncio.Event()

    async def overtaken() -> None:
        async with (
            one_serve(mariadb_url, patience=QUICK, on_lost=lost.set),
            server.engine.connect() as other,
        ):
            # Waits at the server itself, and so comes before whoever takes it again.
            taking = text("SELECT GET_LOCK(:name, 30)")
            waiting = asyncio.create_task(other.scalar(taking, {"name": server.name}))
            await server.until(lambda waiters: waiters == 1, WAITERS)
            await server.kill_holder()
            assert await waiting == 1
            await lost.wait()

    with pytest.raises(TryLater) as told:
        await asyncio.wait_for(overtaken(), 30)
    assert told.value.code == "served"


async def test_the_end_waits_for_no_server_that_fell_silent(mariadb_url: str) -> None:
    async with silent_at_will(mariadb_url) as (url, relay):

        async def serve() -> None:
            async with one_serve(url):
                relay.speaks.clear()

        serving = asyncio.create_task(serve())
        ended, _ = await asyncio.wait({serving}, timeout=30)
        relay.speaks.set()
        assert ended
        await serving
