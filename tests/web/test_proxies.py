"""The service behind nginx and Caddy, set up as `deploy/` has it: what comes through, and how."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evosync.engine.report import RunStatus
from evosync.settings import Settings
from evosync.web.auth import COOKIE
from evosync.web.pages.sync_photo import TOO_LARGE
from evosync.web.server import serve, take_socket
from evosync.web.state import AppState
from tests.web import proxies
from tests.web.breakage import add_page
from tests.web.people import Person, with_settings
from tests.web.proxies import NAME, SECOND, SECOND_IN_DNS, Proxy
from tests.web.ran import Ran
from tests.web.test_run_events import Listener

KINDS = {"nginx": proxies.nginx, "caddy": proxies.caddy}
ECHO = "/echo"
VISITOR = "127.0.0.5"
# Debian 12 has 2.6, which gets the certificate and then answers the name with nothing.
KNOWS_CYRILLIC = (2, 11)
MEGABYTE = 1024 * 1024
DEADLINE_S = 10.0


async def echo(request: Request) -> Response:
    """Tell who came, by what."""
    client = request.client
    assert client is not None
    return JSONResponse([client.host, request.url.scheme, request.headers["host"]])


@pytest.fixture
async def service(app: Starlette, state: AppState) -> AsyncIterator[int]:
    """Serve as `DOMAIN` has it; gives the port."""
    settings = Settings(port=0, domain=f"{NAME},{SECOND}")
    with_settings(app, settings)
    add_page(app, echo, path=ECHO)
    taken = take_socket(settings)
    serving = asyncio.create_task(serve(app, taken, settings, state.stopping))
    yield taken.getsockname()[1]
    state.stopping.set()
    async with asyncio.timeout(DEADLINE_S):
        await serving


@pytest.fixture(params=KINDS)
async def proxy(
    request: pytest.FixtureRequest, service: int, tmp_path: Path
) -> AsyncIterator[Proxy]:
    if proxies.found(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path / "proxy"
    folder.mkdir()
    async with KINDS[request.param](folder, service) as running:
        yield running


async def test_a_visitor_is_known_through_a_proxy_and_led_to_https(proxy: Proxy) -> None:
    async with proxy.browser(address=VISITOR) as client:
        assert (await client.get(ECHO)).json() == [VISITOR, "https", NAME]
        # What a visitor says of themselves is not believed.
        lies = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http"}
        assert (await client.get(ECHO, headers=lies)).json() == [VISITOR, "https", NAME]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{proxy.http}") as client:
        led = await client.get("/login?next=/runs", headers={"Host": NAME})
        assert led.status_code in {301, 308}
        assert led.headers["location"].startswith(f"https://{NAME}")
        assert led.headers["location"].endswith("/login?next=/runs")


async def test_events_come_through_a_proxy_one_by_one(
    proxy: Proxy, state: AppState, anna: Person
) -> None:
    ran = Ran(state=state, user_id=anna.id)
    run_id = await ran.begin(stage="market")
    async with proxy.browser() as client:
        client.cookies.set(f"__Host-{COOKIE}", anna.key)
        async with client.stream("GET", f"/runs/{run_id}/events") as answer:
            listener = Listener(answer)
            # Each is waited for before there is another: what is kept back would never come.
            first = await listener.next()
            assert first is not None
            assert "Идёт: читаем VK." in first.data
            await ran.set(run_id, stage="apply", planned=2)
            second = await listener.next()
            assert second is not None
            assert "0 из 2" in second.data
            await ran.finish(run_id, RunStatus.DONE)
            assert await listener.rest() == ["progress", "end"]


async def test_of_a_picture_that_is_too_large_the_service_speaks(
    proxy: Proxy, anna: Person
) -> None:
    async with proxy.browser() as client:
        client.cookies.set(f"__Host-{COOKIE}", anna.key)
        answer = await client.post(
            "/sync/photo", files={"picture": ("чай.png", b"x" * 20 * MEGABYTE)}
        )
        assert answer.status_code == 413
        assert TOO_LARGE in answer.text


async def test_caddy_has_a_certificate_for_each_name_cyrillic_ones_too(
    service: int, tmp_path: Path
) -> None:
    if proxies.caddy_version() < KNOWS_CYRILLIC:
        pytest.skip("no Caddy is installed that takes a Cyrillic name for what browsers ask for")
    async with proxies.caddy(tmp_path, service) as proxy, proxy.browser(SECOND_IN_DNS) as client:
        assert (await client.get(ECHO)).json()[1:] == ["https", SECOND_IN_DNS]
