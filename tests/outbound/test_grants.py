"""The question for tokens, and what odd answers come to."""

import ssl
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import respx
from structlog.testing import capture_logs

from evosync.errors import TryLater
from evosync.outbound.client import Client, Request
from evosync.outbound.grants import Denied, Grant, ask_grant, challenge_of, make_secret

URL = "https://id.test/oauth2/auth"
SECRET = "vk2.a.t0p-s3cret"
ASKED = Request(method="POST", url=URL, form={"refresh_token": SECRET}, timeout_s=1)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as http:
        yield Client(http, service="test")


@pytest.fixture
def service() -> Iterator[respx.Route]:
    with respx.mock() as router:
        yield router.post(URL)


async def ask(client: Client) -> Grant:
    return await ask_grant(client, ASKED, service="VK ID")


def answered(told: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=msgspec.json.encode(told))


WHOLE = {
    "access_token": SECRET,
    "refresh_token": "vk2.r.s3cret",
    "expires_in": 3600,
    "scope": "market photos",
    "user_id": 700,
    "state": "x",
    "token_type": "Bearer",
    "id_token": "a.b.c",
}


async def test_a_whole_answer_is_read(client: Client, service: respx.Route) -> None:
    service.side_effect = [answered(WHOLE)]
    assert await ask(client) == Grant(
        access_token=SECRET,
        refresh_token="vk2.r.s3cret",
        expires_in_s=3600,
        scope="market photos",
        user_id=700,
        state="x",
    )


@pytest.mark.parametrize(
    ("told", "read"),
    [
        pytest.param({"expires_in": "3600"}, {"expires_in_s": 3600}, id="a number as a text"),
        pytest.param({"user_id": "700"}, {"user_id": 700}, id="an id as a text"),
        pytest.param({"expires_in": 0}, {"expires_in_s": None}, id="no life"),
        pytest.param({"expires_in": -5}, {"expires_in_s": None}, id="less than no life"),
        pytest.param({"expires_in": True}, {"expires_in_s": None}, id="a yes for a number"),
        pytest.param({"expires_in": 3599.5}, {"expires_in_s": None}, id="a fraction"),
        pytest.param({"expires_in": "soon"}, {"expires_in_s": None}, id="a word for a number"),
        pytest.param({"expires_in": "9" * 30}, {"expires_in_s": None}, id="an age"),
        pytest.param({"expires_in": "٣٦٠٠"}, {"expires_in_s": None}, id="other digits"),
        pytest.param({"expires_in": None}, {"expires_in_s": None}, id="null"),
        pytest.param({"refresh_token": ""}, {"refresh_token": None}, id="an empty refresh token"),
        pytest.param({"refresh_token": 5}, {"refresh_token": None}, id="a number for a token"),
        pytest.param({"scope": ["market"]}, {"scope": None}, id="a list for a text"),
        pytest.param({"error": None}, {}, id="an error that is none"),
    ],
)
async def test_what_is_not_understood_is_not_told(
    told: dict[str, Any], read: dict[str, Any], client: Client, service: respx.Route
) -> None:
    service.side_effect = [answered({**WHOLE, **told})]
    grant = await ask(client)
    assert {name: getattr(grant, name) for name in read} == read
    assert grant.access_token == SECRET


async def test_an_access_token_alone_is_enough(client: Client, service: respx.Route) -> None:
    service.side_effect = [answered({"access_token": SECRET})]
    assert await ask(client) == Grant(access_token=SECRET)


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "access_denied"])
async def test_an_error_in_json_is_a_no_whatever_its_status(
    error: str, status: int, client: Client, service: respx.Route
) -> None:
    service.side_effect = [answered({"error": error, "error_description": SECRET}, status)]
    with pytest.raises(Denied) as raised:
        await ask(client)
    assert raised.value.why == error
    assert SECRET not in repr(raised.value)


@pytest.mark.parametrize(
    ("why", "is_final"),
    [
        ("invalid_grant", True),
        ("invalid_token", True),
        ("invalid_client", False),
        ("invalid_request", False),
        ("access_denied", False),
    ],
)
def test_only_a_no_to_the_token_itself_is_final(why: str, is_final: bool) -> None:
    assert Denied(why).is_final is is_final


LATER = [
    pytest.param(httpx.Response(502, html="<h1>Bad Gateway</h1>"), id="a gateway's page"),
    pytest.param(httpx.Response(403, html="<h1>Forbidden</h1>"), id="a page that forbids"),
    pytest.param(httpx.Response(404, html="<h1>Not Found</h1>"), id="a page that is not there"),
    pytest.param(httpx.Response(200, html="<h1>Welcome</h1>"), id="a page"),
    pytest.param(httpx.Response(200, content=b""), id="nothing"),
    pytest.param(httpx.Response(200, content=b'{"access_to'), id="half an answer"),
    pytest.param(httpx.Response(200, content=b"\xff\xfe"), id="no text"),
    pytest.param(answered([]), id="a list"),
    pytest.param(answered("no"), id="a text"),
    pytest.param(answered({}), id="no tokens"),
    pytest.param(answered({"access_token": ""}), id="an empty token"),
    pytest.param(answered({"access_token": 5}), id="a number for a token"),
    pytest.param(answered({"access_token": {"value": SECRET}}), id="an object for a token"),
    pytest.param(answered({"error": "server_error"}, 400), id="a passing error"),
    pytest.param(answered({"error": "slow_down"}), id="too fast"),
    pytest.param(answered({"error": "invalid_grant"}, 503), id="a no that comes with 503"),
    pytest.param(answered({"error": "whatever"}, 429), id="too many requests"),
]


@pytest.mark.parametrize("answer", LATER)
async def test_what_is_no_answer_is_asked_for_later(
    answer: httpx.Response, client: Client, service: respx.Route
) -> None:
    service.side_effect = [answer]
    with pytest.raises(TryLater) as raised:
        await ask(client)
    assert raised.value.message.startswith("VK ID не ответил")
    assert raised.value.code == "unreachable"
    assert SECRET not in f"{raised.value!r} {raised.value.cause}"


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no way"), httpx.ReadTimeout("too long"), httpx.ReadError(SECRET)]
)
async def test_silence_is_asked_again_later_and_once_only(
    error: httpx.HTTPError, client: Client, service: respx.Route
) -> None:
    service.side_effect = error
    with pytest.raises(TryLater) as raised:
        await ask(client)
    assert service.call_count == 1
    assert raised.value.cause == type(error).__name__
    assert raised.value.__cause__ is None


async def test_an_error_of_any_shape_is_a_short_word_without_secrets(
    client: Client, service: respx.Route
) -> None:
    for error in ({"code": SECRET}, [SECRET], f"access_token={SECRET} " * 50, 5, True):
        service.side_effect = [answered({"error": error}, 400)]
        with pytest.raises(Denied) as raised:
            await ask(client)
        assert len(raised.value.why) <= 100
        assert SECRET not in raised.value.why


async def test_no_secret_reaches_a_log_or_a_picture_of_the_grant(
    client: Client, service: respx.Route
) -> None:
    service.side_effect = [
        answered(WHOLE),
        answered({"error": SECRET}, 400),
        httpx.Response(500, text=SECRET),
    ]
    with capture_logs() as events:
        grant = await ask(client)
        with pytest.raises(Denied) as denied:
            await ask(client)
        with pytest.raises(TryLater) as later:
            await ask(client)
    told = repr((events, grant, denied.value, later.value, later.value.cause))
    assert "request answered" in told
    assert "cret" not in told


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_secrets_are_long_of_the_right_letters_and_never_the_same() -> None:
    made = {make_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert 43 <= len(secret) <= 128
        assert secret.replace("-", "").replace("_", "").isalnum()
        assert secret.isascii()
