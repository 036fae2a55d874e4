"""Bodies that are too large, by their own word and without one."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evosync.web.body_limit import MAX_BODY, TOO_LARGE
from tests.web.breakage import add_page

PATH = "/counting"
MEGABYTE = 1024 * 1024


class Counter:
    """A page that reads all it is sent, and knows how much that was."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, request: Request) -> Response:
        async for chunk in request.stream():
            self.read += len(chunk)
        return JSONResponse(self.read)


@pytest.fixture
def counter(app: Starlette) -> Counter:
    made = Counter()
    add_page(app, made, path=PATH)
    return made


async def in_pieces(size: int, of: int = 64 * 1024) -> AsyncIterator[bytes]:
    for begin in range(0, size, of):
        yield b"x" * min(of, size - begin)


@pytest.mark.parametrize("size", [0, 1, MAX_BODY])
async def test_what_is_small_enough_arrives_whole(
    size: int, stranger: httpx.AsyncClient, counter: Counter
) -> None:
    for content in (b"x" * size, in_pieces(size)):
        counter.read = 0
        assert (await stranger.post(PATH, content=content)).json() == size


@pytest.mark.parametrize("size", [MAX_BODY + 1, 10 * MEGABYTE])
async def test_what_says_that_it_is_too_large_is_not_read(
    size: int, stranger: httpx.AsyncClient, counter: Counter
) -> None:
    answer = await stranger.post(PATH, content=b"x" * size)
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text
    # The rest of the body would pass for the next request.
    assert answer.headers["connection"] == "close"
    assert counter.read == 0


@pytest.mark.parametrize("size", [MAX_BODY + 1, 10 * MEGABYTE])
async def test_what_turns_out_to_be_too_large_is_read_no_further(
    size: int, stranger: httpx.AsyncClient, counter: Counter
) -> None:
    answer = await stranger.post(PATH, content=in_pieces(size))
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text
    assert counter.read <= MAX_BODY


@pytest.mark.parametrize("word", ["", "-1", "many", "1e9", "²", "9" * 5000])
async def test_a_length_that_is_none_lets_nothing_more_in(
    word: str, stranger: httpx.AsyncClient, counter: Counter
) -> None:
    headers = {b"Content-Length": word.encode("latin-1")}
    small = await stranger.post(PATH, content=b"x", headers=headers)
    large = await stranger.post(PATH, content=in_pieces(MAX_BODY + 1), headers=headers)
    assert small.status_code in {200, 413}
    assert large.status_code == 413


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
    ],
)
async def test_a_form_that_is_too_large_is_refused_whatever_it_says_it_is(
    kind: str, stranger: httpx.AsyncClient
) -> None:
    body = b"--x\r\nContent-Disposition: form-data; name=email\r\n\r\n" * 30_000
    assert len(body) > MAX_BODY
    for content in (body, in_pieces(10 * MEGABYTE)):
        headers = {"Content-Type": kind}
        answer = await stranger.post("/login", content=content, headers=headers)
        # What is no form is not read at all: then the form is empty.
        assert answer.status_code in {413, 400, 422}


async def test_programs_are_told_in_json(app: Starlette, stranger: httpx.AsyncClient) -> None:
    add_page(app, Counter(), path=PATH, is_json=True)
    for content in (b"x" * (MAX_BODY + 1), in_pieces(MAX_BODY + 1)):
        answer = await stranger.post(PATH, content=content)
        assert (answer.status_code, answer.json()) == (413, {"error": TOO_LARGE})
