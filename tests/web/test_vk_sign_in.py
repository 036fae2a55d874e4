"""The road to VK ID and back: whoever set out comes back, and nobody else does."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from evosync.sandbox.sign_in import SignInFault
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.vkid.world import VkId
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    COMMUNITY_ID,
    FOREIGN_COMMUNITY_ID,
    FOREIGN_USER_ID,
    VK_CLIENT_ID,
    VK_TOKEN,
    VK_USER_ID,
)
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at
from tests.web.roads import back_from, come_back, depart_to

COOKIE = "evosync_to_vk"


@pytest.fixture
def configured() -> dict[str, Any]:
    return {"vk_client_id": VK_CLIENT_ID}


@pytest.fixture
def vkid(ends: Ends) -> VkId:
    """Give a VK ID where everybody says yes."""
    ends.outside.world.vkid.knobs.consent = "grant"
    return ends.outside.world.vkid


async def sign_in(ends: Ends, client: httpx.AsyncClient) -> httpx.Response:
    """Go the whole road, and give our answer at its end."""
    return await come_back(client, await back_from(ends.outside, await depart_to(client, "vk")))


async def test_the_way_there_carries_all_that_vk_id_asks_for(ends: Ends) -> None:
    async with ends.browser() as client:
        answer = await client.get("/vk/connect")
    assert answer.status_code == 303
    there = urlsplit(answer.headers["location"])
    query = {name: value for name, [value] in parse_qs(there.query).items()}
    assert (there.netloc, there.path) == ("sandbox.test", "/vkid/authorize")
    assert query["redirect_uri"] == "http://evosync.test/vk/callback"
    assert (query["client_id"], query["response_type"]) == (VK_CLIENT_ID, "code")
    assert query["scope"] == "market photos groups"
    assert query["code_challenge_method"].upper() == "S256"
    [cookie] = answer.headers.get_list("set-cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=1200"} <= set(attributes)
    # Neither half of the secret can be read in the browser.
    assert query["state"] not in cookie


async def test_each_departure_is_another(ends: Ends) -> None:
    async with ends.browser() as client:
        ways = [parse_qs(urlsplit(await depart_to(client, "vk")).query) for _ in range(3)]
    assert len({way["state"][0] for way in ways}) == 3
    assert len({way["code_challenge"][0] for way in ways}) == 3


async def test_who_says_yes_is_signed_in_and_chooses_a_community(
    ends: Ends, vkid: VkId, clock: HandClock
) -> None:
    async with ends.browser() as client:
        answer = await sign_in(ends, client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/vk/community")
        page = await page_at(client, "/vk/community")
        assert page.choices["community"] == [str(COMMUNITY_ID), str(CLOSED_COMMUNITY_ID)]
        assert "Вы вошли как Анна Чайкина." in page.text
        assert "раздел «Товары» выключен" in page.text
        chosen = await client.post("/vk/community", data={"community": str(COMMUNITY_ID)})
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/connections")
        assert "Сообщество подключено." in (await page_at(client, "/connections")).text
    standing = await ends.standing_vk()
    assert (standing.community_id, standing.community_name) == (COMMUNITY_ID, "Чайная")
    assert (standing.vk_user_id, standing.person) == (VK_USER_ID, "Анна Чайкина")
    assert standing.scope == "market photos groups"
    assert standing.expires_at == clock() + timedelta(hours=1)
    assert standing.device_id
    assert standing.health.is_online
    assert standing.health.rights_checked_at == clock()
    open_ = ends.state.opened.vault.open
    assert open_(standing.sealed_token).startswith("vk2.a.")
    assert open_(standing.sealed_refresh_token or "").startswith("vk2.r.")
    acts = await ends.acts()
    assert [act.detail for act in acts] == [
        {"service": "vk"},
        {"service": "vk", "name": "Чайная"},
    ]
    assert ends.person.id in ends.state.mirroring._tasks


async def test_no_token_of_a_sign_in_is_shown(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        await sign_in(ends, client)
        pages = [await client.get(f"/{path}") for path in ("vk", "vk/community", "connections")]
    assert all(page.status_code == 200 for page in pages)
    for page in pages:
        assert "vk2." not in page.text


async def test_who_says_no_is_told_so_and_may_try_again(ends: Ends) -> None:
    ends.outside.world.vkid.knobs.consent = "refuse"
    async with ends.browser() as client:
        answer = await sign_in(ends, client)
        assert answer.headers["location"] == "/vk"
        page = await page_at(client, "/vk")
    assert "VK не дал доступа. Можно попробовать ещё раз." in page.text
    assert (await ends.vk(), await ends.acts()) == (None, [])


@pytest.mark.parametrize("lacking", ["code", "device_id"])
async def test_half_of_what_vk_sends_back_is_not_enough(
    lacking: str, ends: Ends, vkid: VkId
) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        answer = await come_back(client, back.replace(f"{lacking}=", f"no-{lacking}="))
        assert answer.headers["location"] == "/vk"
        assert "VK не дал доступа." in (await page_at(client, "/vk")).text
    assert vkid.counters["exchanges"] == 0


async def test_a_code_that_is_over_is_told(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        ends.outside.world.vk.state.vkid.codes.clear()
        assert (await come_back(client, back)).headers["location"] == "/vk"
        assert "VK не принял вход. Попробуйте ещё раз." in (await page_at(client, "/vk")).text
    assert (await ends.vk(), await ends.acts()) == (None, [])


async def test_a_silent_vk_id_is_told(ends: Ends, vkid: VkId) -> None:
    vkid.faults.add(SignInFault(status=502, html=True))
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/vk"
        assert "VK ID не ответил. Попробуйте через минуту." in (await page_at(client, "/vk")).text
        # The way begins anew: what VK took of the code nobody knows.
        assert (await sign_in(ends, client)).headers["location"] == "/vk/community"


async def test_what_vk_id_gave_is_kept_though_vk_is_silent_then(ends: Ends, vkid: VkId) -> None:
    ends.outside.world.vk.faults.add(VkFault(error=29, times=None))
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/vk/community"
    standing = await ends.standing_vk()
    assert ends.state.opened.vault.open(standing.sealed_token).startswith("vk2.a.")
    assert standing.health.last_checked_at is None


async def test_who_has_a_community_keeps_it_even_while_vk_is_silent(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        await client.post("/connections/vk", data={"token": VK_TOKEN, "community": COMMUNITY_ID})
        await ends.settled()
        ends.outside.world.vk.faults.add(VkFault(error=29, times=None))
        assert (await sign_in(ends, client)).headers["location"] == "/connections"
    standing = await ends.standing_vk()
    assert (standing.community_id, standing.community_name) == (COMMUNITY_ID, "Чайная")
    assert standing.device_id
    assert standing.health.last_checked_at is None


async def test_another_person_keeps_nothing_while_vk_is_silent(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        await client.post("/connections/vk", data={"token": VK_TOKEN, "community": COMMUNITY_ID})
        await ends.settled()
        vkid.knobs.person_id = FOREIGN_USER_ID
        ends.outside.world.vk.faults.add(VkFault(error=29, times=None))
        assert (await sign_in(ends, client)).headers["location"] == "/vk/community"
    assert (await ends.standing_vk()).community_id is None


async def test_who_has_a_community_keeps_it(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        await client.post("/connections/vk", data={"token": VK_TOKEN, "community": COMMUNITY_ID})
        await ends.confirm()
        answer = await sign_in(ends, client)
        assert answer.headers["location"] == "/connections"
        assert "ВКонтакте подключён." in (await page_at(client, "/connections")).text
    standing = await ends.standing_vk()
    assert (standing.community_id, standing.health.is_online) == (COMMUNITY_ID, True)
    assert standing.device_id
    assert await ends.is_confirmed()


async def test_another_person_at_vk_chooses_anew(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        await client.post("/connections/vk", data={"token": VK_TOKEN, "community": COMMUNITY_ID})
        vkid.knobs.person_id = FOREIGN_USER_ID
        assert (await sign_in(ends, client)).headers["location"] == "/vk/community"
        page = await page_at(client, "/vk/community")
    assert page.choices["community"] == [str(FOREIGN_COMMUNITY_ID)]
    standing = await ends.standing_vk()
    assert (standing.community_id, standing.vk_user_id) == (None, FOREIGN_USER_ID)


async def test_a_right_that_vk_withholds_waits_with_the_letter(ends: Ends, vkid: VkId) -> None:
    vkid.knobs.withheld_scopes = ("market",)
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/vk/community"
        chosen = await client.post("/vk/community", data={"community": str(COMMUNITY_ID)})
        assert chosen.headers["location"] == "/vk"
        page = await page_at(client, "/vk")
    assert "Ждём разрешения VK" in page.text
    assert "право market" in page.text
    assert VK_CLIENT_ID in page.links["Написать в VK"]
    standing = await ends.standing_vk()
    assert (standing.scope, standing.health.last_error_code) == ("photos groups", "vk_no_right")


async def test_the_page_offers_the_sign_in(ends: Ends) -> None:
    async with ends.browser() as client:
        page = await page_at(client, "/vk")
    assert page.links["Войти в VK"] == "/vk/connect"
