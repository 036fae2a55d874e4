"""The check of a connection: whose token, which community, is its market open."""

import pytest
import respx

from evosync.errors import NeedsPerson, TryLater
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.account import Community, VkPerson, check_market, community, whoami
from tests.vk.stand import ANNA_ID, COMMUNITY_ID, Stand, answer, refusal


async def test_the_token_is_annas(shop: Stand) -> None:
    assert await whoami(shop.api) == VkPerson(
        user_id=ANNA_ID, first_name="Анна", last_name="Чайникова"
    )


async def test_a_communitys_own_token_is_nobodys(shop: Stand, world: VkWorld) -> None:
    world.add_community_token("of-the-community", COMMUNITY_ID)
    shop.keeper.current = "of-the-community"
    with pytest.raises(NeedsPerson):
        await whoami(shop.api)


async def test_the_community_has_a_name(shop: Stand) -> None:
    found = await community(shop.api, COMMUNITY_ID)
    assert (found.community_id, found.name) == (COMMUNITY_ID, "Чайная")


async def test_a_community_of_somebody_else_needs_the_person(shop: Stand, world: VkWorld) -> None:
    world.add_community(302, "Кофейная", [ANNA_ID + 1])
    with pytest.raises(NeedsPerson) as raised:
        await community(shop.api, 302)
    assert raised.value.code == "vk_no_role"
    assert raised.value.message == "У вас нет прав на товары сообщества «Кофейная»."


@pytest.mark.parametrize("told", [{}, {"is_admin": None}, {"is_admin": True}], ids=repr)
async def test_a_community_passes_unless_vk_objects(
    odd: Stand, vk: respx.Route, told: dict[str, object]
) -> None:
    vk.side_effect = [answer({"groups": [{"id": 5, "name": "Чайная", **told}]})]
    assert await community(odd.api, 5) == Community(community_id=5, name="Чайная")


async def test_an_unknown_community_needs_the_person(shop: Stand) -> None:
    with pytest.raises(NeedsPerson):
        await community(shop.api, 404)


async def test_an_odd_answer_about_a_community_is_tried_later(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer([])]
    with pytest.raises(TryLater):
        await community(odd.api, 1)


async def test_an_open_market_passes(shop: Stand) -> None:
    await check_market(shop.api, COMMUNITY_ID)
    assert shop.api.requests == 1


async def test_a_token_without_the_right_to_goods_is_told(shop: Stand, world: VkWorld) -> None:
    world.add_user("without-market", ANNA_ID, scopes=["photos"])
    shop.keeper.current = "without-market"
    with pytest.raises(NeedsPerson) as raised:
        await check_market(shop.api, COMMUNITY_ID)
    assert raised.value.code == "vk_no_right"


async def test_a_refusal_of_the_check_is_tried_later(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(100, "owner_id")]
    with pytest.raises(TryLater):
        await check_market(odd.api, 1)
