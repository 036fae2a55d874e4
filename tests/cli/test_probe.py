from typing import Literal

import pytest

from evosync.evotor import facts as evotor_facts
from evosync.facts import Fact
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld
from evosync.vk import facts as vk_facts
from tests.cli.conftest import Terminal

pytestmark = pytest.mark.usefixtures("sandbox")


def told(evosync: Terminal, *args: str) -> dict[str, str]:
    """Run a probe; gives what it says by the name of the fact."""
    lines = evosync.ok("probe", *args).out.splitlines()
    return dict(line.split(" ", 1)[1].split(": ", 1) for line in lines)


def test_reading_writes_nothing(anna: str, evosync: Terminal, world: SandboxWorld) -> None:
    evosync.ok("sync", anna)
    writes = world.vk.writes
    findings = told(evosync, anna)
    assert findings["sku_read_back"] == "артикул виден у 5 товаров из 5."
    assert findings["quantity_right"] == "остаток есть у 4 товаров из 4."
    assert world.vk.writes == writes


def test_it_tells_the_other_value_where_the_service_is_otherwise(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    evosync.ok("sync", anna)
    before = told(evosync, anna)
    world.vk.knobs.returns_sku = world.vk.knobs.returns_stock = False
    world.vk.knobs.listing_order = "oldest"
    world.vk.knobs.clamps_count = True
    evotor = world.evotor.knobs
    evotor.stock_right, evotor.strict_auth, evotor.last_paging = False, True, "null"
    evotor.unknown_fields = evotor.sends_nulls = True
    after = told(evosync, anna)
    assert {name for name in before if before[name] != after[name]} >= {
        *("sku_read_back", "stock_read_back", "count_above_most", "listing_order"),
        *("authorization", "last_page", "quantity_right", "quantity_number"),
        *("optional_fields", "known_fields"),
    }


def test_writing_leaves_the_market_as_it_was(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    evosync.ok("sync", anna)
    before = [(item.item_id, item.title) for item in world.vk.items(world.community_id)]
    findings = told(evosync, anna, "--write")
    assert findings["read_back"] == "артикул «evosync-probe», остаток 3, цена 100000 коп."
    assert findings["listed_at_once"] == "в списке не позже чем через 0 с."
    assert findings["hidden_shown"].startswith("после скрытия: недоступен")
    assert findings["restore_window"] == "сразу после удаления возвращается."
    assert [(one.item_id, one.title) for one in world.vk.items(world.community_id)] == before
    assert evosync.ok("sync", anna, "--json").json["unchanged"] == 5


def test_an_item_that_a_killed_probe_left_is_deleted_by_the_next(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.hands.add(world.community_id, "Проверка EvoSync, будет удалена", 1)
    told(evosync, anna, "--write")
    assert world.vk.items(world.community_id) == []


@pytest.mark.parametrize(
    ("knob", "told_of"),
    [("no", "товара с той же картинкой: 1."), ("silently", ": 0."), ("with_error", "отказ 129")],
)
def test_it_tells_whether_items_may_share_a_picture(
    knob: Literal["no", "silently", "with_error"],
    told_of: str,
    anna: str,
    evosync: Terminal,
    world: SandboxWorld,
) -> None:
    world.vk.knobs.refuses_shared_photo = knob
    assert told_of in told(evosync, anna, "--write")["shared_photo"]
    assert world.vk.items(world.community_id) == []


def test_an_add_whose_answer_is_lost_is_neither_repeated_nor_left(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.faults.add(VkFault(method="market.add", drop=True, after_work=True))
    assert told(evosync, anna, "--write")["add"].startswith("VK не ответил")
    assert world.vk.calls["market.add"] == 1
    assert world.vk.items(world.community_id) == []


@pytest.mark.parametrize(("status", "code"), [(401, 4), (503, 5)])
def test_when_evotor_does_not_answer_vk_is_asked_all_the_same(
    status: int, code: int, anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.evotor.faults.add(EvotorFault(path="/stores", times=None, status=status))
    answer = evosync("probe", anna)
    assert answer.code == code
    assert "vk sku_read_back" in answer.out
    assert ("ключ" in answer.error) is (status == 401)


def test_where_nothing_can_be_restored_it_says_so_and_leaves_nothing(
    anna: str, evosync: Terminal, world: SandboxWorld
) -> None:
    world.vk.knobs.restore_window_s = 0
    assert told(evosync, anna, "--write")["restore_window"].startswith("отказ 1400")
    assert world.vk.items(world.community_id) == []


def test_without_a_connection_there_is_nobody_to_ask(boris: str, evosync: Terminal) -> None:
    answer = evosync("probe", boris)
    assert (answer.code, answer.out) == (4, "")
    assert "не подключены" in answer.error


@pytest.mark.parametrize("fact", [*vk_facts.FACTS, *evotor_facts.FACTS], ids=lambda fact: fact.name)
def test_a_fact_is_told_whole(fact: Fact) -> None:
    assert all(text.endswith(".") for text in (fact.claim, fact.otherwise))
    assert fact.source
