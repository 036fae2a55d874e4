"""Who may work now: so many users side by side, people's wishes first, long work out of the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LONG_S = 5.0
"""Work that takes longer makes room for others; an ordinary run of some hundred goods does not."""

Later = Callable[[float, Callable[[], None]], asyncio.TimerHandle]
"""Calls something after so many seconds, unless it is cancelled: a loop's own `call_later`."""


@dataclass(slots=True, eq=False)
class _Stay:
    """One user's work; once `is_beside` it has given its place to another."""

    is_beside: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Places:
    """So many places, `free` of them not taken, and as many beside them, for work that is long.

    A shop that is pushed for the first time takes minutes, which it mostly
    waits for VK's quota. In a place it would keep others waiting all that
    time, so after LONG_S it goes on beside, while there is room.

    People go first, yet of those whom the timer sent one goes after as many
    people in a row as there are places: however often somebody presses, they
    all get their turn.
    """

    free: int
    later: Later | None = None
    _all: int = field(init=False)
    _beside: int = field(init=False)
    _most_in_a_row: int = field(init=False)
    _in_a_row: int = field(init=False, default=0)  # people who went while the timer's waited
    # Those who wait, by user, in order of arrival: people, and the timer's.
    _people: dict[int, asyncio.Future[None]] = field(init=False, default_factory=dict)
    _timers: dict[int, asyncio.Future[None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._all = self._beside = self._most_in_a_row = self.free

    @property
    def working(self) -> int:
        """How many users' work goes on, in places and beside them."""
        return (self._all - self.free) + (self._all - self._beside)

    @property
    def waiting_people(self) -> int:
        """How many people wait for what they asked for."""
        return len(self._people)

    @property
    def waiting_for_timer(self) -> int:
        """How many users wait whom the timer sent."""
        return len(self._timers)

    @asynccontextmanager
    async def taken(self, user_id: int, *, is_asked: bool) -> AsyncIterator[None]:
        """Wait for a place and keep it for the body; `is_asked` = by a person, who goes first."""
        await self._wait(user_id, is_asked=is_asked)
        stay = _Stay()
        self._look_later(stay)
        try:
            yield
        finally:
            if stay.timer is not None:
                stay.timer.cancel()
            if stay.is_beside:
                self._beside += 1
            else:
                self._give()

    def hurry(self, user_id: int) -> None:
        """Let a user who waits in the timer's turn go with the people: somebody asks for it now."""
        if waiting := self._timers.pop(user_id, None):
            self._people[user_id] = waiting

    async def _wait(self, user_id: int, *, is_asked: bool) -> None:
        if self.free:
            self.free -= 1
            return
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._people if is_asked else self._timers)[user_id] = given
        try:
            await given
        except asyncio.CancelledError:
            self._people.pop(user_id, None)
            self._timers.pop(user_id, None)
            if given.done() and not given.cancelled():
                self._give()  # it came too late
            raise

    def _give(self) -> None:
        """Hand a place on to whoever waits."""
        lines = (self._people, self._timers)
        for line in lines if self._in_a_row < self._most_in_a_row else reversed(lines):
            while line:
                given = line.pop(next(iter(line)))
                if not given.done():  # else whoever waited has just given up
                    is_passed = line is self._people and bool(self._timers)
                    self._in_a_row = self._in_a_row + 1 if is_passed else 0
                    given.set_result(None)
                    return
        self.free += 1

    def _look_later(self, stay: _Stay) -> None:
        later = self.later or asyncio.get_running_loop().call_later
        stay.timer = later(LONG_S, lambda: self._move(stay))

    def _move(self, stay: _Stay) -> None:
        """Let long work go on beside; where that is full, another look may find room."""
        if not self._beside:
            self._look_later(stay)
            return
        self._beside -= 1
        stay.is_beside = True
        self._give()
