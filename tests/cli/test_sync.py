import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evosync.db import leases
from evosync.db.engine import open_database
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal
from tests.flow.stand import small_world, store_of

COUNTS = {
    *("created", "updated", "hidden", "restored", "deleted", "relinked", "unchanged"),
    *("skipped", "failed", "held", "albums_created"),
}
EFFORT = {"evotor_requests", "vk_requests", "vk_calls", "seconds"}
KEYS = {"run_id", "status", "digest", "problems"} | COUNTS | EFFORT
PROBLEM_KEYS = {"product_id", "store_id", "name", "code", "reason"}
ERROR_KEYS = {"status", "code", "error"}

OTHER_COMMUNITY_ID = 217_000_888

pytestmark = pytest.mark.usefixtures("sandbox")


def refused(evosync: Terminal, email: str, code: int) -> tuple[str, str]:
    """Run a sync that must end with an error; gives its status and its code."""
    told = evosync("sync", email, "--json")
    assert told.code == code
    assert set(told.json) == ERROR_KEYS
    assert told.error == told.json["error"]
    return told.json["status"], told.json["code"]


@pytest.fixture
def world() -> SandboxWorld:
    """Make a small world with one product that cannot be published."""
    world = small_world()
    world.add_product("Чай без цены", None)
    return world


def test_json_is_one_object_with_exact_keys(anna: str, evosync: Terminal) -> None:
    report = evosync.ok("sync", anna, "--json").json
    assert set(report) == KEYS
    assert (report["status"], report["digest"], report["created"]) == ("done", None, 5)
    assert all(isinstance(report[key], int) for key in COUNTS | EFFORT - {"seconds"})
    assert isinstance(report["seconds"], float)
    [problem] = report["problems"]
    assert set(problem) == PROBLEM_KEYS
    assert (problem["name"], problem["code"]) == ("Чай без цены", "no_price")
    assert problem["reason"] == "В Эвоторе не указана цена."


def test_without_json_the_run_is_told_in_one_sentence(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    told = evosync.ok("sync", anna)
    assert told.out == "Готово: добавлено 5, пропущено 1, подборок создано 3.\n"
    assert not find_differences(world)
    assert evosync.ok("sync", anna).out == "Готово: без изменений 5, пропущено 1.\n"


def test_a_dry_run_needs_no_yes_and_changes_nothing(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    evosync.ok("config", "set", anna, "enabled=false")
    writes = world.vk.writes
    report = evosync.ok("sync", anna, "--dry-run", "--json").json
    assert set(report) == KEYS
    assert (report["status"], report["created"], report["albums_created"]) == ("done", 5, 3)
    assert evosync.ok("sync", anna, "--dry-run").out.startswith("Было бы: добавлено 5")
    assert world.vk.writes == writes


def test_what_stops_a_run_before_it_begins_is_an_object_too(anna: str, evosync: Terminal) -> None:
    assert refused(evosync, "nobody@example.com", 2) == ("failed", "unknown_email")
    evosync.set(PORT="abc")
    assert refused(evosync, anna, 2) == ("failed", "settings")


def test_who_has_not_switched_it_on_is_told(anna: str, evosync: Terminal) -> None:
    evosync.ok("config", "set", anna, "enabled=false")
    assert refused(evosync, anna, 4) == ("paused", "sync_off")


def test_another_community_needs_a_new_yes(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    admins = world.vk.state.communities[world.community_id].admin_ids
    world.vk.add_community(OTHER_COMMUNITY_ID, "Новая", admins)
    group = ["--group-id", str(OTHER_COMMUNITY_ID)]
    evosync.ok("connect", "vk", anna, *group, "--token-stdin", stdin=f"{world.vk_token}\n")
    assert refused(evosync, anna, 4) == ("paused", "never_confirmed")
    assert evosync.ok("sync", anna, "--dry-run", "--json").json["created"] == 5
    evosync.ok("config", "set", anna, "enabled=true")
    assert evosync.ok("sync", anna, "--json").json["created"] == 5


@pytest.mark.parametrize("connected", [[], ["evotor"]], ids=["neither", "evotor"])
def test_who_has_not_connected_is_told(
    connected: list[str], boris: str, evosync: Terminal, world: SandboxWorld
) -> None:
    for side in connected:
        token = f"{world.evotor_token}\n"
        evosync.ok("connect", side, boris, "--token-stdin", stdin=token)
    assert refused(evosync, boris, 4) == ("paused", "connection_broken")


def test_a_dead_evotor_token_needs_a_person(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    [owner] = world.evotor.state.users.values()
    owner.tokens.clear()
    status, _ = refused(evosync, anna, 4)
    assert status == "paused"


def test_a_dead_vk_token_needs_a_person_and_changes_nothing(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.state.tokens[world.vk_token].expired = True
    status, _ = refused(evosync, anna, 4)
    assert status == "paused"
    world.vk.state.tokens[world.vk_token].expired = False
    assert evosync.ok("sync", anna, "--json").json["created"] == 5


def test_another_run_going_on_is_for_later(anna: str, evosync: Terminal, data: Path) -> None:
    async def hold() -> None:
        database = open_database(f"sqlite:///{data / 'evosync.db'}")
        name = leases.mirror_lease(1)
        assert await database.write(leases.take, name, leases.new_holder())
        await database.close()

    asyncio.run(hold())
    assert refused(evosync, anna, 5) == ("failed", "busy")
    assert evosync("sync", anna, "--dry-run").code == 5


def test_a_run_that_broke_names_the_way_to_the_details(
    anna: str, evosync: Terminal, data: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data / "evosync.db")) as database, database:
        database.execute(
            "CREATE TRIGGER odd BEFORE INSERT ON intents BEGIN SELECT RAISE(ABORT, 'odd'); END"
        )
    told = evosync("sync", anna)
    assert (told.code, told.out) == (1, "")
    assert told.error.endswith("подробности в журнале. Он виден с LOG_LEVEL=DEBUG.")
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\n")
    told = evosync("sync", anna)
    assert told.code == 1
    assert "statement refused by the database" in told.err
    assert "LOG_LEVEL=DEBUG" not in told.err.splitlines()[-1]


def test_a_product_that_vk_refuses_makes_the_run_partial(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.knobs.max_items = 2
    told = evosync("sync", anna, "--json")
    assert (told.code, told.err) == (6, "")
    assert (told.json["status"], told.json["created"], told.json["failed"]) == ("partial", 2, 3)
    assert [each["code"] for each in told.json["problems"]].count("vk_limit_items") == 3
    assert evosync("sync", anna).out.startswith("Сделано не всё: ")


def test_a_store_that_is_not_paid_for_leaves_the_exit_code(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    store_of(world).is_paid = False
    report = evosync.ok("sync", anna, "--json").json
    assert (report["status"], report["created"]) == ("done", 1)


def test_stores_that_cannot_be_read_are_told_with_the_reason(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    lesnaya, mira = world.evotor.stores()
    lesnaya.is_paid = False
    world.evotor.faults.add(EvotorFault(path=f"/stores/{mira.id}/products", status=400, times=None))
    told = evosync("sync", anna)
    first, *reasons = told.out.splitlines()
    assert (told.code, told.err, first) == (6, "", "Сделано не всё: изменений нет.")
    assert len(reasons) == 2
    assert f"«{lesnaya.name}»" in reasons[0]
    assert f"«{mira.name}»" in reasons[1]


def test_a_shop_without_goods_is_told_so(anna: str, evosync: Terminal, world: SandboxWorld) -> None:
    for store in world.evotor.stores():
        store.products.clear()
    assert evosync.ok("sync", anna).out == "Готово: товаров нет.\n"


def test_no_token_is_ever_told(anna: str, evosync: Terminal, world: SandboxWorld) -> None:
    evosync.set(LOG_LEVEL="DEBUG")
    for args in (
        ["sync", anna, "--json"],
        ["sync", anna, "--dry-run"],
        ["config", "show", anna, "--json"],
        ["config", "select", anna, "--all"],
        ["user", "list"],
    ):
        assert evosync(*args).code == 0
    evosync("connect", "evotor", anna, "--token-stdin", stdin=f"{world.evotor_token}\n")
    world.vk.state.tokens[world.vk_token].expired = True
    group = ["--group-id", str(world.community_id)]
    told = evosync("connect", "vk", anna, *group, "--token-stdin", stdin=f"{world.vk_token}\n")
    assert told.code == 4
    assert evosync("sync", anna, "--json").code == 4
    said = json.dumps([[told.out, told.err] for told in evosync.said])
    assert "request answered" in said  # it was the most talkative level
    assert world.evotor_token not in said
    assert world.vk_token not in said
