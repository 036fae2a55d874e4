"""`evosync serve` on a clock that is set ahead: started, woken, killed, and looked at."""

import asyncio
import contextlib
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evosync.sandbox.world import SandboxWorld
from tests.flow.process import Running, started
from tests.flow.set_ahead import AHEAD_FILE, Ahead

ROOT = Path(__file__).resolve().parents[2]

LANDING_S = 60.0  # after the start; rounds begin 5 and 30 s after it, each in the middle of a step
FIRST_RUN_S = 30.0

POLL_S = 0.01
QUIET_S = 0.05  # without a request, when nothing is known to go on
STALLED_S = 0.4  # without a request, while something goes on: it waits for the clock
STALL_S = 15.0  # what the clock is set ahead by then: no time-out is shorter
DEADLINE_S = 120.0  # the machine's own time


@dataclass(slots=True)
class Told:
    """What a service says, read as it grows: how often each event came, and the runs."""

    running: Running
    counts: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    bad: list[dict[str, Any]] = field(default_factory=list)
    _offset: int = 0

    def read(self) -> None:
        """Take in what has been said since."""
        for event in self._events():
            self.counts[event["event"]] += 1
            if event["event"] == "run finished":
                self.runs[event["status"]] += 1
            # A connection that is made while the clock is set ahead takes too long by it.
            if event["level"] in {"error", "critical"} and event.get("code") != "database_down":
                self.bad.append(event)

    def _events(self) -> Iterator[dict[str, Any]]:
        with (self.running.folder / "stdout").open("rb") as file:
            file.seek(self._offset)
            said = file.read()
        whole = said[: said.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            if line.startswith(b"{"):
                yield json.loads(line)

    @property
    def rounds(self) -> int:
        """How often the timer's rounds led to a run, or to a word why not."""
        return self.counts["run finished"] + self.counts["run not begun"]


@dataclass(slots=True, kw_only=True)
class FastService:
    """A service that runs, and the clock that it shares with the sandbox."""

    running: Running
    told: Told
    world: SandboxWorld
    ahead: Ahead
    every_s: float
    step_s: float  # from one setting of the clock to the next: connections are checked as often
    url: str
    began_at: float

    async def step(self) -> bool:
        """Set the clock a step ahead, and wait for what that brings; tells whether a run was due.

        Raises AssertionError where a round does not come.
        """
        due, rounds = self._runs_due(), self.told.rounds
        checks = self.told.counts["connections checked"]
        await self._next_step()
        is_run_due = self._runs_due() > due

        def has_come() -> bool:
            self.told.read()
            is_checked = self.told.counts["connections checked"] > checks
            return is_checked and (self.told.rounds > rounds or not is_run_due)

        await self._until(has_come)
        await self.quiet()
        return is_run_due

    async def begin(self) -> None:
        """Set the clock to after the first rounds, and wait for them."""
        assert await self.step()

    async def hour(self) -> None:
        """Let time pass until the timer has begun a run and it has ended."""
        while not await self.step():
            pass

    async def to_the_run(self, is_there: Callable[[], bool]) -> bool:
        """Let time pass until the timer begins a run; tells whether that brings something about.

        A service that is to be killed in mid-run is not waited for.
        """
        rounds = self.told.rounds
        while self.told.rounds == rounds and not is_there():
            due = self._runs_due()
            await self._next_step()
            if self._runs_due() > due:
                await self._until(lambda: self._has_turned(rounds) or is_there())
        return is_there()

    def _has_turned(self, rounds: int) -> bool:
        self.told.read()
        return self.told.rounds > rounds

    async def quiet(self) -> None:
        """Wait until nothing is asked of the sandbox: what a run left for at once goes on."""
        loop = asyncio.get_running_loop()
        seen, since = -1, loop.time()
        while loop.time() - since < QUIET_S:
            if seen != (seen := self._asked()):
                since = loop.time()
            await asyncio.sleep(POLL_S)
        self.told.read()

    async def kill(self) -> None:
        """Kill it, as a power cut would."""
        self.running.process.send_signal(signal.SIGKILL)
        await self.running.end()
        self.told.read()

    def _runs_due(self) -> int:
        """Count the runs for which the timer has had time since the start."""
        return int((self.ahead() - self.began_at - FIRST_RUN_S) // self.every_s)

    def _asked(self) -> int:
        return self.world.evotor.requests + self.world.vk.requests + self.world.vk.gate.uploads

    async def _next_step(self) -> None:
        passed = self.ahead() - self.began_at - LANDING_S
        await self._wake((passed // self.step_s + 1) * self.step_s - passed)

    async def _wake(self, seconds: float) -> None:
        """Set the clock ahead; the service looks at it when it is asked for something."""
        self.ahead.skip(seconds)
        host, _, port = self.url.removeprefix("http://").partition(":")
        with contextlib.suppress(OSError):  # it may be dead by now, which others notice
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            # What is answered is no matter: after a jump the scheduler has been silent.
            await reader.read()
            writer.close()
            await writer.wait_closed()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something; where everything waits for the clock, the clock is set ahead."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + DEADLINE_S
        seen, since = -1, loop.time()
        while not is_so():
            assert self.running.process.returncode is None, self.running.err
            assert loop.time() < ends_at, f"waited in vain: {self.told.counts}"
            if seen != (seen := self._asked()):
                since = loop.time()
            elif loop.time() - since > STALLED_S:
                await self._wake(STALL_S)
                since = loop.time()
            await asyncio.sleep(POLL_S)


@contextlib.asynccontextmanager
async def fast_service(
    folder: Path,
    environ: dict[str, str],
    world: SandboxWorld,
    ahead: Ahead,
    paces: tuple[float, float],
) -> AsyncIterator[FastService]:
    """Start a service; its clock is the one that `ahead` sets.

    `paces` are the seconds between the timer's runs and between checks of connections, as set.
    """
    async with started(folder, "serve", environ=on_clock(environ, ahead), module=MODULE) as running:
        url = await running.listening()
        yield FastService(
            running=running,
            told=Told(running),
            world=world,
            ahead=ahead,
            every_s=paces[0],
            step_s=paces[1],
            url=url,
            began_at=ahead(),
        )


MODULE = "tests.flow.set_ahead"


def on_clock(environ: dict[str, str], ahead: Ahead) -> dict[str, str]:
    """Give the environment of a process whose clock `ahead` sets."""
    return environ | {AHEAD_FILE: str(ahead.path), "PYTHONPATH": str(ROOT)}
