"""Whoever set out to VK ID comes back, once, in time and in the same browser; nobody else does."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from evosync.sandbox.vkid.world import VkId
from evosync.sandbox.world import VK_CLIENT_ID
from evosync.web.departures import LIFETIME
from evosync.web.state import AppState
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at
from tests.web.people import add_person
from tests.web.roads import back_from, come_back, depart_to

ELSEWHERE = "Вход начат давно или в другом браузере. Начните его ещё раз."
COOKIE = "evosync_to_vk"


@pytest.fixture
def configured() -> dict[str, Any]:
    return {"vk_client_id": VK_CLIENT_ID}


@pytest.fixture
def vkid(ends: Ends) -> VkId:
    """Give a VK ID where everybody says yes."""
    ends.outside.world.vkid.knobs.consent = "grant"
    return ends.outside.world.vkid


async def test_nobody_comes_back_without_having_set_out(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        client.cookies.delete(COOKIE)
        await is_sent_away(ends, client, back)


@pytest.mark.parametrize(
    "written",
    ["state=", "state=x", "", "state=%ED%A0%80", "state=" + "a" * 5000],
    ids=["nothing", "another", "none", "half a character", "too long"],
)
async def test_a_wrong_state_is_not_believed(written: str, ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        path, _, query = back.partition("?")
        kept = [each for each in query.split("&") if not each.startswith("state=")]
        await is_sent_away(ends, client, f"{path}?{'&'.join([*kept, written])}")


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "gAAAAAB" + "a" * 100, "a" * 3000],
    ids=["nothing", "a letter", "like a seal", "too long"],
)
async def test_a_departure_that_we_did_not_seal_is_not_believed(
    cookie: str, ends: Ends, vkid: VkId
) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        client.cookies.delete(COOKIE)
        client.cookies.set(COOKIE, cookie)
        await is_sent_away(ends, client, back)


async def test_what_is_sealed_for_something_else_is_no_departure(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        client.cookies.delete(COOKIE)
        client.cookies.set(COOKIE, ends.state.desk.vault.seal("a token"))
        await is_sent_away(ends, client, back)


async def test_another_person_in_the_same_browser_does_not_come_back(
    ends: Ends, vkid: VkId, app: Starlette, state: AppState
) -> None:
    boris = ends.of(await add_person(state, "boris@coffee.example"))
    async with ends.browser() as annas, boris.browser() as client:
        back = await back_from(ends.outside, await depart_to(annas, "vk"))
        client.cookies.set(COOKIE, annas.cookies[COOKIE])
        await is_sent_away(boris, client, back)
    assert await ends.vk() is None


async def test_another_browser_of_the_same_person_does_not_come_back(
    ends: Ends, vkid: VkId
) -> None:
    async with ends.browser() as client, ends.browser() as other:
        await is_sent_away(
            ends, other, await back_from(ends.outside, await depart_to(client, "vk"))
        )


async def test_who_comes_back_too_late_begins_anew(
    ends: Ends, vkid: VkId, clock: HandClock
) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        clock.at += LIFETIME + timedelta(seconds=1)
        await is_sent_away(ends, client, back)


async def test_one_comes_back_once(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "vk"))
        assert (await come_back(client, back)).headers["location"] == "/vk/community"
        assert COOKIE not in client.cookies
        standing = await ends.standing_vk()
        assert (await come_back(client, back)).headers["location"] == "/vk"
        assert ELSEWHERE in (await page_at(client, "/vk")).text
    assert await ends.standing_vk() == standing
    assert vkid.counters["exchanges"] == 1


async def test_only_the_last_departure_leads_back(ends: Ends, vkid: VkId) -> None:
    async with ends.browser() as client:
        first = await back_from(ends.outside, await depart_to(client, "vk"))
        second = await back_from(ends.outside, await depart_to(client, "vk"))
        await is_sent_away(ends, client, first)
        # Another tab's way back stays open.
        answer = await come_back(client, second)
        assert answer.headers["location"] == "/vk/community"


async def is_sent_away(ends: Ends, client: httpx.AsyncClient, back: str) -> None:
    """Hold that whoever comes back so is told to begin anew, and VK is asked for nothing."""
    before = ends.outside.world.vkid.counters["exchanges"]
    answer = await come_back(client, back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/vk")
    assert ELSEWHERE in (await page_at(client, "/vk")).text
    assert ends.outside.world.vkid.counters["exchanges"] == before
    assert await ends.vk() is None
