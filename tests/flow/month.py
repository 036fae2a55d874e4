"""Days of a shop's life in accelerated time, with troubles and kills, and the figures of them.

What is real: `evosync serve` in a process of its own, its HTTP over loopback, its database, its
timer, the signals that kill it, the memory that the system says it has. What is simulated: both
clouds, and the clock of the machine, which is set ahead (`set_ahead`) as soon as nothing goes on:
to the next round of checks, ten minutes at a time, and by fifteen seconds wherever everything waits
for time to pass. Quotas, time-outs and pauses are in seconds of that clock, all but VK's rate of
requests, which is set high; leases go by the database's own clock, which is not set ahead.

In the hours of a day the till changes and things go wrong; a person mends what only a person can
two runs later. On the first days the service is killed in the middle of runs. Whoever lives from
then on is measured every day until the end; commands beside it are killed instead. Every fifth day
and the last are without troubles, and VK must be as the till when they end.
"""

import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGKILL

from evosync.demo.shop import EMAIL, prepare
from evosync.sandbox.comparison import find_differences, find_miscounts, list_wanted
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import VK_USER_ID, SandboxWorld
from evosync.wiring import open_installation
from tests.bench.measuring import resident_mb
from tests.flow.fast_service import MODULE, FastService, fast_service, on_clock
from tests.flow.month_plan import Lived, Plan
from tests.flow.process import started
from tests.flow.set_ahead import Ahead
from tests.flow.shop_days import Till, make_shop, skus_twice
from tests.flow.stand import REQUESTS_PER_SECOND, fast, shop_settings, until
from tests.flow.troubles import Troubles

CALM_EVERY = 5  # days
CALM_RUNS = 12
NIGHTLY = 4  # hours of a day with troubles, at its end, in which there are none
TROUBLED = 0.6  # of the hours before
MENDED_AFTER = 2  # runs, until a person comes


async def live(plan: Plan, folder: Path, database_url: str) -> Lived:
    """Let the days pass; asserts at the end of every calm one that VK is as the till."""
    ahead = Ahead(folder / "ahead")
    made = make_shop(plan.goods)
    world = fast(SandboxWorld(made.evotor.state, made.vk.state, clock=ahead))
    async with serve_sandbox(world) as url, AsyncExitStack() as stack:
        async with open_installation(shop_settings(folder, url, database_url)) as opened:
            await prepare(opened, world)
        life = Life(
            plan=plan,
            folder=folder,
            world=world,
            ahead=ahead,
            environ=_environ(plan, folder, url, database_url),
            dice=random.Random(plan.seed),  # noqa: S311 - to be repeated, not to be guessed
            stack=stack,
        )
        await life.restart()
        for day in range(1, plan.days + 1):
            await life.day(day)
        return life.end()


def _environ(plan: Plan, folder: Path, url: str, database_url: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "PORT": "0",
        "EVOTOR_API_URL": f"{url}/evotor",
        "VK_API_URL": f"{url}/vk",
        "VK_UPLOAD_HOSTS": "127.0.0.1",
        "VK_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
        "CATALOG_REFRESH_INTERVAL_SECONDS": str(plan.every_h * 3600),
        "HEALTH_CHECK_INTERVAL_SECONDS": str(plan.checks_s),
        "LOG_FORMAT": "json",
    }


@dataclass(slots=True, kw_only=True)
class Life:
    """A shop, the service that mirrors it, and the hands that move both."""

    plan: Plan
    folder: Path
    world: SandboxWorld
    ahead: Ahead
    environ: dict[str, str]
    dice: random.Random
    stack: AsyncExitStack
    lived: Lived = field(default_factory=Lived)
    till: Till = field(init=False)
    troubles: Troubles = field(init=False)
    service: FastService = field(init=False)
    _started: int = 0
    _struck: int = 0

    def __post_init__(self) -> None:
        self.till = Till(self.world, self.dice)
        self.troubles = Troubles(self.world, self.dice)

    async def restart(self) -> None:
        """Start the service, and let its first run come to its end."""
        self._started += 1
        self.service = await self.stack.enter_async_context(
            fast_service(
                self.folder / f"service-{self._started}",
                self.environ,
                self.world,
                self.ahead,
                (self.plan.every_h * 3600.0, float(self.plan.checks_s)),
            )
        )
        await self.service.begin()

    async def day(self, day: int) -> None:
        """Let a day pass, and note how things stand when it ends."""
        is_calm = day % CALM_EVERY == 0 or day == self.plan.days
        hours = range(0, 24, self.plan.every_h)
        kills = self._hours_of(hours, self.plan.kills.get(day, 0))
        commands = self._hours_of(hours, self.plan.commands_killed.get(day, 0))
        person_at = self.dice.choice(hours[: len(hours) // 2])
        for number, hour in enumerate(hours):
            share = [self.plan.changes * (number + each) // len(hours) for each in (0, 1)]
            self.till.change(share[1] - share[0])
            if hour == 0:
                self.till.rename_rejected()
            if hour == person_at and day in self.plan.persons:
                await self._need_person(self.plan.persons[day])
            elif hour in kills:
                await self._kill_in_mid_run()
            else:
                if hour in commands:
                    await self._kill_command()
                is_night = hour >= 24 - NIGHTLY
                if is_calm or is_night or self.dice.random() > TROUBLED:
                    self.troubles.rest()
                else:
                    self.troubles.strike()
                await self.service.hour()
        await self._note(day, is_calm=is_calm)

    def _hours_of(self, hours: range, times: int) -> set[int]:
        return set(self.dice.sample(hours, k=times))

    async def _note(self, day: int, *, is_calm: bool) -> None:
        if is_calm:
            await self._calm_down()
        pid = self.service.running.process.pid
        self.lived.memory_mb[day] = round(resident_mb(pid), 1)
        self.lived.pids[day] = pid
        differences = find_differences(self.world)
        self.lived.differences[day] = len(differences)
        assert not skus_twice(self.world)
        if is_calm:
            assert not find_miscounts(self.world)
            assert not differences

    async def _calm_down(self) -> None:
        """Let the timer's runs go through until one of them leaves all as it is."""
        self.troubles.rest()
        self.till.rename_rejected()
        for _ in range(CALM_RUNS):
            writes = self.world.vk.writes
            await self.service.hour()
            if self.world.vk.writes == writes and not find_differences(self.world):
                break

    async def _kill_in_mid_run(self) -> None:
        """Kill the service while a request of a run is under way, and start it again."""
        self._hang(self.dice.randrange(4))
        if not await self.service.to_the_run(self._is_hanging):
            self._hang(0)  # the run had fewer requests; every one has a first
            assert await self.service.to_the_run(self._is_hanging)
        self.lived.kills["service in mid-run"] += 1
        self._take_in()
        await self.service.kill()
        self.troubles.rest()
        await self.restart()

    async def _kill_command(self) -> None:
        """Kill an `evosync sync` beside the service while a request of its run is under way."""
        self._hang(self.dice.randrange(4))
        number = self.lived.kills.total()
        args = ("sync", EMAIL, "--json")
        folder = self.folder / f"sync-{number}"
        environ = on_clock(self.environ, self.ahead)
        async with started(folder, *args, environ=environ, module=MODULE) as sync:
            await until(
                lambda: self._is_hanging() or sync.process.returncode is not None, "a run hangs"
            )
            if sync.process.returncode is None:
                sync.process.send_signal(SIGKILL)
            code = await sync.end()
            self.lived.kills["command in mid-run" if code == -SIGKILL else "command ended"] += 1
        self.troubles.rest()

    def _hang(self, skip: int) -> None:
        """Let a request of the next run go unanswered, so that it can be killed meanwhile."""
        self.troubles.rest()
        self._struck = self.world.vk.faults.struck
        fault = VkFault(method="execute", hang=True, skip=skip)
        if self.dice.random() < 0.5:
            fault = replace(fault, after_work=True)
        self.world.vk.faults.add(fault)

    def _is_hanging(self) -> bool:
        return self.world.vk.faults.struck > self._struck

    async def _need_person(self, what: str) -> None:
        """Let happen what stops the mirror until a person comes, and let the person come late."""
        self.troubles.rest()
        mend = {
            "captcha": self._show_captcha,
            "evotor": self._end_evotor_token,
            "vk": self._end_vk_token,
        }[what]()
        for _ in range(MENDED_AFTER):
            await self.service.hour()
            self.service.told.read()
        assert self.service.told.runs["paused"]
        self.lived.mended[what] += 1
        if mend:
            await self._connect(*mend)
        self.world.vk.faults.clear()
        await self.service.hour()

    def _show_captcha(self) -> tuple[str, ...]:
        self.world.vk.faults.add(VkFault(method="execute", error=14, times=None))
        self.world.vk.faults.add(VkFault(method="market.*", error=14, times=None))
        return ()

    def _end_vk_token(self) -> tuple[str, ...]:
        self.world.vk.state.tokens[self.world.vk_token].expired = True
        number = self.world.evotor.next_number()
        self.world.vk_token = f"vk1.a.sandbox-token-{number}"
        self.world.vk.add_user(self.world.vk_token, VK_USER_ID, "Анна", "Чайкина")
        group = ("--group-id", str(self.world.community_id))
        return ("vk", self.world.vk_token, *group)

    def _end_evotor_token(self) -> tuple[str, ...]:
        [owner] = self.world.evotor.state.users.values()
        self.world.shop.revoke(self.world.evotor_token)
        self.world.evotor_token = f"sandbox-till-{self.world.evotor.next_number()}"
        owner.tokens.append(self.world.evotor_token)
        return ("evotor", self.world.evotor_token)

    async def _connect(self, side: str, token: str, *more: str) -> None:
        args = ("connect", side, EMAIL, *more, "--token-stdin")
        number = self.lived.mended.total()
        async with started(
            self.folder / f"connect-{number}",
            *args,
            environ=on_clock(self.environ, self.ahead),
            stdin=f"{token}\n",
            module=MODULE,
        ) as connect:
            assert await connect.end() == 0, connect.err

    def _take_in(self) -> None:
        """Note what the service that is about to end has done."""
        told = self.service.told
        told.read()
        self.lived.runs += told.runs
        self.lived.bad += [str(event) for event in told.bad]
        told.runs.clear()
        told.bad.clear()

    def end(self) -> Lived:
        """Sum up."""
        self._take_in()
        self.lived.changes = self.till.done
        self.lived.met = self.troubles.met
        self.lived.struck = self.troubles.struck
        self.lived.vk_requests = self.world.vk.requests
        self.lived.evotor_requests = self.world.evotor.requests
        self.lived.errors = self.world.vk.gate.errors
        assert list_wanted(self.world)
        return self.lived
