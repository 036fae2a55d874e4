"""The page of numbers: to whom it opens, what it never tells, and that it does not grow."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from evosync.metrics.meter import Meter
from evosync.settings import Settings
from evosync.tally import NOBODY
from evosync.web.app import make_app, routes
from evosync.web.auth import Access
from evosync.web.lifespan import lifespan
from evosync.web.routing import EventStream
from evosync.web.state import AppState
from tests.metrics.reading import Numbers
from tests.web.breakage import take_database
from tests.web.people import Person

TOKEN = "samovar-0123456789-key"
BRINGS = {"Authorization": f"Bearer {TOKEN}"}
ROUTES = {getattr(route, "name", "") or "static" for route in routes} | {"none"}


@pytest.fixture
def configured() -> dict[str, Any]:
    return {"metrics_token": TOKEN}


@pytest.fixture
def app(app: Starlette, state: AppState) -> Starlette:
    """Give the application with somebody who counts."""
    meter = Meter()
    opened = replace(state.opened, tally=meter)
    app.state.evosync = replace(state, opened=opened, meter=meter)
    return app


async def numbers(client: httpx.AsyncClient) -> Numbers:
    answer = await client.get("/metrics", headers=BRINGS)
    assert answer.status_code == 200, answer.text
    return Numbers.read(answer.text)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "brought",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="an empty line"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer ", id="an empty token"),
        pytest.param("Bearer another-token-0123456789", id="another"),
        pytest.param(f"Bearer {TOKEN}x", id="one letter more"),
        pytest.param(f"Bearer {TOKEN[:-1]}", id="one letter less"),
        pytest.param(f"Bearer {TOKEN.upper()}", id="in capitals"),
        pytest.param(TOKEN, id="bare"),
        pytest.param(f"Basic {TOKEN}", id="another scheme"),
        pytest.param("Bearer ключ".encode(), id="letters of no header"),
        pytest.param(b"Bearer \xff\xfe", id="no letters"),
    ],
)
async def test_whoever_brings_no_token_is_told_nothing(
    brought: str | bytes | None, method: str, monitor: httpx.AsyncClient
) -> None:
    headers = {} if brought is None else {"Authorization": brought}
    answer = await monitor.request(method, "/metrics", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="metrics"'
    assert "evosync" not in answer.text.lower()
    assert TOKEN not in answer.text


async def test_the_token_is_taken_from_its_header_alone(monitor: httpx.AsyncClient) -> None:
    answer = await monitor.get("/metrics", params={"token": TOKEN, "access_token": TOKEN})
    assert answer.status_code == 401


@pytest.mark.parametrize("brought", [f"Bearer {TOKEN}", f"bearer  {TOKEN} "])
async def test_whoever_brings_it_is_told_everything(
    brought: str, monitor: httpx.AsyncClient, system: Person
) -> None:
    headers = {"Authorization": brought, "Host": "evosync-in-a-network:8000"}
    answer = await monitor.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = Numbers.read(answer.text)
    assert told.total("evosync_database_up") == 1
    assert told.by("evosync_accounts", "status") == {"active": 1}
    assert told.total("evosync_database_bytes") > 0
    assert told.total("process_resident_memory_bytes") > 0
    for secret in (TOKEN, system.email, "Ольга"):
        assert secret not in answer.text
    head = await monitor.head("/metrics", headers=headers)
    assert (head.status_code, head.headers["content-type"]) == (200, answer.headers["content-type"])


async def test_whoever_takes_openmetrics_gets_it(monitor: httpx.AsyncClient) -> None:
    wanted = {"Accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1"}
    answer = await monitor.get("/metrics", headers=BRINGS | wanted)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert Numbers.read(answer.text, is_open=True).total("evosync_database_up") == 1


async def test_odd_paths_and_methods_make_no_lines_of_their_own(
    monitor: httpx.AsyncClient, annas: httpx.AsyncClient
) -> None:
    paths = [f"/{word}{number}" for number in range(20) for word in ("runs/", "x/", "static/a/")]
    for path in (*paths, "/%D1%87%D0%B0%D0%B9", "/metrics/", "//", "/login?next=/secret"):
        await annas.get(path)
        await annas.request("PROPFIND", path)
    before = await numbers(monitor)
    for path in paths:
        await annas.get(f"{path}7")
        await annas.request("BREW", f"{path}7")
    told = await numbers(monitor)
    samples = told.samples("evosync_http_requests_total")
    assert {sample.labels["route"] for sample in samples} <= ROUTES
    assert {"run", "static", "none", "login"} <= {sample.labels["route"] for sample in samples}
    assert {sample.labels["method"] for sample in samples} == {"GET", "other"}
    assert len(samples) <= len(before.samples("evosync_http_requests_total")) + 1
    assert told.total("evosync_http_requests_total", route="run", status="4xx") == 80
    assert told.total("evosync_http_request_seconds_count", route="run") == 80


async def test_a_database_that_is_gone_leaves_the_numbers_of_the_process(
    app: Starlette, monitor: httpx.AsyncClient
) -> None:
    gone = take_database(app)
    told = await numbers(monitor)
    await gone.close()
    assert told.total("evosync_database_up") == 0
    assert told.total("evosync_health", status="down") == 1
    assert not told.samples("evosync_accounts")
    assert told.total("process_cpu_seconds_total") > 0


async def test_a_webhook_is_counted_by_how_it_was_answered(monitor: httpx.AsyncClient) -> None:
    assert (await monitor.post("/api/v1/user/token", json={})).status_code == 503
    told = await numbers(monitor)
    assert told.total("evosync_webhooks_total", kind="token", status="503") == 1
    assert told.total("evosync_http_requests_total", status="5xx") == 1


async def test_a_stream_is_timed_until_it_begins(
    app: Starlette, monitor: httpx.AsyncClient
) -> None:
    goes_on_s = 0.2

    async def events() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await asyncio.sleep(goes_on_s)

    async def listen(_request: Request) -> Response:
        return StreamingResponse(events())

    page = EventStream("/listen", name="listen", needs=Access.ANYONE, get=listen)
    app.router.routes.insert(0, page)
    began = perf_counter()
    await monitor.get("/listen")
    whole_s = perf_counter() - began
    timed_s = (await numbers(monitor)).total("evosync_http_request_seconds_sum", route="listen")
    assert 0 < timed_s <= whole_s - goes_on_s


async def test_without_the_setting_there_is_no_such_page(
    state: AppState, app: Starlette, monitor: httpx.AsyncClient
) -> None:
    held: AppState = app.state.evosync
    settings = Settings(base_url="http://evosync.test")
    app.state.evosync = replace(held, meter=None, desk=replace(held.desk, settings=settings))
    answers = [await monitor.get("/metrics", headers=BRINGS), await monitor.get("/nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text


@pytest.mark.parametrize("token", ["", TOKEN])
async def test_a_service_counts_where_it_is_asked_for_numbers_and_only_there(
    token: str, sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, metrics_token=token)
    served = make_app()
    async with lifespan(served, settings, asyncio.Event()):
        held: AppState = served.state.evosync
        assert (held.meter is None) is not bool(token)
        assert held.opened.tally is (held.meter or NOBODY)
        assert held.scheduler.tally is held.opened.tally
