"""Keys that are typed in and work: what is saved of them, and what it changes."""

import pytest

from evosync.db.services import Service
from evosync.sandbox.evotor.state import UserState
from evosync.sandbox.shop import LESNAYA_ID, SHOP_TOKEN, SHOP_USER_ID
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    COMMUNITY_ID,
    VK_TOKEN,
    VK_USER_ID,
)
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at

EVOTOR, VK = "/connections/evotor", "/connections/vk"
COMMUNITY = str(COMMUNITY_ID)
SHOP_NAME = "Чайная на Лесной"
OTHER_TOKEN = "0f0f0f0f-another-shop"


async def test_a_key_to_the_till_that_works_is_saved_and_looked_at(
    ends: Ends, clock: HandClock
) -> None:
    async with ends.browser() as client:
        answer = await client.post(EVOTOR, data={"token": f"  {SHOP_TOKEN}\n"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/connections")
        page = await page_at(client, "/connections")
    assert "Эвотор подключён." in page.text
    assert f"Магазин «{SHOP_NAME}»" in page.text
    assert "В порядке" in page.text
    standing = await ends.standing_evotor()
    assert ends.state.opened.vault.open(standing.sealed_token) == SHOP_TOKEN
    assert (standing.store_id, standing.store_name) == (LESNAYA_ID, SHOP_NAME)
    assert (standing.evotor_user_id, standing.expires_at) == (SHOP_USER_ID, None)
    assert (standing.health.is_online, standing.health.last_checked_at) == (True, clock())
    [act] = await ends.acts()
    assert (act.action, act.actor) == ("connection.saved", ends.person.email)
    assert act.detail == {"service": "evotor", "name": SHOP_NAME}


async def test_a_key_to_vk_that_works_is_saved_with_whose_it_is(
    ends: Ends, clock: HandClock
) -> None:
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": VK_TOKEN, "community": COMMUNITY})
        assert (answer.status_code, answer.headers["location"]) == (303, "/connections")
        page = await page_at(client, "/connections")
    assert "ВКонтакте подключён." in page.text
    assert "Анна Чайкина, сообщество «Чайная»" in page.text
    standing = await ends.standing_vk()
    assert ends.state.opened.vault.open(standing.sealed_token) == VK_TOKEN
    assert (standing.community_id, standing.vk_user_id) == (COMMUNITY_ID, VK_USER_ID)
    assert (standing.sealed_refresh_token, standing.device_id) == (None, None)
    assert standing.health.is_online
    assert standing.health.last_checked_at == standing.health.rights_checked_at == clock()
    [act] = await ends.acts()
    assert act.detail == {"service": "vk", "name": "Чайная"}


async def test_what_has_just_been_connected_is_read(ends: Ends) -> None:
    async with ends.browser() as client:
        await client.post(EVOTOR, data={"token": SHOP_TOKEN})
    assert ends.person.id in ends.state.mirroring._tasks


@pytest.mark.parametrize("service", Service)
async def test_a_key_is_never_shown_again(service: Service, ends: Ends) -> None:
    key = {Service.EVOTOR: SHOP_TOKEN, Service.VK: VK_TOKEN}[service]
    form = {"token": key, "community": COMMUNITY}
    async with ends.browser() as client:
        wrong = await client.post(f"/connections/{service}", data=form | {"token": f"{key}x"})
        trial = await client.post(f"/connections/{service}/test", data=form)
        assert (await client.post(f"/connections/{service}", data=form)).status_code == 303
        pages = [await client.get(path) for path in (f"/{service}", "/connections", "/profile")]
    assert wrong.status_code == 422
    for answer in (wrong, trial, *pages):
        assert key not in answer.text


@pytest.mark.parametrize(
    "written",
    [
        COMMUNITY,
        f"-{COMMUNITY}",
        f"club{COMMUNITY}",
        f"public{COMMUNITY}",
        f"vk.com/club{COMMUNITY}",
        f"https://vk.ru/club{COMMUNITY}?from=groups",
        f"https://m.vk.com/public{COMMUNITY}/",
        "tea_shop",
        "@tea_shop",
        "vk.com/tea_shop",
        "https://vk.com/tea_shop?w=wall-1_1",
    ],
)
async def test_a_community_may_be_written_in_many_ways(written: str, ends: Ends) -> None:
    ends.outside.world.vk.state.communities[COMMUNITY_ID].short_name = "tea_shop"
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": VK_TOKEN, "community": written})
    assert answer.status_code == 303
    assert (await ends.standing_vk()).community_id == COMMUNITY_ID


@pytest.mark.parametrize(
    "written",
    [
        f"https://oauth.vk.com/blank.html#access_token={VK_TOKEN}&expires_in=0&user_id=700777",
        f"https://api.vk.com/blank.html?user_id=1&access_token={VK_TOKEN}",
        f"access_token={VK_TOKEN}&expires_in=0",
    ],
)
async def test_a_key_is_found_in_the_address_that_shows_it(written: str, ends: Ends) -> None:
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": written, "community": COMMUNITY})
    assert answer.status_code == 303
    standing = await ends.standing_vk()
    assert ends.state.opened.vault.open(standing.sealed_token) == VK_TOKEN


async def test_a_key_without_the_right_to_goods_is_saved_and_waits(ends: Ends) -> None:
    ends.outside.world.vk.add_user("vk1.a.no-goods", VK_USER_ID, scopes=["photos", "groups"])
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": "vk1.a.no-goods", "community": COMMUNITY})
        assert (answer.status_code, answer.headers["location"]) == (303, "/vk")
        page = await page_at(client, "/vk")
    assert "Ждём разрешения VK" in page.text
    assert f"vk.com/club{COMMUNITY}" in page.text
    assert page.links["Написать в VK"].startswith("mailto:devsupport@corp.vk.com?subject=")
    standing = await ends.standing_vk()
    assert (standing.health.is_online, standing.health.last_error_code) == (False, "vk_no_right")
    assert await ends.alerts() == {}  # its person is looking at the page


async def test_a_community_whose_market_is_off_is_saved_and_waits(ends: Ends) -> None:
    form = {"token": VK_TOKEN, "community": str(CLOSED_COMMUNITY_ID)}
    async with ends.browser() as client:
        answer = await client.post(VK, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/vk")
        assert "В сообществе выключен раздел «Товары»" in (await page_at(client, "/vk")).text
    assert (await ends.standing_vk()).health.last_error_code == "vk_market_off"


async def test_a_new_key_to_what_was_confirmed_asks_nothing_anew(ends: Ends) -> None:
    world = ends.outside.world
    vk_form = {"token": VK_TOKEN, "community": COMMUNITY}
    world.vk.add_user("vk1.a.newer", VK_USER_ID)
    world.evotor.state.users[SHOP_USER_ID].tokens.append("newer")
    async with ends.browser() as client:
        await client.post(EVOTOR, data={"token": SHOP_TOKEN})
        await client.post(VK, data=vk_form)
        await ends.confirm()
        await client.post(EVOTOR, data={"token": "newer"})
        await client.post(VK, data=vk_form | {"token": "vk1.a.newer"})
    assert await ends.is_confirmed()
    assert ends.state.opened.vault.open((await ends.standing_evotor()).sealed_token) == "newer"


@pytest.mark.parametrize("service", Service)
async def test_another_account_or_community_has_to_be_confirmed_anew(
    service: Service, ends: Ends
) -> None:
    world = ends.outside.world
    stores = world.evotor.state.users[SHOP_USER_ID].stores
    other = UserState(id="01-000000000000888", tokens=[OTHER_TOKEN], stores=dict(stores))
    world.evotor.state.users[other.id] = other
    form = {
        Service.EVOTOR: {"token": OTHER_TOKEN},
        Service.VK: {
            "token": VK_TOKEN,
            "community": str(world.add_community("Пироги").community_id),
        },
    }[service]
    async with ends.browser() as client:
        await client.post(EVOTOR, data={"token": SHOP_TOKEN})
        await client.post(VK, data={"token": VK_TOKEN, "community": COMMUNITY})
        await ends.confirm()
        assert (await client.post(f"/connections/{service}", data=form)).status_code == 303
    assert not await ends.is_confirmed()
