"""Evotor's OAuth, as a shop owner's browser and a program meet it."""

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from evosync.sandbox.evotor.oauth import EvotorOAuth
from evosync.sandbox.server import sandbox_app
from evosync.sandbox.shop import SHOP_USER_ID
from evosync.sandbox.sign_in import SignInFault
from evosync.sandbox.world import (
    EVOTOR_OAUTH_CLIENT_ID,
    EVOTOR_OAUTH_CLIENT_SECRET,
    SandboxWorld,
)
from tests.sandbox.conftest import HandClock

CALLBACK = "http://127.0.0.1:8000/evotor/callback"
STATE = "state-of-the-browser"
WEEK_S = 604_800


@pytest.fixture
def oauth(world: SandboxWorld) -> EvotorOAuth:
    world.evotor_oauth.knobs.consent = "grant"
    return world.evotor_oauth


@pytest.fixture
async def client(world: SandboxWorld, oauth: EvotorOAuth) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox_app(world)), base_url="http://127.0.0.1"
    ) as client:
        yield client


def asked(**params: str) -> dict[str, str]:
    return {
        "client_id": EVOTOR_OAUTH_CLIENT_ID,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "state": STATE,
    } | params


async def visit(client: httpx.AsyncClient, **params: str) -> httpx.Response:
    return await client.get("/evotor-oauth/oauth/authorize", params=asked(**params))


def brought(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    assert address._replace(query="").geturl() == CALLBACK
    return dict(parse_qsl(address.query))


async def ask_token(
    client: httpx.AsyncClient,
    *,
    secret: str = EVOTOR_OAUTH_CLIENT_SECRET,
    **fields: str,
) -> httpx.Response:
    known = httpx.BasicAuth(EVOTOR_OAUTH_CLIENT_ID, secret)
    return await client.post("/evotor-oauth/oauth/token", data=fields, auth=known)


async def exchange(client: httpx.AsyncClient, code: str, **fields: str) -> httpx.Response:
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return await ask_token(client, **(given | fields))


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await ask_token(client, grant_type="refresh_token", refresh_token=token)


async def sign_in(client: httpx.AsyncClient, **params: str) -> Any:
    answer = await exchange(client, brought(await visit(client, **params))["code"])
    assert answer.status_code == 200
    return answer.json()


async def status(client: httpx.AsyncClient, token: str) -> int:
    """With which status the fake cloud meets a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return (await client.get("/evotor/stores", headers=headers)).status_code


async def test_a_code_becomes_a_token_that_opens_the_cloud_for_a_week(
    client: httpx.AsyncClient, clock: HandClock
) -> None:
    back = brought(await visit(client))
    assert back.keys() == {"code", "state"}
    assert back["state"] == STATE
    tokens = (await exchange(client, back["code"])).json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", WEEK_S)
    clock.at += WEEK_S - 1
    assert await status(client, tokens["access_token"]) == 200
    clock.at += 1
    assert await status(client, tokens["access_token"]) == 401


async def test_a_code_is_good_once_and_for_ten_minutes(
    client: httpx.AsyncClient, clock: HandClock
) -> None:
    first, second = [brought(await visit(client))["code"] for _ in range(2)]
    assert (await exchange(client, first)).status_code == 200
    clock.at += 600
    for code in (first, second):
        answer = await exchange(client, code)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert brought(await visit(client))["code"]


async def test_a_code_is_bound_to_its_address(client: httpx.AsyncClient) -> None:
    code = brought(await visit(client))["code"]
    wrong = await exchange(client, code, redirect_uri=f"{CALLBACK}/")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await exchange(client, code)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param("Basic ???", id="no base64"),
        pytest.param("Basic " + base64.b64encode(b"\xff").decode(), id="no text"),
        pytest.param("Basic " + base64.b64encode(b"other:secret").decode(), id="another program"),
        pytest.param(f"Bearer {EVOTOR_OAUTH_CLIENT_SECRET}", id="another scheme"),
    ],
)
async def test_only_the_program_gets_tokens(
    client: httpx.AsyncClient, oauth: EvotorOAuth, header: str
) -> None:
    code = brought(await visit(client))["code"]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = await client.post(
        "/evotor-oauth/oauth/token", data=given, headers={"Authorization": header}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert oauth.counters["refused"] == 1


@pytest.mark.parametrize("rotates", [True, False], ids=["rotating", "staying"])
async def test_a_refresh_gives_a_new_access_token(
    client: httpx.AsyncClient, oauth: EvotorOAuth, rotates: bool
) -> None:
    oauth.knobs.rotates_refresh = rotates
    first = await sign_in(client, scope="store:read product:write")
    second = (await refresh(client, first["refresh_token"])).json()
    assert second["access_token"] != first["access_token"]
    assert (second["refresh_token"] != first["refresh_token"]) is rotates
    assert second["scope"] == "store:read product:write"
    assert [await status(client, each["access_token"]) for each in (first, second)] == [200, 200]
    again = await refresh(client, first["refresh_token"])
    assert again.status_code == (400 if rotates else 200)
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_an_unknown_grant_is_an_error(client: httpx.AsyncClient) -> None:
    answer = await ask_token(client, grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_the_page_asks_the_owner(client: httpx.AsyncClient, oauth: EvotorOAuth) -> None:
    oauth.knobs.consent = "ask"
    page = (await visit(client, scope="store:read product:write")).text
    for words in ("Эвотор (песочница)", "Чайная на Лесной", "Магазины", "Товары: читать и менять"):
        assert words in page
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = fields | {"person": SHOP_USER_ID, "answer": "grant"}
    answer = await client.post("/evotor-oauth/oauth/authorize", data=form)
    assert (await exchange(client, brought(answer)["code"])).status_code == 200
    answer = await client.post("/evotor-oauth/oauth/authorize", data=form | {"answer": "refuse"})
    assert brought(answer).items() >= {"error": "access_denied", "state": STATE}.items()
    answer = await client.post("/evotor-oauth/oauth/authorize", data=form | {"person": "01-1"})
    assert answer.status_code == 400


async def test_state_may_be_lost_on_the_way(client: httpx.AsyncClient, oauth: EvotorOAuth) -> None:
    oauth.knobs.returns_state = False
    assert brought(await visit(client)).keys() == {"code"}
    oauth.knobs.consent = "refuse"
    assert "state" not in brought(await visit(client))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
    ],
)
async def test_a_wrong_request_ends_on_a_page_and_leads_nowhere(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    answer = await visit(client, **{name: value})
    assert (answer.status_code, answer.headers.get("location")) == (400, None)
    assert name in answer.text


async def test_an_owner_may_take_it_all_back(
    client: httpx.AsyncClient, world: SandboxWorld, oauth: EvotorOAuth
) -> None:
    tokens = await sign_in(client)
    oauth.revoke_all(SHOP_USER_ID)
    assert await status(client, tokens["access_token"]) == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 400
    assert await status(client, world.evotor_token) == 200
    one = (await sign_in(client))["access_token"]
    world.shop.revoke(one)
    assert await status(client, one) == 401


async def test_it_is_steered_like_the_others(client: httpx.AsyncClient, oauth: EvotorOAuth) -> None:
    await client.post("/control/evotor-oauth/knobs", json={"access_lifetime_s": 60})
    await client.post("/control/evotor-oauth/faults", json={"call": "refresh", "status": 503})
    assert oauth.faults.waiting() == [SignInFault(call="refresh", status=503)]
    tokens = await sign_in(client)
    assert tokens["expires_in"] == 60
    assert (await refresh(client, tokens["refresh_token"])).status_code == 503
    assert (await refresh(client, tokens["refresh_token"])).status_code == 200
    state = (await client.get("/control")).json()["evotor-oauth"]
    counted = {name: state[name] for name in ("authorizations", "exchanges", "refreshes")}
    assert counted == {"authorizations": 1, "exchanges": 1, "refreshes": 1}


async def test_sign_ins_outlive_a_restart_and_older_files_still_open(
    client: httpx.AsyncClient, world: SandboxWorld, tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "world.json"
    tokens = await sign_in(client)
    world.save(path)
    loaded = SandboxWorld.load(path, clock=clock)
    assert loaded.evotor.state == world.evotor.state
    assert loaded.evotor.user_of(tokens["access_token"]) is not None
    saved = msgspec.json.decode(path.read_bytes())
    del saved["evotor"]["oauth"]
    for user in saved["evotor"]["users"].values():
        del user["tokens_until"]
    path.write_bytes(msgspec.json.encode(saved))
    older = SandboxWorld.load(path, clock=clock)
    assert older.evotor.user_of(tokens["access_token"]) is None
    assert older.evotor.user_of(older.evotor_token) is not None
