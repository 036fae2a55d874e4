from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from evosync.sandbox.vk.app import vk_app
from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import ANNA, COMMUNITY, SHOP_ID, Api

PLAIN = {"access_token": ANNA, "v": "5.199"}


@pytest.mark.parametrize(
    ("verb", "request_"),
    [
        pytest.param("GET", {"params": PLAIN}, id="query"),
        pytest.param("POST", {"data": PLAIN}, id="form"),
        pytest.param("POST", {"params": PLAIN}, id="query of a POST without a body"),
        pytest.param(
            "POST",
            {"params": {"v": "5.199"}, "files": {"access_token": (None, ANNA)}},
            id="query and multipart merged",
        ),
        pytest.param(
            "POST",
            {"data": {"v": "5.199"}, "headers": {"Authorization": f"Bearer {ANNA}"}},
            id="token in the header",
        ),
    ],
)
async def test_parameters_come_any_way(
    client: httpx.AsyncClient, verb: str, request_: dict[str, Any]
) -> None:
    answer = await client.request(verb, "/method/users.get", **request_)
    assert answer.json()["response"][0]["first_name"] == "Анна"


@pytest.mark.parametrize(
    ("verb", "method", "request_", "code"),
    [
        pytest.param("GET", "market.fly", {"params": PLAIN}, 3, id="unknown method"),
        pytest.param("GET", "Users.get", {"params": PLAIN}, 3, id="method in the wrong case"),
        pytest.param("GET", "users.get", {"params": {"access_token": ANNA}}, 8, id="no version"),
        pytest.param("GET", "users.get", {"params": {"v": "5.199"}}, 5, id="no token"),
        pytest.param(
            "GET", "users.get", {"params": PLAIN | {"access_token": "x"}}, 5, id="wrong token"
        ),
        pytest.param("POST", "users.get", {"json": PLAIN}, 8, id="JSON body"),
        pytest.param("PUT", "users.get", {"params": PLAIN}, 9999, id="wrong verb"),
        pytest.param(
            "GET",
            "market.get",
            {"params": PLAIN | {"access_token": COMMUNITY}},
            27,
            id="community token",
        ),
        pytest.param("GET", "groups.getTokenPermissions", {"params": PLAIN}, 27, id="user token"),
        pytest.param(
            "GET",
            "photos.getMarketUploadServer",
            {"params": PLAIN | {"group_id": "101"}},
            3,
            id="removed",
        ),
    ],
)
async def test_errors_come_with_http_200(
    client: httpx.AsyncClient, verb: str, method: str, request_: dict[str, Any], code: int
) -> None:
    answer = await client.request(verb, f"/method/{method}", **request_)
    assert answer.status_code == 200
    assert answer.json()["error"]["error_code"] == code


async def test_an_error_echoes_the_call_without_the_token(api: Api) -> None:
    answer = await api("market.getById", extended=1)
    echoed = {entry["key"]: entry["value"] for entry in answer["error"]["request_params"]}
    assert echoed == {"method": "market.getById", "oauth": "1", "v": "5.199", "extended": "1"}
    assert ANNA not in str(answer)


@pytest.mark.parametrize("code", [5, 1117])
async def test_an_expired_token_is_told_in_two_ways(api: Api, vk: VkWorld, code: Any) -> None:
    vk.state.tokens[ANNA].expired = True
    vk.knobs.expired_token_code = code
    answer = await api("users.get")
    assert answer["error"]["error_code"] == code
    assert "expired" in answer["error"]["error_msg"]


async def test_a_token_without_the_right_is_refused(api: Api, vk: VkWorld) -> None:
    vk.add_user("poor", 501, scopes=["photos"])
    answer = await api.by("poor")("market.getCategories")
    assert (answer["error"]["error_code"], answer["error"]["error_subcode"]) == (15, 1133)


async def test_haste_is_refused_and_counted(api: Api, vk: VkWorld) -> None:
    vk.knobs.requests_per_second = 3
    for _ in range(3):
        await api.ok("users.get")
    assert await api.code("users.get") == 6
    assert (vk.requests, vk.calls["users.get"], vk.gate.errors[6]) == (4, 3, 1)


async def test_calls_and_writes_are_counted(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    await api.ok("market.get", owner_id=-SHOP_ID)
    await api.ok(
        "execute", code=f"return API.market.delete({{owner_id: -101, item_id: {item_id}}});"
    )
    assert vk.calls == {"market.add": 1, "market.get": 1, "execute": 1, "market.delete": 1}
    assert (vk.requests, vk.writes) == (3, 2)


async def test_addresses_follow_the_mount(vk: VkWorld) -> None:
    app = Starlette(routes=[Mount("/deep/vk", vk_app(vk))])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test:81") as client:
        answer = await client.get(
            "/deep/vk/method/market.getProductPhotoUploadServer",
            params=PLAIN | {"group_id": SHOP_ID},
        )
    url = answer.json()["response"]["upload_url"]
    assert url.startswith("http://shop.test:81/deep/vk/upload/photo/v2?token=")


async def test_an_unknown_picture_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/picture/none.jpg")).status_code == 404
