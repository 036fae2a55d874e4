"""What every kind of answer says of security, over http and behind a proxy that speaks https."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from evosync.web.auth import COOKIE
from evosync.web.body_limit import MAX_BODY
from evosync.web.headers import CSP, YEAR_S
from evosync.web.state import AppState
from tests.web.breakage import BROKEN, add_page, break_down
from tests.web.conftest import PASSWORD
from tests.web.people import Person, add_person, browser

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PROXY = "127.0.0.1"
OVER_HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.9"}


@pytest.fixture
async def behind_proxy(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser whose requests come by a proxy on this machine, over https."""
    proxied = ProxyHeadersMiddleware(app, trusted_hosts=PROXY)  # type: ignore[arg-type]
    async with browser(proxied, address=PROXY) as client:
        client.headers.update(OVER_HTTPS)
        yield client


def assert_safe(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["content-security-policy"] == STRICT
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert "server" not in headers
    assert "x-powered-by" not in headers
    for name in headers:
        # Two policies at once would mean what neither says.
        assert len(headers.get_list(name)) == 1 or name == "set-cookie", name


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/login", 200, id="page"),
        pytest.param("HEAD", "/login", 200, id="page without a body"),
        pytest.param("GET", "/health", 200, id="JSON"),
        pytest.param("GET", "/openapi.json", 200, id="description"),
        pytest.param("GET", "/", 303, id="redirect"),
        pytest.param("GET", "/profile", 303, id="to signing in"),
        pytest.param("GET", "/nowhere", 404, id="not found"),
        pytest.param("PUT", "/login", 405, id="wrong method"),
        pytest.param("POST", "/health", 405, id="wrong method of JSON"),
        pytest.param("GET", "/invite?token=broken", 410, id="void link"),
        pytest.param("POST", "/login", 422, id="form not taken"),
    ],
)
async def test_every_answer_is_safe_and_kept_by_nobody(
    method: str, path: str, status: int, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.request(method, path)
    assert answer.status_code == status
    assert_safe(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers


async def test_refusals_before_any_page_are_safe_too(stranger: httpx.AsyncClient) -> None:
    foreign = await stranger.post("/login", headers={"Sec-Fetch-Site": "cross-site"})
    large = await stranger.post("/login", content=b"x" * (MAX_BODY + 1))
    assert (foreign.status_code, large.status_code) == (403, 413)
    assert_safe(foreign)
    assert_safe(large)


async def test_the_page_of_what_broke_is_safe_too(app: Starlette, annas: httpx.AsyncClient) -> None:
    add_page(app, break_down)
    answer = await annas.get(BROKEN)
    assert answer.status_code == 500
    assert_safe(answer)


async def test_static_files_are_safe_and_kept(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/static/any/app.css")
    assert answer.status_code == 200
    assert_safe(answer)


async def test_no_policy_lets_foreign_hosts_or_code_in_pages_in() -> None:
    # Only the pages of the interface for programs and the chat have policies of their own.
    assert "unsafe" not in str(CSP)
    assert "http" not in str(CSP)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_pages_for_programs_have_a_policy_of_their_own_with_scripts_of_ours_only(
    path: str, stranger: httpx.AsyncClient
) -> None:
    policy = (await stranger.get(path)).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/login", "/health", "/nowhere", "/static/any/app.css", "/"])
async def test_behind_https_browsers_are_told_to_stay_there(
    path: str, behind_proxy: httpx.AsyncClient
) -> None:
    told = (await behind_proxy.get(path)).headers["strict-transport-security"]
    assert told == f"max-age={YEAR_S}"


async def sign_in(client: httpx.AsyncClient) -> list[str]:
    """Sign Anna in and return the cookies that are set."""
    form = {"email": "anna@tea.example", "password": PASSWORD}
    answer = await client.post("/login", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers.get_list("set-cookie")


@pytest.fixture
async def signs_in(state: AppState, password_hash: str) -> Person:
    return await add_person(state, "anna@tea.example", password_hash=password_hash)


async def test_behind_https_the_cookie_is_bound_to_its_host(
    behind_proxy: httpx.AsyncClient, signs_in: Person
) -> None:
    (cookie,) = await sign_in(behind_proxy)
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"__Host-{COOKIE}=")
    # Browsers take a name with __Host- only with Secure, with Path=/ and without Domain.
    assert {"Secure", "Path=/", "HttpOnly", "SameSite=lax"} <= set(attributes)
    assert not any(each.lower().startswith("domain") for each in attributes)


async def test_behind_https_a_cookie_that_a_neighbour_can_set_is_not_read(
    behind_proxy: httpx.AsyncClient, anna: Person
) -> None:
    plain = await behind_proxy.get("/profile", headers={"Cookie": f"{COOKIE}={anna.key}"})
    bound = await behind_proxy.get("/profile", headers={"Cookie": f"__Host-{COOKIE}={anna.key}"})
    assert (plain.status_code, bound.status_code) == (303, 200)


async def test_over_http_the_cookie_is_one_that_http_can_carry(
    stranger: httpx.AsyncClient, signs_in: Person
) -> None:
    (cookie,) = await sign_in(stranger)
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {"Path=/", "HttpOnly", "SameSite=lax"} <= set(attributes)
    assert "Secure" not in attributes


async def test_a_strangers_word_for_https_is_not_believed(app: Starlette, signs_in: Person) -> None:
    proxied = ProxyHeadersMiddleware(app, trusted_hosts=PROXY)  # type: ignore[arg-type]
    async with browser(proxied, address="203.0.113.5") as client:
        client.headers.update(OVER_HTTPS)
        answer = await client.get("/login")
        (cookie,) = await sign_in(client)
    assert "strict-transport-security" not in answer.headers
    assert cookie.startswith(f"{COOKIE}=")


async def test_leaving_takes_the_cookie_that_was_given(
    behind_proxy: httpx.AsyncClient, signs_in: Person
) -> None:
    await sign_in(behind_proxy)
    # httpx keeps what is Secure from the plain address that the proxy is asked at.
    given = {"Cookie": f"__Host-{COOKIE}={signs_in.key}"}
    answer = await behind_proxy.post("/logout", headers=given)
    gone = [each for each in answer.headers.get_list("set-cookie") if COOKIE in each]
    assert len(gone) == 1
    assert gone[0].startswith(f'__Host-{COOKIE}=""')
    assert "Max-Age=0" in gone[0]
    assert "Secure" in gone[0]
