import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from evosync.sandbox.world import COMMUNITY_ID, SandboxWorld
from tests.cli.conftest import Terminal
from tests.flow.stand import product_named, store_of

DEFAULTS = {
    "enabled": False,
    "price_multiplier": "1",
    "rounding": "none",
    "stock_mode": "fixed",
    "gone": "hide",
    "adopt": "ask",
    "twins": "one",
    "allow_marked": False,
    "allow_unknown_type": False,
    "refresh_evotor": True,
    "refresh_vk": True,
    "mirror": True,
    "feed": False,
}
"""Every key of `config set` with its default."""

CONNECTION_KEYS = {"connected", "online", "last_checked_at"}


def shown(evosync: Terminal, email: str, *more: str) -> Any:
    return evosync.ok("config", "show", email, "--json", *more).json


def chosen(evosync: Terminal, email: str) -> dict[str, set[str]]:
    """Return what is on, by names; and the products that are off."""
    config = shown(evosync, email)
    return {
        "stores": {store["name"] for store in config["stores"] if store["on"]},
        "groups": {f"{one['name']}@{one['store_id'][:8]}" for one in config["groups"] if one["on"]},
        "off": {f"{one['id']}@{one['store_id'][:8]}" for one in config["products_off"]},
    }


@pytest.fixture
def nothing_on(anna: str, evosync: Terminal) -> str:
    """Switch off all that Anna has on; gives her e-mail."""
    evosync.ok("config", "select", anna, "--all", "--off")
    assert chosen(evosync, anna) == {"stores": set(), "groups": set(), "off": set()}
    return anna


def test_a_new_user_has_the_defaults_and_nothing_connected(boris: str, evosync: Terminal) -> None:
    config = shown(evosync, boris)
    nothing = {"connected": False, "online": False, "last_checked_at": None}
    assert config == DEFAULTS | {
        "email": boris,
        "confirmed_at": None,
        "evotor": nothing,
        "vk": nothing | {"community_id": None},
        "stores": [],
        "groups": [],
        "products_off": [],
    }


def test_show_tells_of_connections_stores_groups_and_products(anna: str, evosync: Terminal) -> None:
    config = shown(evosync, anna)
    assert set(config["evotor"]) == CONNECTION_KEYS
    assert set(config["vk"]) == CONNECTION_KEYS | {"community_id"}
    assert config["vk"]["community_id"] == COMMUNITY_ID
    assert config["stores"] == [
        {"id": LESNAYA_ID, "name": "Чайная на Лесной", "on": True, "new_groups": False},
        {"id": MIRA_ID, "name": "Чайная на Мира", "on": True, "new_groups": False},
    ]
    assert {(one["name"], one["store_id"]) for one in config["groups"] if one["on"]} == {
        ("Чай", LESNAYA_ID),
        ("Посуда", LESNAYA_ID),
        ("Пироги", MIRA_ID),
        ("Без группы", LESNAYA_ID),
        ("Без группы", MIRA_ID),
    }
    assert all(set(one) == {"id", "store_id", "name", "on"} for one in config["groups"])


def test_show_without_json_has_a_line_a_key(anna: str, evosync: Terminal) -> None:
    lines = evosync.ok("config", "show", anna).out.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(shown(evosync, anna))
    assert "rounding: none" in lines


def test_secrets_are_shown_only_when_asked_for_and_that_is_written_down(
    anna: str, evosync: Terminal, world: SandboxWorld, tmp_path: Path
) -> None:
    for _ in range(2):
        shown(evosync, anna)
    assert audited(tmp_path) == []
    config = shown(evosync, anna, "--secrets")
    assert (config["evotor"]["token"], config["vk"]["token"]) == (
        world.evotor_token,
        world.vk_token,
    )
    assert audited(tmp_path) == [("config.secrets_shown", "command line", anna)]


@pytest.mark.parametrize(
    ("pair", "key", "value"),
    [
        pytest.param("enabled=true", "enabled", True, id="enabled"),
        pytest.param("price_multiplier=1.1", "price_multiplier", "1.1", id="multiplier"),
        pytest.param("price_multiplier=0,9999", "price_multiplier", "0.9999", id="comma"),
        pytest.param("price_multiplier=0.01", "price_multiplier", "0.01", id="lowest multiplier"),
        pytest.param("price_multiplier=100", "price_multiplier", "100", id="highest multiplier"),
        pytest.param("rounding=x90", "rounding", "x90", id="rounding"),
        pytest.param("stock_mode=real", "stock_mode", "real", id="stock_mode"),
        pytest.param("gone=leave", "gone", "leave", id="gone"),
        pytest.param("adopt=never", "adopt", "never", id="adopt"),
        pytest.param("twins=both", "twins", "both", id="twins"),
        pytest.param("allow_marked=1", "allow_marked", True, id="allow_marked"),
        pytest.param("allow_unknown_type=on", "allow_unknown_type", True, id="unknown type"),
        pytest.param("refresh_evotor=off", "refresh_evotor", False, id="refresh_evotor"),
        pytest.param("refresh_vk=no", "refresh_vk", False, id="refresh_vk"),
        pytest.param("mirror=FALSE", "mirror", False, id="mirror"),
        pytest.param("feed=yes", "feed", True, id="feed"),
    ],
)
def test_a_value_that_is_set_is_shown_and_nothing_else_changes(
    pair: str, key: str, value: object, boris: str, evosync: Terminal
) -> None:
    before = shown(evosync, boris)
    evosync.ok("config", "set", boris, pair)
    after = shown(evosync, boris)
    assert after[key] == value != before[key]
    # To switch the mirror on is the first yes to it.
    assert (after["confirmed_at"] is not None) == (key == "enabled")
    ignored = {key: None, "confirmed_at": None}
    assert after | ignored == before | ignored


def test_what_was_set_is_told_as_it_is_typed(boris: str, evosync: Terminal) -> None:
    pairs = ["enabled=да", "mirror=0", "price_multiplier=1,50", "rounding=x9"]
    assert evosync.ok("config", "set", boris, *pairs).out == (
        "Сохранено: enabled=true, mirror=false, price_multiplier=1.50, rounding=x9.\n"
    )


@pytest.mark.parametrize("pair", ["enabled", "=x", "=", " =x"])
def test_what_is_no_pair_is_told(pair: str, evosync: Terminal) -> None:
    told = evosync("config", "set", "boris@example.com", pair)
    assert (told.code, told.error) == (2, f"«{pair}»: нужно КЛЮЧ=ЗНАЧЕНИЕ.")


def test_values_are_set_together_or_not_at_all(boris: str, evosync: Terminal) -> None:
    evosync.ok("config", "set", boris, "rounding=5", "gone=zero")
    assert evosync("config", "set", boris, "rounding=10", "gone=nonsense").code == 2
    config = shown(evosync, boris)
    assert (config["rounding"], config["gone"]) == ("5", "zero")


def test_to_switch_on_again_keeps_the_first_yes(boris: str, evosync: Terminal) -> None:
    evosync.ok("config", "set", boris, "enabled=true")
    confirmed_at = shown(evosync, boris)["confirmed_at"]
    evosync.ok("config", "set", boris, "enabled=false")
    evosync.ok("config", "set", boris, "enabled=true")
    assert shown(evosync, boris)["confirmed_at"] == confirmed_at


@pytest.mark.parametrize(
    "pair",
    [
        "enabled=perhaps",
        "rounding=7",
        "stock_mode=",
        "price_multiplier=0.001",
        "price_multiplier=100.1",
        "price_multiplier=1.00001",
        "price_multiplier=NaN",
        "price_multiplier=Infinity",
        "price_multiplier=1e999999",
        "price_multiplier=cheap",
        "price_multiplier=1_0",
        "price_multiplier=١٢",
        "price_multiplier=1e1",
        "price_multiplier=-1",
        "price_multiplier=+1",
        "price_multiplier=",
        "colour=red",
        "user_id=7",
    ],
)
def test_a_bad_value_is_told_by_its_name(pair: str, evosync: Terminal) -> None:
    told = evosync("config", "set", "boris@example.com", pair)
    assert (told.code, told.out) == (2, "")
    assert pair.partition("=")[0] in told.error


def test_all_switches_every_store_and_group(nothing_on: str, evosync: Terminal) -> None:
    evosync.ok("config", "select", nothing_on, "--all")
    assert chosen(evosync, nothing_on) == {
        "stores": {"Чайная на Лесной", "Чайная на Мира"},
        "groups": {
            *("Чай@20240912", "Посуда@20240912", "Без группы@20240912"),
            *("Пироги@20250303", "Без группы@20250303"),
        },
        "off": set(),
    }


def test_a_store_is_switched_with_its_groups(nothing_on: str, evosync: Terminal) -> None:
    evosync.ok("config", "select", nothing_on, "--store", MIRA_ID)
    only_mira = chosen(evosync, nothing_on)
    assert only_mira["stores"] == {"Чайная на Мира"}
    assert only_mira["groups"] == {"Пироги@20250303", "Без группы@20250303"}
    evosync.ok("config", "select", nothing_on, "--store", MIRA_ID, "--off")
    assert chosen(evosync, nothing_on) == {"stores": set(), "groups": set(), "off": set()}


@pytest.mark.parametrize(
    ("group", "groups"),
    [
        pytest.param("{tea}", {"Чай@20240912"}, id="one group"),
        pytest.param("{tea}@{lesnaya}", {"Чай@20240912"}, id="of a store"),
        pytest.param("none", {"Без группы@20240912", "Без группы@20250303"}, id="no group"),
        pytest.param("none@{mira}", {"Без группы@20250303"}, id="no group, of a store"),
    ],
)
def test_a_group_is_switched_on_and_off(
    group: str, groups: set[str], nothing_on: str, evosync: Terminal, world: SandboxWorld
) -> None:
    tea = next(one.id for one in store_of(world).groups.values() if one.name == "Чай")
    text = group.format(tea=tea, lesnaya=LESNAYA_ID, mira=MIRA_ID)
    assert evosync.ok("config", "select", nothing_on, "--group", text).out == "Включено.\n"
    assert chosen(evosync, nothing_on) == {"stores": set(), "groups": groups, "off": set()}
    told = evosync.ok("config", "select", nothing_on, "--group", text, "--off")
    assert told.out == "Выключено.\n"
    assert not chosen(evosync, nothing_on)["groups"]


def test_a_product_is_switched_off_and_on(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    product = product_named(world, "Чашка белая")
    evosync.ok("config", "select", anna, "--product", product.id, "--off")
    assert chosen(evosync, anna)["off"] == {f"{product.id}@20240912"}
    evosync.ok("config", "select", anna, "--product", product.id)
    assert not chosen(evosync, anna)["off"]


@pytest.mark.parametrize(
    "args",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--off"], id="only off"),
        pytest.param(["--all", "--store", MIRA_ID], id="two at once"),
        pytest.param(["--store", "nowhere"], id="unknown store"),
        pytest.param(["--group", "nowhere"], id="unknown group"),
        pytest.param(["--group", "none@nowhere"], id="group of an unknown store"),
        pytest.param(["--product", "nowhere"], id="unknown product"),
    ],
)
def test_a_selection_that_does_not_fit_is_told_and_changes_nothing(
    args: list[str], anna: str, evosync: Terminal
) -> None:
    before = chosen(evosync, anna)
    told = evosync("config", "select", anna, *args)
    assert (told.code, told.out) == (2, "")
    assert told.error
    assert chosen(evosync, anna) == before


@pytest.mark.usefixtures("sandbox")
def test_select_reads_the_catalog_when_nothing_was_read_yet(
    boris: str, evosync: Terminal, world: SandboxWorld
) -> None:
    token = f"{world.evotor_token}\n"
    evosync.ok("connect", "evotor", boris, "--token-stdin", stdin=token)
    assert chosen(evosync, boris)["stores"] == set()
    evosync.ok("config", "select", boris, "--all")
    assert chosen(evosync, boris)["stores"] == {"Чайная на Лесной", "Чайная на Мира"}
    requests = world.evotor.requests
    evosync.ok("config", "select", boris, "--store", MIRA_ID, "--off")
    assert world.evotor.requests == requests


def test_select_without_a_connection_needs_a_person(boris: str, evosync: Terminal) -> None:
    told = evosync("config", "select", boris, "--all")
    assert (told.code, told.error) == (4, "Касса Эвотор не подключена.")


def audited(folder: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(folder / "data" / "evosync.db")) as database:
        rows = database.execute("SELECT action, actor, subject, detail FROM audit_log").fetchall()
    assert all(json.loads(row[3] or "{}") == {} for row in rows)  # no secret is kept with it
    return [row[:3] for row in rows]
