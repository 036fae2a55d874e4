"""Storms: a mirror killed again and again while the till goes on, and what must hold in each."""

import asyncio
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from evosync.demo.shop import EMAIL, prepare
from evosync.sandbox.comparison import (
    count_visible,
    find_differences,
    find_miscounts,
    list_wanted,
)
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.wiring import open_installation
from tests.flow.process import started
from tests.flow.stand import REQUESTS_PER_SECOND, shop_settings, until

SETTLE_S = 2
EXECUTE_DELAY_S = 0.1  # so that there is a middle to be killed in
CALM_RUNS = 12


Trouble = Callable[[SandboxWorld, random.Random], None]
"""Turns the sandbox's switches before a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How long it blows: until so many runs were killed, each within `span_s` of its beginning.

    `trouble` turns the sandbox's switches before each run.
    """

    kills: int
    seed: int
    span_s: float = 2.0
    trouble: Trouble


@dataclass(slots=True, kw_only=True)
class Weathered:
    """What came of a storm: runs killed, runs that ended before, and where the killed ones were."""

    killed: int = 0
    ended: int = 0
    codes: list[int] = field(default_factory=list)
    calm_runs: int = 0


async def weather(world: SandboxWorld, storm: Storm, folder: Path, database_url: str) -> Weathered:
    """Let a storm blow over a shop, then let it rest; asserts after every run what must hold."""
    dice = random.Random(storm.seed)  # noqa: S311 - to be repeated, not to be guessed
    weathered = Weathered()
    async with serve_sandbox(world) as url:
        async with open_installation(shop_settings(folder, url, database_url)) as opened:
            await prepare(opened, world)
        environ = {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "EVOTOR_API_URL": f"{url}/evotor",
            "VK_API_URL": f"{url}/vk",
            "VK_UPLOAD_HOSTS": "127.0.0.1",
            "VK_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
            "VK_SETTLE_SECONDS": str(SETTLE_S),
        }
        world.vk.knobs.execute_delay_s = EXECUTE_DELAY_S
        shown: set[str] = set()
        while weathered.killed < storm.kills:
            _move_the_till(world, dice)
            storm.trouble(world, dice)
            shown &= {one.product_id for one in list_wanted(world)}
            await _run(world, folder, environ, weathered, dice.uniform(0, storm.span_s))
            shown = _assert_holds(world, shown)
        world.vk.knobs.execute_delay_s = 0
        world.vk.faults.clear()
        await _calm_down(world, folder, environ, weathered)
    return weathered


async def _run(
    world: SandboxWorld,
    folder: Path,
    environ: dict[str, str],
    weathered: Weathered,
    after_s: float | None,
) -> int:
    """Run once; with `after_s` it is killed so long after its first request."""
    number = weathered.killed + weathered.ended + weathered.calm_runs
    before = world.evotor.requests
    args = ("sync", EMAIL, "--json")
    async with started(folder / f"run-{number}", *args, environ=environ) as sync:
        if after_s is None:
            weathered.calm_runs += 1
            return await sync.end()
        await until(
            lambda: world.evotor.requests > before or sync.process.returncode is not None,
            "the run begins",
        )
        await asyncio.sleep(after_s)
        if sync.process.returncode is None:
            sync.process.send_signal(signal.SIGKILL)
        code = await sync.end()
        if code == -signal.SIGKILL:
            weathered.killed += 1
        else:
            weathered.ended += 1
            weathered.codes.append(code)
        assert code in {-signal.SIGKILL, 0, 5, 6}, sync.err
        return code


async def _calm_down(
    world: SandboxWorld, folder: Path, environ: dict[str, str], weathered: Weathered
) -> None:
    """Let runs go through until one of them finds nothing left to do; what stands is right then."""
    for _ in range(CALM_RUNS):
        await asyncio.sleep(SETTLE_S)
        writes = world.vk.gate.writes
        code = await _run(world, folder, environ, weathered, None)
        if code == 0 and world.vk.gate.writes == writes:
            break
    assert not find_miscounts(world)
    assert not find_differences(world)


def _assert_holds(world: SandboxWorld, shown: set[str]) -> set[str]:
    """Nothing stands twice, and nothing that is for sale and was shown is gone.

    Returns what is shown now.
    """
    counts = count_visible(world)
    twice = {key: count for key, count in counts.items() if count > 1}
    assert not twice
    gone = {key for key in shown if counts.get(key) != 1}
    assert not gone
    return shown | {key for key, count in counts.items() if count == 1}


def _move_the_till(world: SandboxWorld, dice: random.Random) -> None:
    """Change some prices, add some goods, delete some."""
    ids = [one.product_id for one in list_wanted(world)]
    for product_id in dice.sample(ids, k=min(20, len(ids))):
        world.set_price(product_id, Decimal(dice.randrange(100, 200)))
    for _ in range(dice.randrange(6)):
        number = world.evotor.next_number()
        world.add_product(f"Новинка номер {number}", dice.randrange(100, 200), quantity=5)
    for product_id in dice.sample(ids, k=dice.randrange(3)):
        world.delete_product(product_id)
