from typing import Literal

import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import ANNA, ANNA_ID, COMMUNITY, SHOP, Api


@pytest.mark.parametrize("code", [5, 1117])
async def test_an_ended_token_tells_so_in_its_own_way(
    api: Api, vk: VkWorld, code: Literal[5, 1117]
) -> None:
    vk.end_token(ANNA, code)
    error = (await api("users.get"))["error"]
    assert error["error_code"] == code
    assert "expired" in error["error_msg"]
    assert await api.by(COMMUNITY).ok("groups.getById")


async def test_a_community_token_ends_too(api: Api, vk: VkWorld) -> None:
    vk.end_token(COMMUNITY, 27)
    assert await api.by(COMMUNITY).code("groups.getById") == 27


async def test_a_new_token_takes_the_place_of_the_old_one(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    vk.rotate_token(ANNA, "next-token-of-anna")
    assert await api.code("users.get") == 5
    renewed = api.by("next-token-of-anna")
    assert (await renewed.ok("users.get"))[0]["id"] == ANNA_ID
    assert await renewed.ok("market.edit", owner_id=SHOP, item_id=item_id, price=1) == 1
    assert VkWorld.load(vk.dump()).state.tokens.keys() == vk.state.tokens.keys()
