"""`evosync sync` when something waits for a yes, and the yes itself."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal

pytestmark = pytest.mark.usefixtures("sandbox")

UNKNOWN = "0" * 64


@pytest.fixture
def shut(anna: str, evosync: Terminal, world: SandboxWorld) -> str:
    """Give the e-mail of Anna, whose five goods stand in VK and are no longer for sale."""
    evosync.ok("sync", anna)
    for store in world.evotor.stores():
        for product in store.products.values():
            product.allow_to_sell = False
    return anna


def stocks(world: SandboxWorld) -> set[int]:
    return {item.stock_amount for item in world.vk.items(world.community_id)}


def digest_of(evosync: Terminal, email: str) -> str:
    told = evosync("sync", email, "--json")
    assert (told.code, told.err) == (3, "")
    digest: str = told.json["digest"]
    assert len(bytes.fromhex(digest)) == 32
    return digest


def test_json_tells_what_is_held_and_under_which_digest(shut: str, evosync: Terminal) -> None:
    told = evosync("sync", shut, "--json")
    assert (told.code, told.err) == (3, "")
    report = told.json
    assert (report["status"], report["held"], report["updated"]) == ("held", 5, 0)
    assert [each["code"] for each in report["problems"]].count("held") == 5
    assert evosync("sync", shut, "--json").json["digest"] == report["digest"]


def test_in_words_it_is_what_why_and_how_to_say_yes(shut: str, evosync: Terminal) -> None:
    digest = digest_of(evosync, shut)
    told = evosync("sync", shut)
    assert (told.code, told.err) == (3, "")
    assert told.out.splitlines() == [
        "Сделано не всё: остальное без изменений.",
        "Ждёт вашего решения: обнулить остаток: 5.",
        "  С продажи ушло бы товаров: 5, осталось бы: 0 (за последние сутки было 5).",
        "  Товары: «Пирог с вишней», «Чай номер 1», «Чай номер 2», «Чай номер 3», «Чашка белая».",
        f"Если всё верно: evosync sync {shut} --approve {digest}",
    ]


def test_a_yes_is_carried_out_and_audited(
    shut: str, evosync: Terminal, world: SandboxWorld, data: Path
) -> None:
    digest = digest_of(evosync, shut)
    assert stocks(world) == {1000}
    told = evosync.ok("sync", shut, "--approve", digest, "--json").json
    assert (told["status"], told["updated"], told["held"], told["digest"]) == ("done", 5, 0, None)
    assert stocks(world) == {0}
    with closing(sqlite3.connect(data / "evosync.db")) as database:
        asking = "SELECT actor, detail FROM audit_log WHERE action = 'held.apply'"
        [(actor, detail)] = database.execute(asking).fetchall()
        assert (actor, json.loads(detail)["digest"]) == ("command line", digest)
        # Said twice, it is still a yes to nothing more.
        assert evosync.ok("sync", shut, "--approve", digest).out.startswith("Готово: ")
        assert len(database.execute(asking).fetchall()) == 1


def test_a_yes_without_a_code_does_not_fit(anna: str, evosync: Terminal) -> None:
    told = evosync("sync", anna, "--approve", "")
    assert (told.code, told.out) == (2, "")
    assert told.error


def test_a_dry_run_shows_what_would_wait(shut: str, evosync: Terminal, world: SandboxWorld) -> None:
    told = evosync.ok("sync", shut, "--dry-run", "--json").json
    assert (told["status"], told["held"], told["updated"]) == ("done", 5, 0)
    assert f"--approve {told['digest']}" in evosync.ok("sync", shut, "--dry-run").out
    evosync.ok("sync", shut, "--approve", told["digest"])
    assert stocks(world) == {0}


def test_a_yes_to_something_else_applies_nothing_held(
    shut: str, evosync: Terminal, world: SandboxWorld
) -> None:
    digest = digest_of(evosync, shut)
    told = evosync("sync", shut, "--approve", UNKNOWN, "--json")
    assert (told.code, told.json["digest"], stocks(world)) == (3, digest, {1000})
    assert told.error == "Под этим кодом решения никто не ждёт."


def test_a_yes_to_what_nobody_asked_is_stale_though_nothing_waits(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    told = evosync("sync", anna, "--approve", UNKNOWN)
    assert (told.code, told.out.split(":")[0]) == (3, "Готово")
    assert told.error == "Под этим кодом решения никто не ждёт."
    assert not find_differences(world)


def test_a_stale_yes_does_not_cover_up_why_a_run_stopped(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.state.tokens[world.vk_token].expired = True
    told = evosync("sync", anna, "--approve", UNKNOWN, "--json")
    assert told.code == 4
    assert told.error == told.json["error"]


def test_a_dry_run_approves_of_nothing(anna: str, evosync: Terminal) -> None:
    told = evosync("sync", anna, "--dry-run", "--approve", UNKNOWN)
    assert (told.code, told.out) == (2, "")
    assert told.error
