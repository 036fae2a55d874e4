"""Requests that change something, from everywhere that a browser can be."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from evosync.settings import Settings
from evosync.web.csrf import FetchMetadata
from tests.web.people import browser, with_settings

HOST = "evosync.test"
ORIGIN = f"http://{HOST}"
ASKED_ANEW = "Запрос пришёл не с этой страницы. Откройте её заново и повторите."

ORIGINS = {
    "missing": {},
    "own": {"Origin": ORIGIN},
    "own over https": {"Origin": f"https://{HOST}"},
    "another": {"Origin": "http://evil.example"},
    "null": {"Origin": "null"},
    "empty": {"Origin": ""},
}


async def change(client: httpx.AsyncClient, **headers: str) -> int:
    """Ask for a change that needs nobody; 422 comes from the form itself."""
    answer = await client.post("/login", headers=headers)
    return answer.status_code


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
@pytest.mark.parametrize(
    ("site", "is_own"),
    [
        ("same-origin", True),
        ("none", True),
        ("same-site", False),
        ("cross-site", False),
        ("", False),
        ("Same-Origin", False),
        ("same-origin, cross-site", False),
        ("anything", False),
    ],
)
async def test_where_the_browser_says_a_request_comes_from_it_is_believed(
    site: str, is_own: bool, origin: dict[str, str], monitor: httpx.AsyncClient
) -> None:
    headers = {"Sec-Fetch-Site": site, **origin}
    assert await change(monitor, **headers) == (422 if is_own else 403)


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        pytest.param(ORIGIN, HOST, True, id="own"),
        pytest.param(f"https://{HOST}", HOST, True, id="own, behind a proxy that speaks https"),
        pytest.param(f"{ORIGIN}:8000", f"{HOST}:8000", True, id="own port"),
        pytest.param("http://127.0.0.1:8000", "127.0.0.1:8000", True, id="a number"),
        pytest.param("http://[::1]:8000", "[::1]:8000", True, id="a number of IPv6"),
        pytest.param("http://xn--80aswg.xn--p1ai", "xn--80aswg.xn--p1ai", True, id="punycode"),
        pytest.param(f"{ORIGIN}:8001", f"{HOST}:8000", False, id="another port"),
        pytest.param(f"{ORIGIN}:8001", HOST, False, id="a port where there is none"),
        pytest.param(ORIGIN, f"{HOST}:8000", False, id="no port where there is one"),
        pytest.param("http://evil.example", HOST, False, id="another host"),
        pytest.param(f"http://{HOST}.evil.example", HOST, False, id="ours at the beginning"),
        pytest.param(f"http://evil{HOST}", HOST, False, id="ours at the end"),
        pytest.param(f"http://shop.{HOST}", HOST, False, id="below ours"),
        pytest.param(f"http://evil.example/{HOST}", HOST, False, id="ours in the path"),
        pytest.param(f"http://{HOST}@evil.example", HOST, False, id="ours as a name"),
        pytest.param("http://[::1", "[::1", False, id="half a number"),
        pytest.param("null", HOST, False, id="null"),
        pytest.param("null", "null", False, id="null at null"),
        pytest.param("", "", False, id="nothing at nothing"),
        pytest.param(HOST, HOST, False, id="no scheme"),
        pytest.param(None, HOST, False, id="missing"),
    ],
)
async def test_where_it_says_nothing_the_origin_has_to_be_the_host(
    origin: str | None, host: str, is_own: bool, app: Starlette, monitor: httpx.AsyncClient
) -> None:
    # Else hosts that the settings do not know are refused before anything else.
    with_settings(app, Settings(host="192.0.2.1"))
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    assert await change(monitor, **headers) == (422 if is_own else 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "INVENTED"])
async def test_every_method_that_may_change_something_is_looked_at(
    method: str, monitor: httpx.AsyncClient
) -> None:
    answer = await monitor.request(method, "/login", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_links_from_elsewhere_lead_in(method: str, monitor: httpx.AsyncClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    assert (await monitor.request(method, "/login", headers=headers)).status_code == 200


async def test_who_is_refused_is_told_what_to_do(annas: httpx.AsyncClient) -> None:
    answer = await annas.post("/profile/theme", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert ASKED_ANEW in answer.text
    assert "Анна" in answer.text


async def test_programs_are_refused_in_json(monitor: httpx.AsyncClient) -> None:
    answer = await monitor.post("/health")
    assert (answer.status_code, answer.json()) == (403, {"error": ASKED_ANEW})


async def receiver(scope: Scope, receive: Receive, send: Send) -> None:
    """Take whatever comes."""
    await PlainTextResponse("taken")(scope, receive, send)


async def test_what_brings_a_secret_of_its_own_is_exempt_by_its_whole_path() -> None:
    guarded = FetchMetadata(receiver, exempt=frozenset({"/user/token"}))
    # The page of a refusal needs an application around it: here only who gets through is asked.
    async with browser(guarded) as client:
        answer = await client.post("/user/token", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.text == "taken"
        for path in ("/user/token/", "/user", "/user/token/more"):
            with pytest.raises(KeyError):
                await client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
