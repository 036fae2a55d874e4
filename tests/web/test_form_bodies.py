"""Bodies that no form of ours makes: too large, broken, of another kind; a page says so."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.web.crowd import Stage, Who
from tests.web.page import read_page
from tests.web.route_rows import NOT_FOUND, RouteRow
from tests.web.route_table import ROWS

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
RUSSIAN = re.compile("[а-яё]{3}", re.IGNORECASE)
ENGLISH = re.compile("[a-z]{3,} [a-z]{3,}", re.IGNORECASE)

# All that read a form. The owner of the service may send each of them.
ROUTES = [row for row in ROWS if row.form and row.answers[Who.SYSTEM] != NOT_FOUND]


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """A body, how it is announced, and whether it can be told from a form without fields."""

    kind: str
    content: bytes
    is_broken: bool = False


def _part(name: str, value: bytes) -> bytes:
    return (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
    )


ODD = {
    "json": Odd(kind="application/json", content=b'{"email": "a@example.ru"}'),
    "no kind at all": Odd(kind="", content=b"email=a"),
    "nothing": Odd(kind=URLENCODED, content=b""),
    "no boundary": Odd(kind="multipart/form-data", content=b"--x--", is_broken=True),
    "another boundary": Odd(kind=MULTIPART, content=b"--y--", is_broken=True),
    "a part without a name": Odd(
        kind=MULTIPART, content=b"--x\r\nA: b\r\n\r\nc\r\n--x--\r\n", is_broken=True
    ),
    "too many fields": Odd(kind=URLENCODED, content=b"a=b&" * 2000, is_broken=True),
    "an encoding with halves of characters": Odd(
        kind=f"{MULTIPART}; charset=utf-7",
        content=b"".join(_part(name, b"+2AA-") for name in ("name", "email", "next", "theme"))
        + b"--x--\r\n",
        is_broken=True,
    ),
    "an encoding of names of hosts": Odd(
        kind=f"{MULTIPART}; charset=idna", content=_part("name", b"xn--\xff.") + b"--x--\r\n"
    ),
    "an encoding that fails": Odd(
        kind=f"{MULTIPART}; charset=undefined",
        content=_part("name", b"a") + b"--x--\r\n",
        is_broken=True,
    ),
    "no encoding of texts": Odd(
        kind=f"{MULTIPART}; charset=zlib", content=_part("name", b"a") + b"--x--\r\n"
    ),
    "cut in the middle": Odd(kind=MULTIPART, content=_part("name", b"a")[:-9]),
}


@pytest.mark.parametrize("odd", ODD)
async def test_a_body_that_is_no_form_of_ours_breaks_nothing(odd: str, stage: Stage) -> None:
    before = await stage.rows()
    for row in ROUTES:
        stage.forget_tries()
        answer = await _send(stage, row, ODD[odd].kind, ODD[odd].content)
        if ODD[odd].is_broken:
            assert answer.status_code == 400, row
            _is_russian(answer)
            assert await stage.rows() == before
        else:
            # A role may permit nothing, and this is how it is told so.
            assert answer.status_code in {400, 410, 422, 303}, row
            await stage.restore(before)


@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
async def test_ten_megabytes_are_not_taken(kind: str, stage: Stage) -> None:
    before = await stage.rows()
    for row in ROUTES:
        for content in (b"--x\r\n" + b"x" * 10_000_000, _ten_megabytes()):
            answer = await _send(stage, row, kind, content)
            # A picture may be so large, and what is none is refused for that.
            refusals = {400, 413, 422} if row.at == "/sync/photo" else {413}
            assert answer.status_code in refusals, row
            _is_russian(answer)
    assert await stage.rows() == before


async def _ten_megabytes() -> AsyncIterator[bytes]:
    """Send without saying how much there will be."""
    yield _part("name", b"")[:-2]
    for _ in range(160):
        yield b"x" * 65_536


async def _send(
    stage: Stage, row: RouteRow, kind: str, content: bytes | AsyncIterator[bytes]
) -> httpx.Response:
    stage.set(**row.settings)
    async with stage.client(Who.SYSTEM) as client:
        return await client.post(
            row.at.format_map(stage.words),
            content=content,
            headers={"Content-Type": kind} if kind else {},
        )


def _is_russian(answer: httpx.Response) -> None:
    text = read_page(answer.text).text
    assert RUSSIAN.search(text)
    assert not ENGLISH.search(text)
