import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import msgspec
import pytest

from evosync.db.runs import RunKind
from evosync.jobs.asked import Asked
from evosync.jobs.mirroring import Mirroring
from evosync.jobs.places import LONG_S, Places
from tests.flow.stand import Shop
from tests.jobs.stand import quiet, runs_of


@dataclass
class Crowd:
    """Users who come for a place and stay until they are told to go."""

    places: Places
    looks: list[tuple[float, Callable[[], None]]]
    inside: list[int] = field(default_factory=list)
    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    ends: dict[int, asyncio.Event] = field(default_factory=dict)

    async def come(self, user_id: int, *, is_asked: bool = False) -> None:
        self.ends[user_id] = asyncio.Event()
        self.tasks[user_id] = asyncio.create_task(self._stay(user_id, is_asked))
        await self.settle()

    async def go(self, user_id: int) -> None:
        self.ends[user_id].set()
        await self.tasks[user_id]
        await self.settle()

    async def long_passes(self) -> None:
        """Let all who are inside have been there for long."""
        looks = self.looks[:]
        self.looks.clear()
        for after_s, look in looks:
            assert after_s == LONG_S
            look()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _stay(self, user_id: int, is_asked: bool) -> None:
        async with self.places.taken(user_id, is_asked=is_asked):
            self.inside.append(user_id)
            await self.ends[user_id].wait()
            self.inside.remove(user_id)


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    """Give two places, and a clock that stands still."""
    looks: list[tuple[float, Callable[[], None]]] = []

    def later(after_s: float, look: Callable[[], None]) -> asyncio.TimerHandle:
        entry = (after_s, look)
        looks.append(entry)
        handle = asyncio.get_running_loop().call_later(3600, look)
        handle.cancel()
        return handle

    crowd = Crowd(Places(2, later), looks)
    yield crowd
    for task in crowd.tasks.values():
        task.cancel()
    await asyncio.gather(*crowd.tasks.values(), return_exceptions=True)
    assert crowd.places.free == 2  # whatever happened, no place is lost


async def test_who_comes_later_waits_until_somebody_goes(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    assert crowd.inside == [1, 2]
    await crowd.go(2)
    assert crowd.inside == [1, 3]
    await crowd.go(1)
    assert crowd.inside == [3, 4]


async def test_a_person_goes_before_all_whom_the_timer_sent(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    await crowd.come(5, is_asked=True)
    await crowd.go(1)
    assert crowd.inside == [2, 5]


async def test_who_is_asked_for_while_the_timers_run_waits_goes_first(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    crowd.places.hurry(4)
    crowd.places.hurry(1)  # who is inside has nothing to hurry for
    await crowd.go(1)
    assert crowd.inside == [2, 4]


async def test_the_timers_get_their_turn_however_many_people_come(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    for user_id in range(5, 15):
        await crowd.come(user_id, is_asked=True)
    for _ in range(6):
        await crowd.go(crowd.inside[0])
    assert crowd.inside == [8, 4]  # 1 2 | 5 6, then 3 | 7 8, then 4


async def test_long_work_keeps_nobody_waiting(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4, 5):
        await crowd.come(user_id)
    await crowd.long_passes()
    assert crowd.inside == [1, 2, 3, 4]
    await crowd.go(3)
    assert crowd.inside == [1, 2, 4, 5]


async def test_whoever_looks_sees_how_many_work_and_wait(crowd: Crowd) -> None:
    places = crowd.places

    def seen() -> tuple[int, int, int]:
        return places.working, places.waiting_people, places.waiting_for_timer

    assert seen() == (0, 0, 0)
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    await crowd.come(5, is_asked=True)
    assert seen() == (2, 1, 2)
    await crowd.long_passes()  # both go on beside, and two come in after them
    assert seen() == (4, 0, 1)
    await crowd.go(1)
    assert seen() == (3, 0, 1)
    for user_id in (2, 5, 3):
        await crowd.go(user_id)
    assert seen() == (1, 0, 0)
    await crowd.go(4)
    assert seen() == (0, 0, 0)


async def test_beside_there_is_room_for_as_many_as_there_are_places(crowd: Crowd) -> None:
    for user_id in range(1, 7):
        await crowd.come(user_id)
    await crowd.long_passes()
    await crowd.long_passes()
    assert crowd.inside == [1, 2, 3, 4]
    await crowd.go(1)
    # Who went had stood beside: that gives nobody a place, but room to those who are long there.
    assert crowd.inside == [2, 3, 4]
    await crowd.long_passes()
    assert crowd.inside == [2, 3, 4, 5]


async def test_who_gives_up_waiting_is_forgotten(crowd: Crowd) -> None:
    for user_id in (1, 2, 3, 4):
        await crowd.come(user_id)
    crowd.tasks[3].cancel()
    await crowd.go(1)
    assert crowd.inside == [2, 4]


async def test_a_place_that_is_given_to_one_who_gives_up_goes_on_to_the_next(crowd: Crowd) -> None:
    await crowd.come(1)
    async with crowd.places.taken(2, is_asked=False):
        await crowd.come(3)
        await crowd.come(4)
    crowd.tasks[3].cancel()  # the place is on its way there
    await crowd.settle()
    assert crowd.inside == [1, 4]


@pytest.mark.parametrize("is_due", [False, True], ids=["not due", "waits in the timer's turn, too"])
async def test_a_person_waits_for_nobody_whom_the_timer_sent(
    shop: Shop, boris: Shop, stopping: asyncio.Event, is_due: bool
) -> None:
    settings = msgspec.structs.replace(shop.opened.settings, sync_concurrency=1)
    mirroring = Mirroring(replace(shop.opened, settings=settings), stopping)
    async with mirroring.places.taken(0, is_asked=False):
        mirroring.enqueue(shop.user_id)
        if is_due:
            mirroring.enqueue(boris.user_id)
        asked = Asked(user_id=boris.user_id, kind=RunKind.MIRROR, asked_by=boris.user_id)
        await mirroring.begin(asked)
        await asyncio.sleep(0)  # now it waits, too
    await quiet()
    [annas] = await runs_of(shop)
    began = [run.started_at for run in await runs_of(boris) if run.started_at is not None]
    assert len(began) == 1 + is_due
    assert annas.started_at is not None
    assert min(began) < annas.started_at
