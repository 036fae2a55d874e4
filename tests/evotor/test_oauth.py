"""Connecting a till by Evotor's OAuth: where a person is sent, what is asked for and how."""

import base64
import ssl
from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import msgspec
import pytest
import respx

from evosync.evotor.oauth import EvotorOAuth
from evosync.outbound.client import Client
from evosync.outbound.grants import Denied

BASE = "https://oauth.evotor.test"
CALLBACK = "https://tea.example/evotor/callback"
SECRET = "s3cr3t-of-the-client"


@pytest.fixture
def oauth() -> EvotorOAuth:
    http = httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return EvotorOAuth(
        client=Client(http, service="evotor"),
        base_url=BASE,
        client_id="evosync",
        client_secret=SECRET,
        redirect_uri=CALLBACK,
    )


@pytest.fixture
def tokens() -> Iterator[respx.Route]:
    with respx.mock() as router:
        yield router.post(f"{BASE}/oauth/token")


def granted() -> httpx.Response:
    told = {"access_token": "a", "refresh_token": "r", "expires_in": 604_800}
    return httpx.Response(200, content=msgspec.json.encode(told))


def test_a_person_is_sent_with_what_the_guide_names_and_a_state(oauth: EvotorOAuth) -> None:
    address = urlsplit(oauth.authorize_url(state="x"))
    assert address._replace(query="").geturl() == f"{BASE}/oauth/authorize"
    assert parse_qs(address.query) == {
        "client_id": ["evosync"],
        "response_type": ["code"],
        "redirect_uri": [CALLBACK],
        "state": ["x"],
    }


async def test_a_code_and_a_refresh_token_go_with_the_client_in_the_header(
    oauth: EvotorOAuth, tokens: respx.Route
) -> None:
    tokens.side_effect = [granted(), granted()]
    first = await oauth.exchange(code="c0de")
    again = await oauth.renew(refresh_token="r")
    assert (first.expires_in_s, again.refresh_token) == (604_800, "r")
    requests = [call.request for call in tokens.calls]
    assert [dict(parse_qsl(request.content.decode())) for request in requests] == [
        {"grant_type": "authorization_code", "code": "c0de", "redirect_uri": CALLBACK},
        {"grant_type": "refresh_token", "refresh_token": "r"},
    ]
    for request in requests:
        scheme, _, coded = request.headers["authorization"].partition(" ")
        assert (scheme, base64.b64decode(coded).decode()) == ("Basic", f"evosync:{SECRET}")
        assert request.url.query == b""


async def test_a_no_is_told_in_evotors_word(oauth: EvotorOAuth, tokens: respx.Route) -> None:
    told = {"error": "invalid_grant", "error_description": "Invalid refresh token: r"}
    tokens.side_effect = [httpx.Response(400, content=msgspec.json.encode(told))]
    with pytest.raises(Denied) as raised:
        await oauth.renew(refresh_token="r")
    assert raised.value.why == "invalid_grant"


def test_the_client_does_not_show_its_secret(oauth: EvotorOAuth) -> None:
    assert SECRET not in repr(oauth)
