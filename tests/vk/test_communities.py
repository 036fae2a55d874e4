"""The communities of whoever signed in: those they administrate, with or without goods."""

import pytest
import respx

from evosync.errors import NeedsPerson, TryLater
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.account import Community, communities
from tests.vk.stand import ANNA_ID, COMMUNITY_ID, Stand, answer, form_of, refusal


async def test_a_person_is_shown_what_they_administrate_and_nothing_else(
    shop: Stand, world: VkWorld
) -> None:
    world.add_community(302, "Чужая кофейная", [ANNA_ID + 1])
    world.add_community(303, "Чайный клуб", [ANNA_ID]).market_enabled = False
    found = {each.community_id: each for each in await communities(shop.api)}
    assert found.keys() == {COMMUNITY_ID, 303}
    assert (found[303].name, found[303].has_market) == ("Чайный клуб", False)
    assert found[COMMUNITY_ID].has_market


async def test_who_administrates_nothing_is_shown_nothing(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer({"count": 0, "items": []})]
    assert await communities(odd.api) == []


async def test_administrators_are_asked_about_with_their_markets(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer({"items": []})]
    await communities(odd.api)
    form = form_of(vk.calls.last.request)
    asked = {name: form[name] for name in ("filter", "extended", "fields", "count")}
    assert asked == {"filter": "admin", "extended": "1", "fields": "market", "count": "1000"}


@pytest.mark.parametrize(
    ("told", "has_market"),
    [
        ({}, None),
        ({"market": {}}, None),
        ({"market": {"enabled": 1}}, True),
        ({"market": {"enabled": True}}, True),
        ({"market": {"enabled": 0}}, False),
    ],
    ids=repr,
)
async def test_what_vk_does_not_tell_of_a_market_is_not_known(
    odd: Stand, vk: respx.Route, told: dict[str, object], has_market: bool | None
) -> None:
    vk.side_effect = [
        answer({"items": [{"id": 5, "name": "Чайная", "screen_name": "tea", **told}]})
    ]
    assert await communities(odd.api) == [
        Community(community_id=5, name="Чайная", short_name="tea", has_market=has_market)
    ]


@pytest.mark.parametrize("told", [[], {}, {"items": [5]}, {"items": [{"name": "x"}]}], ids=repr)
async def test_an_odd_answer_is_asked_for_later(odd: Stand, vk: respx.Route, told: object) -> None:
    vk.side_effect = [answer(told)]
    with pytest.raises(TryLater):
        await communities(odd.api)


async def test_a_key_without_the_right_to_groups_is_told(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(7)]
    with pytest.raises(NeedsPerson):
        await communities(odd.api)
