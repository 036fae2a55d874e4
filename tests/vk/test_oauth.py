"""Signing in with VK ID: where a person is sent, and what is asked for with what they bring."""

import ssl
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
import respx

from evosync.outbound.client import Client
from evosync.outbound.grants import Denied
from evosync.vk.oauth import VkId, may_sell
from tests.vk.stand import form_of

BASE = "https://id.vk.test"
CALLBACK = "https://чай.рф/vk/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B


@pytest.fixture
def vk_id(no_roots: ssl.SSLContext) -> VkId:
    http = httpx.AsyncClient(verify=no_roots)
    client = Client(http, service="vk")
    return VkId(client=client, base_url=f"{BASE}/", client_id="53000777", redirect_uri=CALLBACK)


@pytest.fixture
def tokens(router: respx.MockRouter) -> respx.Route:
    return router.post(f"{BASE}/oauth2/auth")


def granted(**told: object) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode({"access_token": "vk2.a.x", **told}))


def test_a_person_is_sent_with_each_field_that_vk_asks_for(vk_id: VkId) -> None:
    address = urlsplit(vk_id.authorize_url(state="state-of-43", verifier=VERIFIER))
    assert address._replace(query="").geturl() == f"{BASE}/authorize"
    assert parse_qs(address.query, strict_parsing=True) == {
        "response_type": ["code"],
        "client_id": ["53000777"],
        "redirect_uri": [CALLBACK],
        "state": ["state-of-43"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["s256"],
        "scope": ["market photos groups"],
    }


def test_the_verifier_does_not_leave_with_the_person(vk_id: VkId) -> None:
    assert VERIFIER not in vk_id.authorize_url(state="x", verifier=VERIFIER)


async def test_a_code_is_given_with_all_that_belongs_to_it(
    vk_id: VkId, tokens: respx.Route
) -> None:
    tokens.side_effect = [granted(state="state", scope="market", user_id=7)]
    grant = await vk_id.exchange(code="vk2.c", verifier=VERIFIER, device_id="d", state="state")
    assert (grant.scope, grant.user_id) == ("market", 7)
    request = tokens.calls.last.request
    assert form_of(request) == {
        "grant_type": "authorization_code",
        "code": "vk2.c",
        "code_verifier": VERIFIER,
        "redirect_uri": CALLBACK,
        "device_id": "d",
        "state": "state",
        "client_id": "53000777",
    }
    assert request.url.query == b""  # nothing secret in an address


async def test_a_refresh_token_is_given_with_its_device(vk_id: VkId, tokens: respx.Route) -> None:
    tokens.side_effect = [granted(), granted()]
    states = set()
    for _ in range(2):
        await vk_id.renew(refresh_token="vk2.r.old", device_id="d")
        form = form_of(tokens.calls.last.request)
        states.add(form.pop("state"))
        assert form == {
            "grant_type": "refresh_token",
            "refresh_token": "vk2.r.old",
            "device_id": "d",
            "client_id": "53000777",
        }
    assert len(states) == 2


async def test_an_answer_to_another_question_is_a_no(vk_id: VkId, tokens: respx.Route) -> None:
    tokens.side_effect = [granted(state="of somebody else")]
    with pytest.raises(Denied, match="another state"):
        await vk_id.exchange(code="c", verifier=VERIFIER, device_id="d", state="mine")


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        (None, True),
        ("market", True),
        ("photos market groups", True),
        ("photos,market", True),
        ("", False),
        ("photos groups", False),
        ("markets", False),
        ("vkid.personal_info", False),
    ],
)
def test_a_scope_opens_goods_when_it_names_them_or_vk_said_nothing(
    scope: str | None, may: bool
) -> None:
    assert may_sell(scope) is may
