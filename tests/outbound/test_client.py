import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import respx
import structlog

from evosync.outbound.client import MAX_ANSWER_BYTES, Client, Request, Unreachable, open_client

URL = "https://service.test/method"
SECRET = "vk1.a.t0p-s3cret"
TELLING = Request(
    method="POST",
    url=f"{URL}?access_token={SECRET}",
    params={"access_token": SECRET},
    headers={"Authorization": f"Bearer {SECRET}"},
    form={"access_token": SECRET},
)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as http:
        yield Client(http, service="test")


@pytest.fixture
def service() -> Iterator[respx.Route]:
    with respx.mock() as router:
        yield router.route(url__startswith=URL)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://xn--zzzzzzzzz-9999.service.test/a.jpg", id="no name of a host"),
        pytest.param("https://service.test/\ud83c.jpg", id="half a letter"),
        pytest.param("https://service.test:77777/", id="no port"),
    ],
)
async def test_an_address_that_cannot_be_one_is_not_reached(client: Client, url: str) -> None:
    with pytest.raises(Unreachable):
        await client.send(Request(method="GET", url=url))


@pytest.mark.parametrize("status", [200, 204, 302, 404, 429, 500])
async def test_every_status_is_an_answer(client: Client, service: respx.Route, status: int) -> None:
    service.respond(status, headers={"X-Left": "3", "Location": URL}, content=b"body")

    answer = await client.send(Request(method="GET", url=URL))

    assert (answer.status, answer.body) == (status, b"body")
    assert answer.headers["x-left"] == "3"
    assert service.call_count == client.requests == 1


async def test_a_form_goes_urlencoded_with_its_headers_and_time_outs(
    client: Client, service: respx.Route
) -> None:
    await client.send(
        Request(
            method="POST",
            url=URL,
            headers={"X-Kind": "test"},
            form={"message": "чай & мята", "code": "a=b"},
            timeout_s=60,
        )
    )

    request = service.calls.last.request
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["x-kind"] == "test"
    assert request.content == b"message=%D1%87%D0%B0%D0%B9+%26+%D0%BC%D1%8F%D1%82%D0%B0&code=a%3Db"
    assert request.extensions["timeout"] == {"connect": 10, "read": 60, "write": 60, "pool": 60}


async def test_parameters_are_encoded_and_none_leave_the_address_alone(
    client: Client, service: respx.Route
) -> None:
    await client.send(Request(method="GET", url=URL, params={"cursor": "a+/="}))
    await client.send(Request(method="GET", url=f"{URL}?kept=1"))

    first, second = (call.request.url for call in service.calls)
    assert first.query == b"cursor=a%2B%2F%3D"
    assert second.query == b"kept=1"


async def test_a_file_goes_as_multipart(client: Client, service: respx.Route) -> None:
    await client.send(
        Request(method="POST", url=URL, files={"file": ("tea.jpg", b"\xff\xd8", "image/jpeg")})
    )

    request = service.calls.last.request
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="tea.jpg"' in request.content
    assert b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n" in request.content


@pytest.mark.parametrize(
    ("error", "is_unsent"),
    [
        (httpx.ConnectError, True),
        (httpx.ConnectTimeout, True),
        (httpx.PoolTimeout, True),
        (httpx.ReadTimeout, False),
        (httpx.WriteTimeout, False),
        (httpx.ReadError, False),
        (httpx.WriteError, False),
        (httpx.RemoteProtocolError, False),
        (httpx.LocalProtocolError, False),
        (httpx.DecodingError, False),
    ],
)
async def test_no_answer_is_unreachable_and_tells_whether_anything_was_sent(
    client: Client, service: respx.Route, error: type[httpx.RequestError], is_unsent: bool
) -> None:
    service.mock(side_effect=error(f"about {SECRET}"))

    with pytest.raises(Unreachable) as caught:
        await client.send(Request(method="GET", url=URL))

    assert caught.value.is_unsent is is_unsent
    assert caught.value.cause == error.__name__
    assert client.requests == 1


@pytest.mark.parametrize("url", ["https://[::1/", "https://host:port/", "no address", ""])
async def test_an_address_that_is_none_is_unreachable(client: Client, url: str) -> None:
    with pytest.raises(Unreachable):
        await client.send(Request(method="GET", url=url))


async def test_a_port_where_nobody_listens_is_unreachable(client: Client) -> None:
    with pytest.raises(Unreachable) as caught:
        await client.send(Request(method="GET", url="http://127.0.0.1:9/"))

    assert caught.value.is_unsent


@pytest.mark.parametrize("extra", [0, 1], ids=["at the bound", "above it"])
async def test_an_answer_above_the_bound_is_none(
    client: Client, service: respx.Route, extra: int
) -> None:
    service.respond(200, content=b" " * (MAX_ANSWER_BYTES + extra))
    request = Request(method="GET", url=URL)

    if not extra:
        assert (await client.send(request)).status == 200
        return
    with pytest.raises(Unreachable) as caught:
        await client.send(request)

    assert caught.value.cause == "AnswerTooLarge"


class Flow(httpx.AsyncByteStream):
    """An answer that flows on and on, as fast as it is read or drop by drop."""

    def __init__(self, part: bytes, pause_s: float = 0.0) -> None:
        self.part = part
        self.pause_s = pause_s
        self.sent = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += len(self.part)
            yield self.part
            await asyncio.sleep(self.pause_s)

    async def aclose(self) -> None:
        self.is_closed = True


async def test_an_answer_that_never_ends_is_read_to_the_bound_only(
    client: Client, service: respx.Route
) -> None:
    flow = Flow(b" " * 1024 * 1024)
    service.mock(return_value=httpx.Response(200, stream=flow))

    with pytest.raises(Unreachable) as caught:
        await client.send(Request(method="GET", url=URL))

    assert (caught.value.cause, caught.value.is_unsent) == ("AnswerTooLarge", False)
    assert flow.sent <= MAX_ANSWER_BYTES + len(flow.part)
    assert flow.is_closed


async def test_an_answer_that_drips_is_given_up(client: Client, service: respx.Route) -> None:
    flow = Flow(b" ", pause_s=0.01)
    service.mock(return_value=httpx.Response(200, stream=flow))

    with pytest.raises(Unreachable) as caught:
        await client.send(Request(method="GET", url=URL, timeout_s=0.02))

    assert (caught.value.cause, caught.value.is_unsent) == ("TimeoutError", False)
    assert flow.is_closed


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout])
async def test_no_secret_stands_in_an_error(
    client: Client, service: respx.Route, error: type[httpx.RequestError]
) -> None:
    service.mock(side_effect=error(f"failed with {SECRET}"))

    with structlog.testing.capture_logs() as events, pytest.raises(Unreachable) as caught:
        await client.send(TELLING)

    assert SECRET not in repr(caught.value) + repr(vars(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert [event["url"] for event in events] == [URL]
    assert SECRET not in json.dumps(events, default=repr)


async def test_no_secret_stands_in_the_log_of_an_answer(
    client: Client, service: respx.Route
) -> None:
    service.respond(200, text=SECRET)

    with structlog.testing.capture_logs() as events:
        await client.send(TELLING)

    assert [(event["log_level"], event["url"]) for event in events] == [("debug", URL)]
    assert SECRET not in json.dumps(events, default=repr)


async def test_an_opened_client_follows_no_redirect_and_no_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A proxy that is obeyed refuses the connection: nobody listens there.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = open_client("test")
    with respx.mock() as router:
        router.get(URL).respond(302, headers={"Location": "https://elsewhere.test/"})

        answer = await client.send(Request(method="GET", url=URL))

        assert answer.status == 302
        assert router.calls.last.request.headers["user-agent"] == "EvoSync"
    await client.close()


async def test_a_closed_client_sends_no_more() -> None:
    client = open_client("test")
    await client.close()

    with pytest.raises(RuntimeError, match="closed"):
        await client.send(Request(method="GET", url=URL))


def test_a_file_of_roots_that_holds_none_is_refused(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("no certificate", encoding="ascii")

    with pytest.raises(ssl.SSLError):
        open_client("test", ca_file=str(roots))


async def test_of_a_secret_address_a_log_has_no_more_than_the_site(
    client: Client, service: respx.Route
) -> None:
    secret = Request(method="GET", url=f"{URL}/{SECRET}?key={SECRET}", has_secret_url=True)
    service.side_effect = [httpx.Response(200), httpx.ConnectError("no way")]
    with structlog.testing.capture_logs() as events:
        await client.send(secret)
        with pytest.raises(Unreachable):
            await client.send(secret)
    assert [event["url"] for event in events] == ["https://service.test/"] * 2
