"""The road to Evotor's own consent and back, with its state and without."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.evotor.oauth import EvotorOAuth
from evosync.sandbox.shop import SHOP_USER_ID
from evosync.sandbox.sign_in import SignInFault
from evosync.sandbox.world import EVOTOR_OAUTH_CLIENT_ID, EVOTOR_OAUTH_CLIENT_SECRET
from evosync.web.departures import LIFETIME
from evosync.web.state import AppState
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at
from tests.web.people import add_person
from tests.web.roads import back_from, come_back, depart_to

ELSEWHERE = "Вход начат давно или в другом браузере. Начните его ещё раз."
COOKIE = "evosync_to_evotor"


@pytest.fixture
def configured() -> dict[str, Any]:
    return {
        "evotor_oauth_client_id": EVOTOR_OAUTH_CLIENT_ID,
        "evotor_oauth_client_secret": EVOTOR_OAUTH_CLIENT_SECRET,
    }


@pytest.fixture
def oauth(ends: Ends) -> EvotorOAuth:
    """Give a consent where everybody says yes."""
    ends.outside.world.evotor_oauth.knobs.consent = "grant"
    return ends.outside.world.evotor_oauth


async def sign_in(ends: Ends, client: httpx.AsyncClient) -> httpx.Response:
    """Go the whole road, and give our answer at its end."""
    there = await depart_to(client, "evotor")
    return await come_back(client, await back_from(ends.outside, there))


async def test_the_way_there_carries_what_evotor_asks_for(ends: Ends) -> None:
    async with ends.browser() as client:
        there = urlsplit(await depart_to(client, "evotor"))
    query = {name: value for name, [value] in parse_qs(there.query).items()}
    assert there.path == "/evotor-oauth/oauth/authorize"
    assert query.pop("state")
    assert query == {
        "client_id": EVOTOR_OAUTH_CLIENT_ID,
        "response_type": "code",
        "redirect_uri": "http://evosync.test/evotor/callback",
    }


@pytest.mark.parametrize("returns_state", [True, False])
async def test_who_says_yes_has_a_till(
    ends: Ends, oauth: EvotorOAuth, clock: HandClock, *, returns_state: bool
) -> None:
    oauth.knobs.returns_state = returns_state
    async with ends.browser() as client:
        answer = await sign_in(ends, client)
        assert answer.headers["location"] == "/connections"
        page = await page_at(client, "/connections")
        assert "Эвотор подключён." in page.text
        assert "Магазин «Чайная на Лесной»" in page.text
    standing = await ends.standing_evotor()
    assert (standing.evotor_user_id, standing.health.is_online) == (SHOP_USER_ID, True)
    assert standing.expires_at == clock() + timedelta(days=7)
    open_ = ends.state.opened.vault.open
    tokens = oauth.cloud.state.users[SHOP_USER_ID].tokens_until
    assert open_(standing.sealed_token) in tokens
    assert open_(standing.sealed_refresh_token or "") in oauth.cloud.state.oauth.grants
    [act] = await ends.acts()
    assert act.detail == {"service": "evotor", "name": "Чайная на Лесной"}
    assert ends.person.id in ends.state.mirroring._tasks


async def test_who_says_no_is_told_so(ends: Ends, oauth: EvotorOAuth) -> None:
    oauth.knobs.consent = "refuse"
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/evotor"
        assert "Эвотор не дал доступа." in (await page_at(client, "/evotor")).text
    assert await ends.evotor() is None


async def test_a_wrong_state_is_not_believed(ends: Ends, oauth: EvotorOAuth) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "evotor"))
        await is_sent_away(ends, client, back.replace("state=", "state=x"))


async def test_a_state_that_is_empty_is_a_wrong_one(ends: Ends, oauth: EvotorOAuth) -> None:
    oauth.knobs.returns_state = False
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "evotor"))
        await is_sent_away(ends, client, f"{back}&state=")


@pytest.mark.parametrize("returns_state", [True, False])
async def test_nobody_comes_back_in_another_browser(
    ends: Ends, oauth: EvotorOAuth, *, returns_state: bool
) -> None:
    oauth.knobs.returns_state = returns_state
    async with ends.browser() as client, ends.browser() as other:
        back = await back_from(ends.outside, await depart_to(client, "evotor"))
        await is_sent_away(ends, other, back)


async def test_another_person_does_not_come_back(
    ends: Ends, oauth: EvotorOAuth, app: Starlette, state: AppState
) -> None:
    oauth.knobs.returns_state = False
    boris = ends.of(await add_person(state, "boris@coffee.example"))
    async with ends.browser() as annas, boris.browser() as client:
        back = await back_from(ends.outside, await depart_to(annas, "evotor"))
        client.cookies.set(COOKIE, annas.cookies[COOKIE])
        await is_sent_away(boris, client, back)


@pytest.mark.parametrize("sender", ["cross-site", "same-site", ""])
async def test_whom_another_site_sent_on_the_way_does_not_come_back_without_a_state(
    sender: str, ends: Ends, oauth: EvotorOAuth
) -> None:
    """Else that site could send the browser here with a code of its own, and a till of its own."""
    oauth.knobs.returns_state = False
    async with ends.browser() as client:
        answer = await client.get("/evotor/connect", headers={"Sec-Fetch-Site": sender})
        back = await back_from(ends.outside, answer.headers["location"])
        await is_sent_away(ends, client, back)


async def test_a_departure_to_vk_is_none_to_evotor(ends: Ends, oauth: EvotorOAuth) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "evotor"))
        client.cookies.set("evosync_to_vk", client.cookies[COOKIE])
        client.cookies.delete(COOKIE)
        await is_sent_away(ends, client, back)


async def test_who_comes_back_too_late_or_twice_begins_anew(
    ends: Ends, oauth: EvotorOAuth, clock: HandClock
) -> None:
    async with ends.browser() as client:
        back = await back_from(ends.outside, await depart_to(client, "evotor"))
        clock.at += LIFETIME + timedelta(seconds=1)
        await is_sent_away(ends, client, back)
        clock.at -= LIFETIME
        answer = await come_back(client, back)
        assert answer.headers["location"] == "/connections"
        again = await come_back(client, back)
        assert again.headers["location"] == "/evotor"
    assert ends.outside.world.evotor_oauth.counters["exchanges"] == 1


@pytest.mark.parametrize("code", ["", "code=", "code=unknown", "code=" + "a" * 5000])
async def test_a_code_that_is_none_is_told(code: str, ends: Ends, oauth: EvotorOAuth) -> None:
    oauth.knobs.returns_state = False
    async with ends.browser() as client:
        await depart_to(client, "evotor")
        answer = await come_back(client, f"/evotor/callback?{code}")
        assert answer.headers["location"] == "/evotor"
        told = (await page_at(client, "/evotor")).text
    assert "Эвотор не дал доступа." in told or "Эвотор не принял вход." in told
    assert await ends.evotor() is None


async def test_a_silent_consent_is_told(ends: Ends, oauth: EvotorOAuth) -> None:
    oauth.faults.add(SignInFault(status=502, html=True))
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/evotor"
        told = (await page_at(client, "/evotor")).text
    assert "Эвотор не ответил. Попробуйте через минуту." in told


async def test_a_till_that_may_not_be_read_is_not_saved(ends: Ends, oauth: EvotorOAuth) -> None:
    ends.outside.world.evotor.faults.add(EvotorFault(status=403, times=None))
    async with ends.browser() as client:
        assert (await sign_in(ends, client)).headers["location"] == "/evotor"
        assert "нет права читать магазины" in (await page_at(client, "/evotor")).text
    assert await ends.evotor() is None


async def test_the_page_offers_the_sign_in_first(ends: Ends) -> None:
    async with ends.browser() as client:
        page = await page_at(client, "/evotor")
    assert page.links["Подключить через Эвотор"] == "/evotor/connect"
    assert "Или вставьте ключ сами" in page.text


async def is_sent_away(ends: Ends, client: httpx.AsyncClient, back: str) -> None:
    """Hold that whoever comes back so is told to begin anew, and Evotor is asked for nothing."""
    answer = await come_back(client, back)
    assert answer.headers["location"] == "/evotor"
    assert ELSEWHERE in (await page_at(client, "/evotor")).text
    assert ends.outside.world.evotor_oauth.counters["exchanges"] == 0
    assert await ends.evotor() is None
