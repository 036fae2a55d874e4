"""The lists of the fake cloud as a client reads them: envelope, pages, filters, fields."""

import re
from typing import Any

import httpx
import pytest

from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, SHOP_USER_ID, UNPAID_ID
from evosync.sandbox.world import SandboxWorld
from tests.sandbox.conftest import HandClock

PRODUCTS = f"/stores/{MIRA_ID}/products"


async def read_all(
    evotor: httpx.AsyncClient, path: str, **first: str
) -> tuple[list[dict[str, Any]], int]:
    """Return every row of a list and the number of pages."""
    rows: list[dict[str, Any]] = []
    params = first
    for pages in range(1, 200):
        answer = await evotor.get(path, params=params)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        rows += body["items"]
        cursor = body.get("paging", {}).get("next_cursor")
        if cursor is None:
            return rows, pages
        params = {"cursor": cursor}
    raise AssertionError("the list never ends")


async def test_stores_are_listed_as_documented(evotor: httpx.AsyncClient) -> None:
    body = (await evotor.get("/stores")).json()
    assert body["paging"] == {}
    assert [store["id"] for store in body["items"]] == [LESNAYA_ID, MIRA_ID, UNPAID_ID]
    assert body["items"][0] == {
        "id": LESNAYA_ID,
        "name": "Чайная на Лесной",
        "address": "Россия, г. Тула, ул. Лесная, 7",
        "user_id": SHOP_USER_ID,
        "created_at": "2024-09-12T09:00:00.000+0000",
        "updated_at": "2024-09-12T09:00:00.000+0000",
    }
    assert "address" not in body["items"][1]


async def test_a_group_is_read_alone_as_it_is_listed(evotor: httpx.AsyncClient) -> None:
    path = f"/stores/{LESNAYA_ID}/product-groups"
    groups, _ = await read_all(evotor, path)
    modified = next(group for group in groups if "attributes" in group)
    assert [len(attribute["choices"]) for attribute in modified["attributes"]] == [2, 2]
    assert (await evotor.get(f"{path}/{modified['id']}")).json() == modified


@pytest.mark.parametrize("size", [2, 7, 29, 50])
async def test_every_row_is_read_once_whatever_the_page(
    world: SandboxWorld, evotor: httpx.AsyncClient, size: int
) -> None:
    world.evotor.knobs.page_size = size
    standing = world.evotor.state.users[SHOP_USER_ID].stores[MIRA_ID]
    rows, pages = await read_all(evotor, PRODUCTS)
    assert sorted(row["id"] for row in rows) == sorted(standing.products)
    assert pages == -(-len(standing.products) // size)
    groups, _ = await read_all(evotor, f"/stores/{MIRA_ID}/product-groups")
    assert {group["id"] for group in groups} == set(standing.groups)


@pytest.mark.parametrize(
    ("form", "paging"),
    [
        pytest.param("empty", {"paging": {}}, id="empty"),
        pytest.param("absent", {}, id="absent"),
        pytest.param("null", {"paging": {"next_cursor": None}}, id="null"),
    ],
)
async def test_a_last_page_ends_in_any_of_the_known_ways(
    world: SandboxWorld, evotor: httpx.AsyncClient, form: Any, paging: dict[str, Any]
) -> None:
    world.evotor.knobs.last_paging = form
    body = (await evotor.get("/stores")).json()
    del body["items"]
    assert body == paging


@pytest.mark.parametrize(
    ("path", "params", "subject"),
    [
        pytest.param(PRODUCTS, {"cursor": "garbage"}, "cursor", id="garbage cursor"),
        pytest.param(PRODUCTS, {"since": "вчера"}, "since", id="since is no number"),
        pytest.param(PRODUCTS, {"since": "1.5"}, "since", id="since is a fraction"),
        pytest.param(PRODUCTS, {"since": "²"}, "since", id="since is a superscript"),
    ],
)
async def test_bad_parameters_are_named(
    evotor: httpx.AsyncClient, path: str, params: dict[str, str], subject: str
) -> None:
    answer = await evotor.get(path, params=params)
    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "validation_failed"
    assert [violation["subject"] for violation in body["violations"]] == [subject]


async def first_cursor(world: SandboxWorld, evotor: httpx.AsyncClient, path: str) -> str:
    world.evotor.knobs.page_size = 2
    cursor: str = (await evotor.get(path)).json()["paging"]["next_cursor"]
    return cursor


async def test_a_cursor_that_is_not_percent_encoded_is_refused(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    cursor = await first_cursor(world, evotor, PRODUCTS)
    # httpx sends "+", "/" and "=" of a ready query as they are
    assert (await evotor.get(f"{PRODUCTS}?cursor={cursor}")).status_code == 400
    assert (await evotor.get(PRODUCTS, params={"cursor": cursor})).status_code == 200


@pytest.mark.parametrize(
    "path", [f"/stores/{LESNAYA_ID}/products", f"/stores/{MIRA_ID}/product-groups", "/stores"]
)
async def test_a_cursor_belongs_to_its_store_and_list(
    world: SandboxWorld, evotor: httpx.AsyncClient, path: str
) -> None:
    cursor = await first_cursor(world, evotor, PRODUCTS)
    assert (await evotor.get(path, params={"cursor": cursor})).status_code == 400


async def test_a_cursor_keeps_the_filter_it_was_made_with(
    world: SandboxWorld, evotor: httpx.AsyncClient, clock: HandClock
) -> None:
    since_ms = world.evotor.now_ms()
    changed = list(world.evotor.state.users[SHOP_USER_ID].stores[MIRA_ID].products)[:5]
    for product_id in changed:
        world.set_price(product_id, "10.50", store_id=MIRA_ID)
    world.evotor.knobs.page_size = 2
    rows, pages = await read_all(evotor, PRODUCTS, since=str(since_ms))
    assert ({row["id"] for row in rows}, pages) == (set(changed), 3)


async def test_since_beside_a_cursor_is_ignored_unless_the_cloud_is_strict(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    params = {"cursor": await first_cursor(world, evotor, PRODUCTS), "since": "99999999999999"}
    assert len((await evotor.get(PRODUCTS, params=params)).json()["items"]) == 2
    world.evotor.knobs.strict_since = True
    assert (await evotor.get(PRODUCTS, params=params)).status_code == 400


async def test_since_is_inclusive_and_shows_no_deletions(
    world: SandboxWorld, evotor: httpx.AsyncClient, clock: HandClock
) -> None:
    kept = world.add_product("Новый чай", 100, store_id=MIRA_ID)
    gone = world.add_product("Ошибка кассира", 100, store_id=MIRA_ID)
    world.delete_product(gone.id)
    now_ms = world.evotor.now_ms()
    rows, _ = await read_all(evotor, PRODUCTS, since=str(now_ms))
    assert [row["id"] for row in rows] == [kept.id]
    rows, _ = await read_all(evotor, PRODUCTS, since=str(now_ms + 1))
    assert rows == []


async def test_without_the_stock_right_no_quantity_is_shown(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    with_right, _ = await read_all(evotor, PRODUCTS)
    world.evotor.knobs.stock_right = False
    without, _ = await read_all(evotor, PRODUCTS)
    assert any("quantity" in row for row in with_right)
    assert not any("quantity" in row for row in without)
    one = await evotor.get(f"{PRODUCTS}/{without[0]['id']}")
    assert one.json() == without[0]


async def test_numbers_are_roubles_to_the_kopeck_and_dates_have_no_colon(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    product = world.add_product("Чай", "560.50", store_id=MIRA_ID, description="Вкус мёда")
    answer = await evotor.get(f"{PRODUCTS}/{product.id}")
    assert '"price":560.50,' in answer.text
    row = answer.json()
    assert row["updated_at"] == "2025-10-03T14:00:00.250+0000"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", row["created_at"])
    assert (row["store_id"], row["user_id"]) == (MIRA_ID, SHOP_USER_ID)
    assert row["attributes_choices"] == {}
    assert row.keys().isdisjoint({"parent_id", "quantity", "code", "article_number"})


async def test_a_receipt_carries_the_stock_before_the_sale(
    world: SandboxWorld, evotor: httpx.AsyncClient, clock: HandClock
) -> None:
    product = world.add_product("Чай", 200, store_id=MIRA_ID, quantity=5)
    world.sell(product.id, "1.5")
    clock.at += 60
    world.sell(product.id)
    documents, _ = await read_all(evotor, f"/stores/{MIRA_ID}/documents")
    positions = [document["body"]["positions"][0] for document in documents]
    assert [(it["initial_quantity"], it["quantity"], it["sum"]) for it in positions] == [
        (5, 1.5, 300),
        (3.5, 1, 200),
    ]
    assert documents[0]["close_date"] == "2025-10-03T14:00:00.250+0000"
    later, _ = await read_all(
        evotor,
        f"/stores/{MIRA_ID}/documents",
        since=str(world.evotor.now_ms()),
        until=str(world.evotor.now_ms() + 1),
        type="SELL,PAYBACK",
    )
    assert later == documents[1:]
    assert (await read_all(evotor, f"/stores/{MIRA_ID}/documents", type="PAYBACK"))[0] == []


async def test_the_first_version_answers_bare_arrays(evotor: httpx.AsyncClient) -> None:
    stores = (await evotor.get("/api/v1/inventories/stores/search")).json()
    assert stores[1] == {
        "uuid": MIRA_ID,
        "name": "Чайная на Мира",
        "address": None,
        "code": None,
    }
    rows = (await evotor.get(f"/api/v1/inventories/stores/{LESNAYA_ID}/products")).json()
    assert {row["group"] for row in rows} == {True, False}
    assert [row["name"] for row in rows if row.get("hasVariants")] == ["Да Хун Пао"]
