import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evosync.sandbox.world import COMMUNITY_ID, VK_USER_ID, SandboxWorld
from tests.cli.conftest import Terminal

OTHER_COMMUNITY_ID = 217_000_888

pytestmark = pytest.mark.usefixtures("sandbox")


def connect(evosync: Terminal, side: str, email: str, token: str, community_id: int) -> Any:
    more = ["--group-id", str(community_id)] if side == "vk" else []
    return evosync("connect", side, email, *more, "--token-stdin", stdin=f"{token}\n")


def shown(evosync: Terminal, email: str) -> Any:
    return evosync.ok("config", "show", email, "--json", "--secrets").json


@pytest.fixture
def closed_url() -> str:
    """Give an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_new_user_connects_both_ends(boris: str, evosync: Terminal, world: SandboxWorld) -> None:
    world.vk.add_community(OTHER_COMMUNITY_ID, "Чай Бориса", [VK_USER_ID])
    assert not shown(evosync, boris)["vk"]["connected"]
    told = connect(evosync, "evotor", boris, world.evotor_token, 0)
    assert (told.code, told.out) == (0, "Эвотор подключён: Чайная на Лесной.\n")
    told = connect(evosync, "vk", boris, world.vk_token, OTHER_COMMUNITY_ID)
    assert (told.code, told.out) == (0, "VK подключён: «Чай Бориса».\n")
    config = shown(evosync, boris)
    assert all(config[side]["connected"] and config[side]["online"] for side in ("evotor", "vk"))
    assert (config["enabled"], config["confirmed_at"], config["stores"]) == (False, None, [])


@pytest.mark.parametrize("side", ["evotor", "vk"])
def test_a_wrong_token_is_told_and_the_connection_stays(
    side: str, anna: str, evosync: Terminal
) -> None:
    before = shown(evosync, anna)
    told = connect(evosync, side, anna, "no-such-token", COMMUNITY_ID)
    assert (told.code, told.out) == (4, "")
    assert "no-such-token" not in told.error
    assert shown(evosync, anna) == before


def test_a_market_switched_off_is_told_and_the_connection_stays(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    theirs = world.vk.add_community(OTHER_COMMUNITY_ID, "Без товаров", [VK_USER_ID])
    theirs.market_enabled = False
    before = shown(evosync, anna)
    told = connect(evosync, "vk", anna, world.vk_token, OTHER_COMMUNITY_ID)
    assert (told.code, told.out) == (4, "")
    assert "выключен" in told.error
    assert shown(evosync, anna) == before


def test_a_community_of_another_user_is_told(
    anna: str, boris: str, evosync: Terminal, world: SandboxWorld
) -> None:
    told = connect(evosync, "vk", boris, world.vk_token, COMMUNITY_ID)
    assert told.code == 4
    assert told.error == "Это сообщество VK уже подключено к другой учётной записи."
    assert shown(evosync, anna)["vk"]["token"] == world.vk_token


@pytest.mark.parametrize(
    ("side", "setting"),
    [
        pytest.param("evotor", "EVOTOR_API_URL", id="evotor"),
        pytest.param("vk", "VK_API_URL", id="vk"),
    ],
)
def test_a_host_that_cannot_be_reached_is_tried_later(
    side: str, setting: str, anna: str, evosync: Terminal, closed_url: str
) -> None:
    before = shown(evosync, anna)
    evosync.set(**{setting: closed_url})
    told = connect(evosync, side, anna, "some-token", COMMUNITY_ID)
    assert (told.code, told.out) == (5, "")
    assert "Нет связи" in told.error
    assert shown(evosync, anna) == before


@pytest.mark.parametrize("side", ["evotor", "vk"])
def test_a_connection_is_saved_with_its_health_or_not_at_all(
    side: str, anna: str, evosync: Terminal, world: SandboxWorld, data: Path
) -> None:
    before = shown(evosync, anna)
    [owner] = world.evotor.state.users.values()
    owner.tokens.append("a-second-token")
    with closing(sqlite3.connect(data / "evosync.db")) as database, database:
        # The end of the command, as a full disk or a power cut would bring it about.
        database.execute(
            f"CREATE TRIGGER cut BEFORE UPDATE OF last_checked_at ON {side}_connections "
            "WHEN NEW.last_checked_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'cut'); END"
        )
    token = "a-second-token" if side == "evotor" else world.vk_token
    assert connect(evosync, side, anna, token, COMMUNITY_ID).code == 1
    assert shown(evosync, anna) == before


@pytest.mark.parametrize("side", ["evotor", "vk"])
def test_no_token_on_standard_input_is_told(side: str, anna: str, evosync: Terminal) -> None:
    told = connect(evosync, side, anna, "", COMMUNITY_ID)
    assert told.code == 2
    assert "пусто" in told.error


def test_a_token_cannot_be_given_as_an_argument(anna: str, evosync: Terminal) -> None:
    token = "vk1.a.a-token-typed-in-the-wrong-place"
    told = evosync("connect", "vk", anna, "--group-id", "7", "--token-stdin", token)
    assert told.code == 2
    assert token not in told.error


def test_a_token_renewed_leaves_everything_else_as_it_was(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    before = shown(evosync, anna)
    [owner] = world.evotor.state.users.values()
    owner.tokens.append("a-second-token")
    assert connect(evosync, "evotor", anna, "a-second-token", 0).code == 0
    after = shown(evosync, anna)
    assert after["evotor"]["token"] == "a-second-token"
    assert after | {"evotor": None} == before | {"evotor": None}
