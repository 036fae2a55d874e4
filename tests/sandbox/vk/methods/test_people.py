import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import ANNA_ID, BORIS, BORIS_ID, COMMUNITY, OTHER_SHOP_ID, SHOP_ID, Api


@pytest.mark.parametrize(
    ("params", "names"),
    [
        pytest.param({}, ["Анна"], id="the token's person"),
        pytest.param({"user_ids": BORIS_ID}, ["Борис"], id="another one"),
        pytest.param({"user_ids": f"id{ANNA_ID},{BORIS_ID},9"}, ["Анна", "Борис"], id="several"),
        pytest.param({"user_ids": "durov"}, [], id="unknown"),
    ],
)
async def test_people_are_found(api: Api, params: dict[str, object], names: list[str]) -> None:
    assert [person["first_name"] for person in await api.ok("users.get", **params)] == names


async def test_a_community_token_is_nobody(api: Api) -> None:
    assert await api.by(COMMUNITY).ok("users.get") == []


async def test_administrated_communities_are_listed(api: Api, vk: VkWorld) -> None:
    vk.add_community(103, "Сладости", [ANNA_ID])
    assert await api.ok("groups.get", filter="admin") == {"count": 2, "items": [SHOP_ID, 103]}
    extended = await api.ok("groups.get", filter="admin", extended=1, count=1, offset=1)
    assert [group["name"] for group in extended["items"]] == ["Сладости"]
    assert (await api.by(BORIS).ok("groups.get", filter="admin"))["items"] == [OTHER_SHOP_ID]
    assert await api.code("groups.get", user_id=BORIS_ID) == 15


@pytest.mark.parametrize(
    ("params", "names"),
    [
        pytest.param({"group_id": SHOP_ID}, ["Чайная"], id="one"),
        pytest.param({"group_id": f"club{SHOP_ID}"}, ["Чайная"], id="screen name"),
        pytest.param(
            {"group_ids": f"{OTHER_SHOP_ID},{SHOP_ID},9"}, ["Кофейня", "Чайная"], id="several"
        ),
    ],
)
async def test_communities_are_found(api: Api, params: dict[str, object], names: list[str]) -> None:
    answer = await api.ok("groups.getById", **params)
    assert [group["name"] for group in answer["groups"]] == names
    assert answer["profiles"] == []


async def test_a_community_tells_my_role_and_its_market(api: Api, vk: VkWorld) -> None:
    vk.state.communities[OTHER_SHOP_ID].market_enabled = False
    ids = f"{SHOP_ID},{OTHER_SHOP_ID}"
    answer = await api.ok("groups.getById", group_ids=ids, fields="market,city")
    mine, other = answer["groups"]
    assert (mine["is_admin"], mine["admin_level"], mine["market"]) == (1, 3, {"enabled": 1})
    assert (other["is_admin"], other["market"]) == (0, {"enabled": 0})
    assert "admin_level" not in other


async def test_a_community_token_asks_about_itself(api: Api) -> None:
    answer = await api.by(COMMUNITY).ok("groups.getById")
    assert answer["groups"][0]["id"] == SHOP_ID
    assert await api.code("groups.getById") == 100
    assert (await api.by(COMMUNITY).ok("groups.getTokenPermissions"))["mask"] == 1 << 18
