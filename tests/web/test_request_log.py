"""The line of a request: what it tells, and what it never does."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Message
from structlog.testing import capture_logs

from tests.web.breakage import BROKEN, WORDS, add_page, break_down
from tests.web.conftest import PASSWORD
from tests.web.people import Person

LINE = "request answered"
SECRET = "s3cr3t-link"

Events = list[Any]


@pytest.fixture
def events() -> Any:
    """Catch what is logged, with what the context adds."""
    with capture_logs([structlog.contextvars.merge_contextvars]) as caught:
        yield caught


def lines(events: Events) -> Events:
    return [event for event in events if event["event"] == LINE]


async def test_a_request_is_one_line(
    annas: httpx.AsyncClient, anna: Person, events: Events
) -> None:
    answer = await annas.get("/profile")
    (line,) = lines(events)
    assert isinstance(line.pop("ms"), float)
    assert line == {
        "event": LINE,
        "log_level": "info",
        "method": "GET",
        "path": "/profile",
        "status": 200,
        "user_id": anna.id,
        "request_id": answer.headers["x-request-id"],
    }


async def test_a_strangers_line_names_nobody(stranger: httpx.AsyncClient, events: Events) -> None:
    await stranger.get("/profile")
    (line,) = lines(events)
    assert (line["status"], "user_id" in line) == (303, False)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/nowhere", {}, 404, id="not found"),
        pytest.param("DELETE", "/login", {}, 405, id="wrong method"),
        pytest.param("POST", "/login", {"Sec-Fetch-Site": "cross-site"}, 403, id="from elsewhere"),
        pytest.param("POST", "/login", {"Content-Length": "99999999"}, 413, id="too large"),
    ],
)
async def test_what_is_refused_has_its_line(
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    stranger: httpx.AsyncClient,
    events: Events,
) -> None:
    answer = await stranger.request(method, path, headers=headers)
    (line,) = lines(events)
    assert (answer.status_code, line["status"]) == (status, status)
    assert (line["method"], line["path"]) == (method, path)
    assert line["request_id"] == answer.headers["x-request-id"]


async def test_each_request_has_an_id_of_its_own_and_none_that_it_brings(
    stranger: httpx.AsyncClient,
) -> None:
    forged = {"X-Request-Id": "forged\nline"}
    answers = [await stranger.get("/login", headers=forged) for _ in range(5)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 5
    assert all(re.fullmatch(r"[0-9a-f]{12}", each) for each in ids)


async def test_no_line_of_a_request_holds_its_query_cookies_or_body(
    annas: httpx.AsyncClient, events: Events
) -> None:
    annas.cookies.set("other", SECRET)
    for path in ("/profile", "/invite", "/reset-password", "/confirm-email", "/setup", "/nowhere"):
        await annas.get(path, params={"token": SECRET, "key": SECRET})
    for path in ("/profile/change-password", "/invite", "/reset-password", "/login"):
        form = {"current": PASSWORD, "password": PASSWORD, "token": SECRET, "email": "a@b.example"}
        await annas.post(path, data=form, headers={"Authorization": f"Bearer {SECRET}"})
    assert len(lines(events)) == 10
    told = str(events)
    assert SECRET not in told
    assert PASSWORD not in told
    assert "key-of" not in told
    assert "a@b.example" not in told


@pytest.mark.parametrize("path", ["/health", "/health?strict=1", "/static/any/app.css"])
async def test_what_is_asked_all_the_time_is_quiet(
    path: str, stranger: httpx.AsyncClient, events: Events
) -> None:
    await stranger.get(path)
    (line,) = lines(events)
    assert line["log_level"] == "debug"


async def test_what_only_begins_like_health_is_not_quiet(
    stranger: httpx.AsyncClient, events: Events
) -> None:
    await stranger.get("/healthy")
    (line,) = lines(events)
    assert line["log_level"] == "info"


async def test_what_broke_is_a_page_with_the_id_and_one_traceback(
    app: Starlette, annas: httpx.AsyncClient, anna: Person, events: Events
) -> None:
    add_page(app, break_down)
    answer = await annas.get(f"{BROKEN}?token={SECRET}")
    request_id = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert f'<code class="text-body-secondary text-break">{request_id}</code>' in answer.text
    assert "Что-то сломалось у нас" in answer.text
    assert WORDS not in answer.text
    broke, line = events
    assert (broke["event"], broke["log_level"], broke["exc_info"]) == (
        *("request broke", "error"),
        True,
    )
    assert broke["request_id"] == line["request_id"] == request_id
    assert (line["event"], line["status"], line["user_id"]) == (LINE, 500, anna.id)


async def test_the_service_lives_on_after_what_broke(
    app: Starlette, annas: httpx.AsyncClient, events: Events
) -> None:
    add_page(app, break_down)
    statuses = [(await annas.get(path)).status_code for path in (BROKEN, "/profile", BROKEN)]
    assert statuses == [500, 200, 500]
    assert structlog.contextvars.get_contextvars() == {}


async def test_programs_hear_of_what_broke_in_json(
    app: Starlette, stranger: httpx.AsyncClient, events: Events
) -> None:
    add_page(app, break_down, is_json=True)
    answer = await stranger.get(BROKEN)
    assert answer.status_code == 500
    assert set(answer.json()) == {"error"}
    assert WORDS not in answer.text


async def run(app: Starlette, method: str, path: str, received: Message) -> list[Message]:
    """Run an application as a server does, and return what it sent."""
    sent: list[Message] = []
    coming = [received]

    async def receive() -> Message:
        if not coming:
            await asyncio.Event().wait()  # nothing more ever comes
        return coming.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [
            (b"host", b"evosync.test"),
            (b"sec-fetch-site", b"same-origin"),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
        "client": ("192.0.2.7", 50_000),
    }
    await app(scope, receive, send)
    return sent


async def test_an_answer_that_breaks_in_its_middle_is_logged_and_not_begun_anew(
    app: Starlette, events: Events
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError(WORDS)

    async def stream(_request: Request) -> Response:
        return StreamingResponse(pieces())

    add_page(app, stream)
    sent = await run(app, "GET", BROKEN, {"type": "http.request", "body": b""})
    # The server sees that it never ended, and closes the connection.
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["more_body"]
    assert [event["event"] for event in events] == ["request broke", LINE]


async def test_who_goes_away_while_sending_is_no_error(app: Starlette, events: Events) -> None:
    sent = await run(app, "POST", "/login", {"type": "http.disconnect"})
    (line,) = events
    assert (line["event"], line["log_level"], line["status"]) == (LINE, "info", 499)
    assert not sent


async def test_what_is_logged_on_the_way_names_the_request(
    app: Starlette, stranger: httpx.AsyncClient, events: Events
) -> None:
    async def tell(_request: Request) -> Response:
        structlog.get_logger().info("something done")
        return JSONResponse({})

    add_page(app, tell)
    answer = await stranger.get(BROKEN)
    assert [event["request_id"] for event in events] == [answer.headers["x-request-id"]] * 2
