"""What was agreed to on a page ends with what the command line changes, which weighs nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evosync.db import approvals
from evosync.db.approvals import Answerer
from evosync.db.engine import open_database
from evosync.db.links import Place
from tests.builders import NOON
from tests.cli.conftest import Terminal

ALWAYS = "9999-12-31"


async def agree(folder: Path) -> None:
    """Let everybody have agreed to something that lasts."""
    database = open_database(f"sqlite+aiosqlite:///{folder / 'data' / 'evosync.db'}")
    try:
        for user_id in (1, 2):
            place = Place(user_id=user_id, community_id=user_id)
            members = [("hide", "a"), ("price", "a")]
            await database.write(approvals.state, place, members, Answerer(name="Анна"), NOON)
    finally:
        await database.close()
    with closing(sqlite3.connect(folder / "data" / "evosync.db")) as opened, opened:
        opened.execute("UPDATE approvals SET expires_at = ?", (ALWAYS,))


def still_agreed(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "evosync.db")) as opened:
        [[count]] = opened.execute(
            "SELECT count(*) FROM approvals WHERE expires_at = ?", (ALWAYS,)
        ).fetchall()
        return int(count)


@pytest.mark.parametrize(
    ("command", "left"),
    [
        pytest.param(["set", "{}", "price_multiplier=2"], 1, id="another multiplier"),
        pytest.param(["set", "{}", "refresh_vk=false"], 2, id="a setting that moves no goods"),
        pytest.param(["select", "{}", "--all"], 1, id="all on"),
        pytest.param(["select", "{}", "--all", "--off"], 2, id="all off"),
    ],
)
def test_a_yes_ends_with_what_may_bring_its_goods_back(
    anna: str, data: Path, evosync: Terminal, command: list[str], left: int
) -> None:
    asyncio.run(agree(data.parent))
    evosync.ok("config", *(part.format(anna) for part in command))
    assert still_agreed(data.parent) == left
