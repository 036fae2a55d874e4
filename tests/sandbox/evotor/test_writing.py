from typing import Any

import httpx
import pytest

from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.shop import MIRA_ID
from evosync.sandbox.world import NoSuchProduct, SandboxWorld
from tests.sandbox.conftest import HandClock

PRODUCTS = f"/stores/{MIRA_ID}/products"


@pytest.fixture
def tea(world: SandboxWorld, clock: HandClock) -> ProductState:
    """A product of the second store, made an hour ago."""
    product = world.add_product("Чай", 100, store_id=MIRA_ID, quantity=5, description="Свежий")
    clock.at += 3600
    return product


async def test_a_patch_sets_absolute_values_and_answers_with_the_product(
    evotor: httpx.AsyncClient, tea: ProductState
) -> None:
    answer = await evotor.patch(f"{PRODUCTS}/{tea.id}", json={"price": 120.5, "quantity": -0.834})
    assert answer.status_code == 200
    row = answer.json()
    assert (row["price"], row["quantity"], row["description"]) == (120.5, -0.834, "Свежий")
    assert row["updated_at"] == "2025-10-03T15:00:00.250+0000"
    assert (await evotor.get(f"{PRODUCTS}/{tea.id}")).json() == row


@pytest.mark.parametrize(
    ("bumps", "moved"), [pytest.param(True, True, id="bumps"), pytest.param(False, False, id="not")]
)
async def test_a_sale_moves_updated_at_only_where_stock_does(
    world: SandboxWorld, tea: ProductState, bumps: bool, moved: bool
) -> None:
    world.evotor.knobs.stock_bumps_updated_at = bumps
    world.sell(tea.id)
    assert tea.quantity == 4
    assert (tea.updated_ms > tea.created_ms) is moved


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        pytest.param({}, "quantity", id="nothing asked"),
        pytest.param({"name": "Другой"}, "name", id="a field that cannot be patched"),
        pytest.param({"price": -1}, "price", id="price below zero"),
        pytest.param({"price": 10_000_000}, "price", id="price too high"),
        pytest.param({"price": 1.005}, "price", id="part of a kopeck"),
        pytest.param({"price": "12"}, "price", id="price as text"),
        pytest.param({"quantity": True}, "quantity", id="quantity as a flag"),
        pytest.param({"quantity": 0.0001}, "quantity", id="quantity too fine"),
        pytest.param({"quantity": 1e99}, "quantity", id="quantity too large"),
        pytest.param([1], "body", id="a list"),
    ],
)
async def test_a_wrong_patch_changes_nothing(
    evotor: httpx.AsyncClient, tea: ProductState, body: Any, subject: str
) -> None:
    before = (await evotor.get(f"{PRODUCTS}/{tea.id}")).json()
    answer = await evotor.patch(f"{PRODUCTS}/{tea.id}", json=body)
    assert answer.status_code == 400
    assert answer.json()["violations"][0]["subject"] == subject
    assert (await evotor.get(f"{PRODUCTS}/{tea.id}")).json() == before


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"price": NaN}'])
async def test_a_body_that_is_no_json_is_refused(
    evotor: httpx.AsyncClient, tea: ProductState, raw: bytes
) -> None:
    assert (await evotor.patch(f"{PRODUCTS}/{tea.id}", content=raw)).status_code == 400


async def test_a_product_that_is_not_there_cannot_be_patched(evotor: httpx.AsyncClient) -> None:
    assert (await evotor.patch(f"{PRODUCTS}/nothing", json={"price": 5})).status_code == 404


async def test_a_put_replaces_the_whole_product(
    evotor: httpx.AsyncClient, tea: ProductState
) -> None:
    answer = await evotor.put(f"{PRODUCTS}/{tea.id}", json={"name": "Чай новый", "price": 90})
    row = answer.json()
    assert (answer.status_code, row["name"], row["price"]) == (200, "Чай новый", 90)
    assert row.keys().isdisjoint({"description", "quantity"})
    assert row["created_at"] < row["updated_at"]


async def test_a_put_with_a_new_id_makes_a_product(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    body = {"id": "new", "name": "Чай", "barcodes": ["4601234560016"], "allow_to_sell": False}
    assert (await evotor.put(f"{PRODUCTS}/new", json=body)).status_code == 200
    assert world.places("new")[0][1].barcodes == ["4601234560016"]


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        pytest.param({"price": 1}, "name", id="no name"),
        pytest.param({"name": ""}, "name", id="empty name"),
        pytest.param({"name": "ч" * 129}, "name", id="name too long"),
        pytest.param({"name": 7}, "name", id="name is a number"),
        pytest.param({"name": "Чай", "barcodes": [7]}, "barcodes", id="barcode is a number"),
        pytest.param({"name": "Чай", "id": "other"}, "id", id="another id"),
    ],
)
async def test_a_wrong_put_is_refused(
    evotor: httpx.AsyncClient, body: dict[str, Any], subject: str
) -> None:
    answer = await evotor.put(f"{PRODUCTS}/new", json=body)
    assert (answer.status_code, answer.json()["violations"][0]["subject"]) == (400, subject)


async def test_deleted_products_are_gone_without_a_trace(
    world: SandboxWorld, evotor: httpx.AsyncClient, tea: ProductState
) -> None:
    other = world.add_product("Ещё чай", 1, store_id=MIRA_ID)
    assert (await evotor.delete(f"{PRODUCTS}/{tea.id}")).status_code == 204
    assert (await evotor.delete(f"{PRODUCTS}/{tea.id}")).status_code == 404
    ids = {"id": f"{other.id},unknown"}
    assert (await evotor.delete(PRODUCTS, params=ids)).status_code == 204
    for product in (tea, other):
        with pytest.raises(NoSuchProduct):
            world.places(product.id)


@pytest.mark.parametrize("ids", ["", ",", ",".join(map(str, range(101)))])
async def test_a_deletion_names_one_to_a_hundred_products(
    evotor: httpx.AsyncClient, ids: str
) -> None:
    assert (await evotor.delete(PRODUCTS, params={"id": ids})).status_code == 400


async def test_a_strict_cloud_wants_bodies_declared(
    world: SandboxWorld, evotor: httpx.AsyncClient, tea: ProductState
) -> None:
    world.evotor.knobs.strict_content_type = True
    path = f"{PRODUCTS}/{tea.id}"
    assert (await evotor.patch(path, json={"price": 5})).status_code == 415
    declared = {"Content-Type": "application/vnd.evotor.v2+json;charset=UTF-8"}
    answer = await evotor.patch(path, content=b'{"price": 5}', headers=declared)
    assert answer.status_code == 200
