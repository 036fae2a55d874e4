"""The stream of a run's events over a real socket: what it tells, and what ends it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import event
from starlette.applications import Starlette

from evosync.db import account_changes, sessions
from evosync.db.accounts import UserStatus
from evosync.engine.report import RunStatus
from evosync.settings import Settings
from evosync.web.auth import COOKIE
from evosync.web.server import serve, take_socket
from evosync.web.state import AppState
from evosync.web.streams import MOST_STREAMS, Streams
from tests.flow.stand import until
from tests.web.people import Person, add_person
from tests.web.ran import Ran

SOON_S = 60.0  # only what never comes takes so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a stream."""

    name: str
    data: str


class Listener:
    """Whoever has the page of a run open."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Event | None:
        """Wait for the next event; None at the end of the stream."""
        name = ""
        data: list[str] = []
        async with asyncio.timeout(SOON_S):
            async for line in self._lines:
                if not line and name:
                    return Event(name=name, data="\n".join(data))
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data.append(value)
        return None

    async def rest(self) -> list[str]:
        """Read to the end; gives the names of the events."""
        names = []
        while event := await self.next():
            names.append(event.name)
        return names


@pytest.fixture
def ran(state: AppState, anna: Person) -> Ran:
    return Ran(state=state, user_id=anna.id)


@pytest.fixture
async def url(app: Starlette, state: AppState) -> AsyncIterator[str]:
    settings = Settings(port=0)
    taken = take_socket(settings)
    serving = asyncio.create_task(serve(app, taken, settings, state.stopping))
    yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    state.stopping.set()
    async with asyncio.timeout(SOON_S):
        await serving


@asynccontextmanager
async def listening(url: str, person: Person, run_id: int) -> AsyncIterator[Listener]:
    async with (
        httpx.AsyncClient(base_url=url, cookies={COOKIE: person.key}, timeout=SOON_S) as client,
        client.stream("GET", f"/runs/{run_id}/events") as answer,
    ):
        yield Listener(answer)


async def test_what_is_new_is_told_until_the_run_ends(url: str, ran: Ran, anna: Person) -> None:
    run_id = await ran.begin(stage="market")
    async with listening(url, anna, run_id) as listener:
        headers = listener.answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert "content-encoding" not in headers
        assert headers["x-content-type-options"] == "nosniff"
        first = await listener.next()
        assert first is not None
        assert "Идёт: читаем VK." in first.data
        await ran.set(run_id, stage="apply", planned=2)
        await ran.send(run_id, "Чай <b> & «сорт»")
        second = await listener.next()
        assert second is not None
        assert "1 из 2" in second.data
        assert "Чай &lt;b&gt; &amp; «сорт»" in second.data
        await ran.finish(run_id, RunStatus.DONE)
        third = await listener.next()
        assert third is not None
        assert "data-ended" in third.data
        assert await listener.rest() == ["end"]


async def test_a_run_that_has_ended_says_so_at_once(url: str, ran: Ran, anna: Person) -> None:
    async with listening(url, anna, await ran.end(RunStatus.CANCELLED)) as listener:
        assert await listener.rest() == ["progress", "end"]


async def test_two_tabs_are_told_the_same(url: str, ran: Ran, anna: Person) -> None:
    run_id = await ran.begin()
    async with listening(url, anna, run_id) as one, listening(url, anna, run_id) as other:
        assert await one.next() == await other.next()
        await ran.finish(run_id, RunStatus.DONE)
        assert await one.rest() == await other.rest() == ["progress", "end"]


async def test_a_stop_of_the_service_ends_streams_at_once(
    url: str, ran: Ran, anna: Person, state: AppState
) -> None:
    async with listening(url, anna, await ran.begin()) as listener:
        await listener.next()
        looks: list[object] = []
        event.listen(
            state.database.engine.sync_engine,
            "before_cursor_execute",
            lambda *told: looks.append(told[2]),
        )
        state.stopping.set()
        assert await listener.rest() == []
    assert not looks  # it ended before it would have looked again


async def signed_out(state: AppState, anna: Person) -> None:
    await state.database.write(sessions.end_sessions, anna.id)


async def suspended(state: AppState, anna: Person) -> None:
    # The session is left standing, as if the suspension had missed it.
    status, now = UserStatus.SUSPENDED, state.desk.clock()
    await state.database.write(account_changes.set_status, anna.id, status, now)


@pytest.mark.parametrize("shut_out", [signed_out, suspended], ids=lambda each: each.__name__)
async def test_who_is_shut_out_hears_no_more(
    url: str,
    ran: Ran,
    anna: Person,
    state: AppState,
    shut_out: Callable[[AppState, Person], Awaitable[None]],
) -> None:
    run_id = await ran.begin()
    async with listening(url, anna, run_id) as listener:
        await listener.next()
        await shut_out(state, anna)
        await ran.set(run_id, stage="apply")
        assert await listener.rest() == ["out"]
    async with listening(url, anna, run_id) as listener:
        assert listener.answer.status_code == 401
        assert listener.answer.headers["content-type"] == "application/json"


async def test_anothers_run_is_not_told_of(
    url: str, ran: Ran, state: AppState, anna: Person
) -> None:
    run_id = await ran.begin()
    boris = await add_person(state, "boris@example.com")
    for person, wanted in ((boris, run_id), (anna, run_id + 1)):
        async with listening(url, person, wanted) as listener:
            assert listener.answer.status_code == 404
            assert listener.answer.headers["content-type"] == "application/json"


async def test_one_stream_too_many_lets_the_oldest_ask_instead(
    url: str, ran: Ran, anna: Person, state: AppState
) -> None:
    run_id = await ran.begin()
    async with listening(url, anna, run_id) as oldest:
        await oldest.next()
        tabs = [listening(url, anna, run_id) for _ in range(MOST_STREAMS)]
        listeners = [await tab.__aenter__() for tab in tabs]
        for listener in listeners:
            assert (await listener.next()) is not None
        assert await oldest.rest() == ["poll"]
        assert state.streams.count == MOST_STREAMS
        for tab in tabs:
            await tab.__aexit__(None, None, None)


async def test_closed_tabs_leave_nothing_behind(
    url: str, ran: Ran, anna: Person, state: AppState
) -> None:
    run_id = await ran.begin()
    pool = state.database.engine.pool
    async with listening(url, anna, run_id) as listener:
        await listener.next()  # the first one starts what watches for signals
    await until(lambda: state.streams.count == 0, "the stream is gone")
    await asyncio.sleep(0)
    before, out = len(asyncio.all_tasks()), pool.checkedout()  # type: ignore[attr-defined]
    for number in range(12):
        async with listening(url, anna, run_id) as listener:
            if number % 2:
                await listener.next()
    await until(
        lambda: state.streams.count == 0 and len(asyncio.all_tasks()) <= before,
        "no task is left",
    )
    assert pool.checkedout() == out  # type: ignore[attr-defined]


def test_a_place_is_free_again_when_its_stream_ends() -> None:
    streams = Streams(most=2)
    with streams.seat(1) as first:
        with streams.seat(1) as second, streams.seat(2) as another:
            with streams.seat(1):
                assert first.is_set()
                assert not second.is_set()
                assert streams.count == 3
            assert not another.is_set()
        assert streams.count == 0
    assert streams.count == 0
