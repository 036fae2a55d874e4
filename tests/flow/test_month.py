from collections import Counter
from pathlib import Path

import pytest

from tests.flow.month import live
from tests.flow.month_plan import Lived, Plan

MOST = 1.2  # times the memory after the first day

SHORT = Plan(
    goods=60, days=2, changes=60, kills={1: 1}, persons={1: "captcha"}, every_h=3, checks_s=10800
)
LONG = Plan(
    goods=400,
    days=30,
    changes=300,
    kills={day: 3 for day in range(2, 10) if day != 5},
    commands_killed={day: 1 for day in range(11, 30) if day % 5},
    persons={3: "captcha", 6: "vk", 8: "evotor", 13: "captcha", 17: "vk", 22: "evotor", 26: "vk"},
)


def tell(lived: Lived, folder: Path) -> None:
    """Print the figures of a month."""
    size = sum(file.stat().st_size for file in folder.glob("evosync.db*"))
    print(lived, f"file_bytes={size}")  # noqa: T201 - the figures of the month


def assert_sound(lived: Lived, plan: Plan) -> None:
    assert lived.changes.total() == plan.days * plan.changes
    assert lived.kills["service in mid-run"] == sum(plan.kills.values())
    assert (lived.kills["command in mid-run"] > 0) == bool(plan.commands_killed)
    assert lived.mended == Counter(plan.persons.values())
    assert lived.met.total() > 0
    assert lived.struck > 0
    assert not lived.bad
    assert lived.differences[plan.days] == 0


async def test_after_two_days_with_troubles_and_a_kill_vk_is_as_the_till(
    sqlite_url: str, tmp_path: Path
) -> None:
    assert_sound(await live(SHORT, tmp_path, sqlite_url), SHORT)


@pytest.mark.storm
@pytest.mark.parametrize("database_url", ["sqlite", "mariadb"], indirect=True)
async def test_after_thirty_days_vk_is_as_the_till_and_memory_as_on_the_first_day(
    database_url: str, tmp_path: Path
) -> None:
    lived = await live(LONG, tmp_path, database_url)
    tell(lived, tmp_path)
    assert_sound(lived, LONG)
    lasting = [day for day, pid in lived.pids.items() if pid == lived.pids[LONG.days]]
    assert len(lasting) > LONG.days * 2 // 3
    last = lived.memory_mb[LONG.days]
    assert last <= MOST * lived.memory_mb[1]
    assert last <= MOST * lived.memory_mb[lasting[1]]
