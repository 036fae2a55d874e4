"""Stories that begin in the shop, told by what the cloud then answers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from evosync.sandbox.evotor.hands import ShopHands
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, SHOP_USER_ID, UNPAID_ID
from evosync.sandbox.world import SandboxWorld
from tests.sandbox.conftest import HandClock

BORIS_ID = "01-000000000000888"
BORIS_TOKEN = "b0b0b0b0-5a5d-4b0c-8a11-7ea7ea7ea888"


@pytest.fixture
def hands(world: SandboxWorld, clock: HandClock) -> ShopHands:
    """Hands that work a minute after the clouds began to answer."""
    clock.at += 60
    return world.shop


async def listed(evotor: httpx.AsyncClient, store_id: str, kind: str = "products") -> list[Any]:
    rows: list[Any] = (await evotor.get(f"/stores/{store_id}/{kind}")).json()["items"]
    return rows


async def changed(evotor: httpx.AsyncClient, clock: HandClock, store_id: str) -> set[str]:
    """Ask for the ids of products changed at this very moment or later."""
    since = {"since": int(clock.at * 1000)}
    rows = (await evotor.get(f"/stores/{store_id}/products", params=since)).json()["items"]
    return {row["id"] for row in rows}


@pytest.fixture
def shared_id(world: SandboxWorld) -> str:
    """A product that stands in both stores."""
    stores = world.shop.store
    return min(stores(LESNAYA_ID).products.keys() & stores(MIRA_ID).products.keys())


async def test_many_products_are_deleted_at_once(
    hands: ShopHands, evotor: httpx.AsyncClient, shared_id: str
) -> None:
    [first, second, *_] = [row["id"] for row in await listed(evotor, MIRA_ID)]
    hands.delete_products([first, second, shared_id, "nothing"])
    left = {row["id"] for row in await listed(evotor, MIRA_ID)}
    assert not {first, second, shared_id} & left
    assert shared_id not in {row["id"] for row in await listed(evotor, LESNAYA_ID)}


async def test_many_products_are_deleted_from_one_store(
    hands: ShopHands, evotor: httpx.AsyncClient, shared_id: str
) -> None:
    hands.delete_products([shared_id], store_id=MIRA_ID)
    assert shared_id not in {row["id"] for row in await listed(evotor, MIRA_ID)}
    assert shared_id in {row["id"] for row in await listed(evotor, LESNAYA_ID)}


async def test_a_product_is_taken_off_sale_and_put_back(
    hands: ShopHands, evotor: httpx.AsyncClient, clock: HandClock, shared_id: str
) -> None:
    for is_for_sale in (False, True):
        hands.set_for_sale(shared_id, is_for_sale=is_for_sale)
        row = (await evotor.get(f"/stores/{MIRA_ID}/products/{shared_id}")).json()
        assert row["allow_to_sell"] is is_for_sale
        assert await changed(evotor, clock, LESNAYA_ID) == {shared_id}
        clock.at += 1


async def test_a_product_is_taken_off_sale_in_one_store(
    hands: ShopHands, evotor: httpx.AsyncClient, shared_id: str
) -> None:
    hands.set_for_sale(shared_id, is_for_sale=False, store_id=MIRA_ID)
    paths = [f"/stores/{store_id}/products/{shared_id}" for store_id in (MIRA_ID, LESNAYA_ID)]
    assert [(await evotor.get(path)).json()["allow_to_sell"] for path in paths] == [False, True]


async def test_all_prices_are_multiplied(
    world: SandboxWorld, hands: ShopHands, evotor: httpx.AsyncClient, clock: HandClock
) -> None:
    dear = world.add_product("Чай", "10.01", store_id=MIRA_ID)
    free = world.add_product("Вода", None, store_id=MIRA_ID)
    clock.at += 1
    before = {row["id"]: row.get("price") for row in await listed(evotor, LESNAYA_ID)}
    hands.multiply_prices("1.5", store_id=MIRA_ID)
    assert (dear.price, free.price) == (Decimal("15.02"), None)
    assert dear.id in await changed(evotor, clock, MIRA_ID)
    assert before == {row["id"]: row.get("price") for row in await listed(evotor, LESNAYA_ID)}
    hands.multiply_prices(100)
    assert (dear.price, free.price) == (Decimal(1502), None)
    after = {row["id"]: row.get("price") for row in await listed(evotor, LESNAYA_ID)}
    assert after == {
        product_id: None if price is None else pytest.approx(100 * price)
        for product_id, price in before.items()
    }


async def test_a_group_is_renamed_and_moved_and_a_product_with_it(
    hands: ShopHands, evotor: httpx.AsyncClient, clock: HandClock
) -> None:
    [group, other, *_] = await listed(evotor, MIRA_ID, "product-groups")
    hands.rename_group(group["id"], "Настои")
    hands.move_group(group["id"], other["id"])
    path = f"/stores/{MIRA_ID}/product-groups/{group['id']}"
    moved = (await evotor.get(path)).json()
    assert (moved["name"], moved["parent_id"]) == ("Настои", other["id"])
    assert moved["updated_at"] > group["updated_at"]
    hands.move_group(group["id"], None)
    assert "parent_id" not in (await evotor.get(path)).json()
    product_id = (await listed(evotor, MIRA_ID))[0]["id"]
    hands.move_product(product_id, other["id"])
    product = (await evotor.get(f"/stores/{MIRA_ID}/products/{product_id}")).json()
    assert product["parent_id"] == other["id"]
    assert await changed(evotor, clock, MIRA_ID) == {product_id}
    hands.move_product(product_id, None)
    assert "parent_id" not in (await evotor.get(f"/stores/{MIRA_ID}/products/{product_id}")).json()


@pytest.mark.parametrize("kind", ["products", "product-groups"])
async def test_a_rebuilt_catalog_has_the_same_names_under_new_ids(
    hands: ShopHands, evotor: httpx.AsyncClient, kind: str
) -> None:
    before = await listed(evotor, LESNAYA_ID, kind)
    beside = await listed(evotor, MIRA_ID, kind)
    new_ids = hands.rebuild(LESNAYA_ID)
    after = await listed(evotor, LESNAYA_ID, kind)
    assert [row["name"] for row in after] == [row["name"] for row in before]
    assert [row["id"] for row in after] == [new_ids[row["id"]] for row in before]
    assert not {row["id"] for row in after} & {row["id"] for row in before}
    assert [row.get("parent_id") for row in after] == [
        new_ids.get(row.get("parent_id"), row.get("parent_id")) for row in before
    ]
    assert await listed(evotor, MIRA_ID, kind) == beside
    assert set(hands.rebuild(LESNAYA_ID)) == set(new_ids.values())


async def test_what_stands_in_two_stores_does_so_after_both_are_rebuilt(
    hands: ShopHands, evotor: httpx.AsyncClient, shared_id: str
) -> None:
    new_id = hands.rebuild()[shared_id]
    for store_id in (LESNAYA_ID, MIRA_ID):
        assert (await evotor.get(f"/stores/{store_id}/products/{new_id}")).status_code == 200
        assert (await evotor.get(f"/stores/{store_id}/products/{shared_id}")).status_code == 404


async def test_another_account_has_its_own_token_stores_and_goods(
    world: SandboxWorld, hands: ShopHands, evotor: httpx.AsyncClient
) -> None:
    world.sell(next(iter(hands.store(LESNAYA_ID).products)))
    boris = hands.add_account(BORIS_ID, BORIS_TOKEN)
    annas = (await evotor.get("/stores")).json()["items"]
    assert [store["id"] for store in annas] == [LESNAYA_ID, MIRA_ID, UNPAID_ID]
    anna_goods = await listed(evotor, LESNAYA_ID)
    evotor.headers["authorization"] = f"Bearer {BORIS_TOKEN}"
    rows = (await evotor.get("/stores")).json()["items"]
    assert [(row["id"], row["user_id"]) for row in rows] == [
        (store_id, BORIS_ID) for store_id in boris.stores
    ]
    assert [row["name"] for row in rows] == [store["name"] for store in annas]
    assert [row["id"][:9] for row in rows] == [store["id"][:9] for store in annas]
    goods = await listed(evotor, rows[0]["id"])
    assert [row["name"] for row in goods] == [row["name"] for row in anna_goods]
    assert not {row["id"] for row in goods} & {row["id"] for row in anna_goods}
    assert await listed(evotor, rows[0]["id"], "documents") == []
    assert (await evotor.get(f"/stores/{LESNAYA_ID}/products")).status_code == 404


async def test_two_added_accounts_share_nothing(hands: ShopHands) -> None:
    first = hands.add_account(BORIS_ID, BORIS_TOKEN)
    second = hands.add_account("01-000000000000999", "c0")
    assert not first.stores.keys() & second.stores.keys()
    goods = [
        {product_id for store in user.stores.values() for product_id in store.products}
        for user in (first, second)
    ]
    assert not goods[0] & goods[1]


def test_an_account_is_added_once(hands: ShopHands) -> None:
    with pytest.raises(ValueError, match=SHOP_USER_ID):
        hands.add_account(SHOP_USER_ID, BORIS_TOKEN)


async def test_a_revoked_token_opens_nothing(
    world: SandboxWorld, hands: ShopHands, evotor: httpx.AsyncClient
) -> None:
    hands.add_account(BORIS_ID, BORIS_TOKEN)
    hands.revoke(world.evotor_token)
    assert (await evotor.get("/stores")).status_code == 401
    evotor.headers["authorization"] = f"Bearer {BORIS_TOKEN}"
    assert (await evotor.get("/stores")).status_code == 200


async def test_a_store_is_paid_for_or_not(hands: ShopHands, evotor: httpx.AsyncClient) -> None:
    hands.set_paid(MIRA_ID, is_paid=False)
    assert (await evotor.get(f"/stores/{MIRA_ID}/products")).status_code == 402
    hands.set_paid(MIRA_ID, is_paid=True)
    assert (await evotor.get(f"/stores/{MIRA_ID}/products")).status_code == 200


async def test_a_broken_store_is_unreadable_beside_the_others(
    world: SandboxWorld, hands: ShopHands, evotor: httpx.AsyncClient
) -> None:
    hands.break_store(MIRA_ID)
    for kind in ("products", "product-groups"):
        assert (await evotor.get(f"/stores/{MIRA_ID}/{kind}")).status_code == 500
        assert (await evotor.get(f"/stores/{LESNAYA_ID}/{kind}")).status_code == 200
    assert (await evotor.get("/stores")).status_code == 200
    world.evotor.faults.clear()
    hands.break_store(MIRA_ID, 403)
    assert (await evotor.get(f"/stores/{MIRA_ID}/products")).status_code == 403


@pytest.mark.parametrize("what", ["set_for_sale", "move_product", "rename_group", "store"])
def test_what_is_nowhere_is_a_key_error(hands: ShopHands, what: str) -> None:
    acts: dict[str, Callable[[], object]] = {
        "set_for_sale": lambda: hands.set_for_sale("nothing", is_for_sale=False),
        "move_product": lambda: hands.move_product("nothing", None),
        "rename_group": lambda: hands.rename_group("nothing", "Чай"),
        "store": lambda: hands.store("nothing"),
    }
    with pytest.raises(KeyError, match="nothing"):
        acts[what]()
