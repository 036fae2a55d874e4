import random
from pathlib import Path

import pytest

from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld
from tests.flow.stand import small_world
from tests.flow.storm import SETTLE_S, Storm, Trouble, weather

GOODS = 500
KILLS = 100
SHORT_GOODS = 150
SHORT_KILLS = 4

LAG_S = 0.5  # a quarter of what the mirror is told: a busy machine may be late too

assert LAG_S <= SETTLE_S / 4


def calm(_world: SandboxWorld, _dice: random.Random) -> None:
    """Nothing but the kills."""


def lagging(world: SandboxWorld, _dice: random.Random) -> None:
    """VK lists a new item late."""
    world.vk.knobs.list_lag_s = LAG_S


def dropping(world: SandboxWorld, dice: random.Random) -> None:
    """VK carries a request out, and the connection breaks before the answer."""
    world.vk.faults.clear()
    world.vk.faults.add(
        VkFault(method="execute", skip=dice.randrange(8), drop=True, after_work=True)
    )


def all_at_once(world: SandboxWorld, dice: random.Random) -> None:
    lagging(world, dice)
    dropping(world, dice)


TROUBLES: list[Trouble] = [calm, lagging, dropping, all_at_once]


@pytest.mark.parametrize("database_url", ["sqlite", "mariadb"], indirect=True)
async def test_killed_a_few_times_it_shows_each_product_once(
    database_url: str, tmp_path: Path
) -> None:
    storm = Storm(kills=SHORT_KILLS, seed=7, trouble=all_at_once, span_s=1.5)
    weathered = await weather(small_world(SHORT_GOODS), storm, tmp_path, database_url)
    assert weathered.killed == SHORT_KILLS


@pytest.mark.storm
@pytest.mark.parametrize("trouble", TROUBLES, ids=["calm", "lagging", "dropping", "all at once"])
@pytest.mark.parametrize("database_url", ["sqlite", "mariadb"], indirect=True)
async def test_killed_a_hundred_times_it_shows_each_product_once(
    database_url: str, trouble: Trouble, tmp_path: Path
) -> None:
    storm = Storm(kills=KILLS, seed=TROUBLES.index(trouble), trouble=trouble)
    weathered = await weather(small_world(GOODS), storm, tmp_path, database_url)
    print(f"{TROUBLES.index(trouble)}: {weathered}")  # noqa: T201 - the figures of the storm
    assert weathered.killed == KILLS
