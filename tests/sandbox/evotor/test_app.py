"""The door of the fake cloud: tokens, statuses, media types, the quota and the counter."""

from typing import Any

import httpx
import pytest

from evosync.sandbox.shop import MIRA_ID, SHOP_TOKEN, SHOP_USER_ID, UNPAID_ID
from evosync.sandbox.world import SandboxWorld
from tests.sandbox.conftest import HandClock

PRODUCTS = f"/stores/{MIRA_ID}/products"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": f"Bearer {SHOP_TOKEN}"}, 200, id="Bearer"),
        pytest.param({"Authorization": f"bearer {SHOP_TOKEN}"}, 200, id="bearer"),
        pytest.param({"Authorization": SHOP_TOKEN}, 200, id="bare"),
        pytest.param({"X-Authorization": SHOP_TOKEN}, 200, id="X-Authorization"),
        pytest.param({"Authorization": f"Basic {SHOP_TOKEN}"}, 401, id="Basic"),
        pytest.param({"Authorization": "Bearer wrong"}, 401, id="wrong token"),
        pytest.param({"Authorization": "Bearer "}, 401, id="empty token"),
        pytest.param({}, 401, id="no token"),
    ],
)
async def test_the_token_is_taken_in_every_form_seen_to_work(
    evotor: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    del evotor.headers["authorization"]
    answer = await evotor.get("/stores", headers=headers)
    assert answer.status_code == status
    assert (answer.content == b"") is (status == 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": f"Bearer {SHOP_TOKEN}"}, 200, id="Bearer"),
        pytest.param({"Authorization": f"bearer {SHOP_TOKEN}"}, 401, id="bearer"),
        pytest.param({"Authorization": SHOP_TOKEN}, 401, id="bare"),
        pytest.param({"X-Authorization": SHOP_TOKEN}, 401, id="X-Authorization"),
    ],
)
async def test_a_strict_cloud_takes_the_documented_form_only(
    world: SandboxWorld, evotor: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    world.evotor.knobs.strict_auth = True
    del evotor.headers["authorization"]
    assert (await evotor.get("/stores", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(f"/stores/{UNPAID_ID}", 200, id="the store itself"),
        pytest.param(f"/stores/{UNPAID_ID}/products", 402, id="its products"),
        pytest.param(f"/stores/{UNPAID_ID}/product-groups", 402, id="its groups"),
        pytest.param(f"/stores/{UNPAID_ID}/documents", 402, id="its receipts"),
        pytest.param("/stores/20000101-0000/products", 404, id="unknown store"),
        pytest.param(f"/stores/{MIRA_ID.lower()}", 404, id="store id in the wrong case"),
        pytest.param(f"/stores/{MIRA_ID}/products/nothing", 404, id="unknown product"),
        pytest.param(f"/stores/{MIRA_ID}/product-groups/nothing", 404, id="unknown group"),
        pytest.param("/devices", 404, id="unknown path"),
    ],
)
async def test_statuses_are_a_stores_own(evotor: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await evotor.get(path)).status_code == status


async def test_another_users_store_does_not_exist(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    world.evotor.state.users[SHOP_USER_ID].stores.pop(MIRA_ID)
    assert (await evotor.get(PRODUCTS)).status_code == 404


async def test_an_answer_is_declared_as_v2_and_carries_the_quota(
    evotor: httpx.AsyncClient,
) -> None:
    answer = await evotor.get("/stores")
    assert answer.headers["content-type"] == "application/vnd.evotor.v2+json;charset=UTF-8"
    assert answer.headers["x-ratelimit-limit"] == "600"
    assert answer.headers["x-ratelimit-remaining"] == "599"
    assert answer.headers["x-ratelimit-reset"] == "60"


@pytest.mark.parametrize(
    ("unit", "reset"),
    [pytest.param("seconds", "45", id="seconds"), pytest.param("epoch", "1759500061", id="epoch")],
)
async def test_the_quota_is_spent_by_path_and_returns_with_the_window(
    world: SandboxWorld, evotor: httpx.AsyncClient, clock: HandClock, unit: Any, reset: str
) -> None:
    world.evotor.knobs.rate_limit = 2
    world.evotor.knobs.reset_unit = unit
    assert [(await evotor.get("/stores")).status_code for _ in range(2)] == [200, 200]
    clock.at += 15
    refused = await evotor.get("/stores")
    assert (refused.status_code, refused.content) == (429, b"")
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-reset"] == reset
    assert "retry-after" not in refused.headers
    assert (await evotor.get(PRODUCTS)).status_code == 200
    clock.at += 44.9
    assert (await evotor.get("/stores")).status_code == 429
    clock.at += 0.1
    assert (await evotor.get("/stores")).status_code == 200


async def test_a_429_may_say_how_long_to_wait(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    world.evotor.knobs.rate_limit = 0
    world.evotor.knobs.send_retry_after = True
    assert (await evotor.get("/stores")).headers["retry-after"] == "60"


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        pytest.param("/stores", "application/vnd.evotor.v2+json", 200, id="v2"),
        pytest.param("/stores", "*/*", 406, id="anything"),
        pytest.param("/api/v1/inventories/stores/search", "*/*", 200, id="v1"),
    ],
)
async def test_a_strict_cloud_wants_v2_asked_for(
    world: SandboxWorld, evotor: httpx.AsyncClient, path: str, accept: str, status: int
) -> None:
    world.evotor.knobs.strict_accept = True
    assert (await evotor.get(path, headers={"Accept": accept})).status_code == status


async def test_every_request_is_counted_by_path(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    await evotor.get("/stores")
    await evotor.get("/stores", headers={"Authorization": "Bearer wrong"})
    await evotor.get(PRODUCTS, params={"since": "1"})
    await evotor.get("/nowhere")
    assert world.evotor.requests == 4
    assert world.evotor.requests_by_path == {"/stores": 2, PRODUCTS: 1, "/nowhere": 1}
