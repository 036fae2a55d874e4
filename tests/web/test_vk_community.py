"""The choice of a community: one's own, nobody else's yet, and looked at as soon as it is made."""

import pytest
from starlette.applications import Starlette

from evosync.db import connections
from evosync.db.connections import VkSignIn
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    COMMUNITY_ID,
    FOREIGN_COMMUNITY_ID,
    FOREIGN_USER_ID,
    VK_TOKEN,
)
from evosync.web.state import AppState
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at, page_of
from tests.web.people import add_person


async def sign_in(ends: Ends, token: str = VK_TOKEN, **values: object) -> None:
    """Let the person be signed in at VK, with no community yet."""
    sealed = ends.state.opened.vault.seal(token)
    known: dict[str, object] = {"device_id": "d", "first_name": "Анна"}
    made = VkSignIn(user_id=ends.person.id, sealed_token=sealed, **known | values)  # type: ignore[arg-type]  # tests name the fields
    await ends.state.database.write(connections.save_vk, made, ends.state.desk.clock())


async def choose(ends: Ends, community: int | str) -> tuple[int, str, str]:
    """Send the choice; gives the answer's number, where it leads, and the sentence at the field."""
    async with ends.browser() as client:
        answer = await client.post("/vk/community", data={"community": str(community)})
    beside = page_of(answer).beside.get("community", "")
    return answer.status_code, answer.headers.get("location", ""), beside


async def test_who_is_not_signed_in_at_vk_does_so_first(ends: Ends) -> None:
    async with ends.browser() as client:
        answer = await client.get("/vk/community")
        assert (answer.status_code, answer.headers["location"]) == (303, "/vk")
        assert "Сначала войдите в VK." in (await page_at(client, "/vk")).text
    assert await choose(ends, COMMUNITY_ID) == (303, "/vk", "")


async def test_a_community_is_chosen_and_may_be_changed(ends: Ends, clock: HandClock) -> None:
    await sign_in(ends)
    assert await choose(ends, COMMUNITY_ID) == (303, "/connections", "")
    await ends.confirm()
    async with ends.browser() as client:
        page = await page_at(client, "/vk/community")
    assert "— сейчас товары здесь" in page.text
    clock.move(minutes=1)
    pies = ends.outside.world.add_community("Пироги").community_id
    assert await choose(ends, pies) == (303, "/connections", "")
    standing = await ends.standing_vk()
    assert (standing.community_id, standing.community_name) == (pies, "Пироги")
    assert (standing.health.is_online, standing.health.rights_checked_at) == (True, clock())
    assert not await ends.is_confirmed()


async def test_choosing_the_same_community_again_asks_for_no_confirmation(ends: Ends) -> None:
    await sign_in(ends)
    await choose(ends, COMMUNITY_ID)
    await ends.confirm()
    await choose(ends, COMMUNITY_ID)
    assert await ends.is_confirmed()


@pytest.mark.parametrize(
    "community", ["", "x", "-1", "0", "1.0", "٣", "9" * 18, "1", str(FOREIGN_COMMUNITY_ID)]
)
async def test_a_community_that_is_not_the_persons_is_not_taken(community: str, ends: Ends) -> None:
    await sign_in(ends)
    status, _, beside = await choose(ends, community)
    assert status == 422
    assert beside in {"Выберите сообщество из списка.", "Выберите сообщество."}
    assert (await ends.standing_vk()).community_id is None
    assert await ends.acts() == []


async def test_a_community_of_another_account_is_shown_and_not_taken(
    app: Starlette, state: AppState, ends: Ends
) -> None:
    boris = ends.of(await add_person(state, "boris@coffee.example"))
    await sign_in(boris)
    await sign_in(ends)
    assert await choose(boris, COMMUNITY_ID) == (303, "/connections", "")
    async with ends.browser() as client:
        answer = await client.get("/vk/community")
    assert ", уже подключено к другой учётной записи" in page_of(answer).text
    status, _, beside = await choose(ends, COMMUNITY_ID)
    assert status == 422
    assert beside == "Это сообщество VK уже подключено к другой учётной записи."
    assert (await ends.standing_vk()).community_id is None


async def test_a_community_whose_market_is_off_waits_on_its_page(ends: Ends) -> None:
    await sign_in(ends)
    assert await choose(ends, CLOSED_COMMUNITY_ID) == (303, "/vk", "")
    standing = await ends.standing_vk()
    assert standing.community_id == CLOSED_COMMUNITY_ID
    assert standing.health.last_error_code == "vk_market_off"
    assert await ends.alerts() == {}


async def test_who_administrates_nothing_is_told_what_to_do(ends: Ends) -> None:
    world = ends.outside.world
    world.vk.add_user("vk1.a.boris", FOREIGN_USER_ID)
    world.vk.state.communities[FOREIGN_COMMUNITY_ID].admin_ids.clear()
    await sign_in(ends, "vk1.a.boris")
    async with ends.browser() as client:
        page = await page_at(client, "/vk/community")
    assert "Вы не управляете ни одним сообществом" in page.text
    assert page.links["Войти ещё раз"] == "/vk/connect"


async def test_a_sign_in_that_died_is_told(ends: Ends) -> None:
    await sign_in(ends)
    ends.outside.world.vk.end_token(VK_TOKEN, 5)
    async with ends.browser() as client:
        for method in ("GET", "POST"):
            form = {"community": str(COMMUNITY_ID)}
            answer = await client.request(method, "/vk/community", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/vk")
            assert "ключ доступа больше не действует" in (await page_at(client, "/vk")).text


async def test_vk_that_asks_for_rest_is_told(ends: Ends) -> None:
    await sign_in(ends)
    ends.outside.world.vk.faults.add(VkFault(error=29, times=None))
    async with ends.browser() as client:
        answer = await client.get("/vk/community")
        assert answer.headers["location"] == "/vk"
        assert "VK просит подождать." in (await page_at(client, "/vk")).text
    status, _, _ = await choose(ends, COMMUNITY_ID)
    assert status == 303
    assert (await ends.standing_vk()).community_id is None


async def test_a_name_of_a_community_is_shown_as_a_text(ends: Ends) -> None:
    await sign_in(ends)
    name = "<script>alert(1)</script>"
    ends.outside.world.vk.state.communities[COMMUNITY_ID].name = name
    await choose(ends, COMMUNITY_ID)
    async with ends.browser() as client:
        for path in ("/vk/community", "/connections", "/vk", "/profile"):
            answer = await client.get(path)
            assert name not in answer.text, path
            assert "alert(1)" in answer.text, path
