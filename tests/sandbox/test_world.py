from decimal import Decimal
from pathlib import Path

import pytest

from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    FOREIGN_COMMUNITY_ID,
    VK_USER_ID,
    NoSuchProduct,
    SandboxWorld,
)
from tests.sandbox.conftest import HandClock


@pytest.fixture
def shared_id(world: SandboxWorld) -> str:
    """A product that stands in both stores."""
    here, there = (
        store.products for store in world.evotor.stores() if store.id in {LESNAYA_ID, MIRA_ID}
    )
    return min(here.keys() & there.keys())


def test_a_seeded_world_opens_with_its_demo_keys(world: SandboxWorld) -> None:
    assert world.evotor.user_of(world.evotor_token) is not None
    assert world.vk_token in world.vk.state.tokens
    assert world.vk.state.communities[world.community_id].items == {}


def test_a_seeded_world_has_communities_that_cannot_be_connected(world: SandboxWorld) -> None:
    closed = world.vk.state.communities[CLOSED_COMMUNITY_ID]
    assert (closed.market_enabled, closed.admin_ids) == (False, [VK_USER_ID])
    assert VK_USER_ID not in world.vk.state.communities[FOREIGN_COMMUNITY_ID].admin_ids


def test_a_saved_world_comes_back_whole(
    world: SandboxWorld, clock: HandClock, tmp_path: Path, shared_id: str
) -> None:
    world.set_price(shared_id, "12.34")
    world.sell(shared_id, "0.5")
    world.save(tmp_path / "world.json")
    loaded = SandboxWorld.load(tmp_path / "world.json", clock=clock)
    assert loaded.evotor.state == world.evotor.state
    assert loaded.vk.state == world.vk.state
    assert [path.name for path in tmp_path.iterdir()] == ["world.json"]


def test_a_world_that_cannot_be_written_leaves_the_old_file(
    world: SandboxWorld, tmp_path: Path, shared_id: str
) -> None:
    path = tmp_path / "world.json"
    world.save(path)
    before = path.read_bytes()
    world.places(shared_id)[0][1].odd["broken"] = object()
    with pytest.raises(TypeError):
        world.save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "испорчен", id="empty"),
        pytest.param('{"format":1,"evotor":{}', "испорчен", id="cut short"),
        pytest.param('{"format":2,"evotor":{},"vk":{}}', "другой версией", id="another format"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "world.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=words) as refused:
        SandboxWorld.load(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SandboxWorld.load(tmp_path / "world.json")


def test_a_price_changes_in_every_store_or_in_the_named_one(
    world: SandboxWorld, shared_id: str
) -> None:
    world.set_price(shared_id, "99.90")
    world.set_price(shared_id, 120, store_id=MIRA_ID)
    prices = {store.id: product.price for store, product in world.places(shared_id)}
    assert prices == {LESNAYA_ID: Decimal("99.90"), MIRA_ID: Decimal(120)}


def test_a_sale_lowers_one_stores_stock_and_writes_a_receipt(
    world: SandboxWorld, shared_id: str
) -> None:
    before = {store.id: product.quantity for store, product in world.places(shared_id)}
    document = world.sell(shared_id, 2, store_id=MIRA_ID)
    after = {store.id: product.quantity for store, product in world.places(shared_id)}
    quantity = before[MIRA_ID]
    assert quantity is not None
    assert after == {**before, MIRA_ID: quantity - 2}
    assert document.positions[0].initial_quantity == quantity
    documents = {store.id: store.documents for store in world.evotor.stores()}
    assert documents[MIRA_ID] == [document]


def test_a_deletion_takes_every_row_or_the_named_one(world: SandboxWorld, shared_id: str) -> None:
    world.delete_product(shared_id, store_id=LESNAYA_ID)
    assert [store.id for store, _ in world.places(shared_id)] == [MIRA_ID]
    world.delete_product(shared_id)
    with pytest.raises(NoSuchProduct):
        world.places(shared_id)


def test_added_products_get_ids_of_their_own(world: SandboxWorld) -> None:
    first = world.add_product("Чай", "10.50")
    second = world.add_product("Чай", None, store_id=MIRA_ID, quantity=Decimal(3))
    assert first.id != second.id
    assert [store.id for store, _ in world.places(first.id)] == [LESNAYA_ID]
    assert [store.id for store, _ in world.places(second.id)] == [MIRA_ID]


def test_one_more_community_is_administrated_by_the_same_person(world: SandboxWorld) -> None:
    added = world.add_community("Чайная на даче")
    first = world.vk.state.communities[world.community_id]
    assert added.community_id != world.community_id
    assert added.admin_ids == first.admin_ids == [VK_USER_ID]


def test_a_goods_file_takes_the_tea_shops_place(goods_file: Path) -> None:
    world = SandboxWorld.seeded(goods=goods_file)
    assert [len(store.products) for store in world.evotor.stores()] == [622]
    assert world.evotor.user_of(world.evotor_token) is not None
