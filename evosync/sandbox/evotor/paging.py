"""Pages of the fake cloud's lists, and the opaque cursors between them."""

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from evosync.sandbox.evotor.refusals import invalid

# These bytes come out of base64 as "+" and "/": a client that does not percent-encode
# its cursor breaks it on every page, as it sometimes would with Evotor.
_MARK = b"\xfb\xef\xbe\xff\xff\xff"


class Row(Protocol):
    """Anything a list is made of."""

    id: str
    created_ms: int


R = TypeVar("R", bound=Row)


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Where the next page begins: after this row of that list, read with that filter."""

    listing: str
    since_ms: int | None
    until_ms: int | None
    types: str
    created_ms: int
    row_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a list; `listing` names the list, `cursor` continues an earlier answer."""

    listing: str
    cursor: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    types: str = ""


def encode_cursor(place: Place) -> str:
    """Return the place as base64 that always contains "+", "/" and "="."""
    body = msgspec.json.encode(place)
    body = zlib.crc32(body).to_bytes(4, "big") + body
    if (len(_MARK) + len(body)) % 3 == 0:  # no padding, no "="
        body += b" "
    return base64.b64encode(_MARK + body).decode()


def decode_cursor(cursor: str, listing: str) -> Place:
    """Return the place a cursor stands for; a 400 if it is not one of this list's."""
    try:
        raw = base64.b64decode(cursor, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("cursor", "malformed") from None
    body = raw[len(_MARK) + 4 :].rstrip(b" ")
    if raw[: len(_MARK)] != _MARK or raw[len(_MARK) :][:4] != zlib.crc32(body).to_bytes(4, "big"):
        raise invalid("cursor", "malformed")
    place = msgspec.json.decode(body, type=Place)
    if place.listing != listing:
        raise invalid("cursor", "belongs to another list")
    return place


def read_page(
    rows: Sequence[R],
    question: Question,
    size: int,
    matches: Callable[[R, Place], bool],
) -> tuple[list[R], str | None]:
    """Return the asked page in order of creation and the cursor of the next one, if any.

    A row that goes away between two pages costs no other row, since a cursor
    names the last row it gave and not a count.
    """
    if question.cursor is None:
        place = Place(
            question.listing, question.since_ms, question.until_ms, question.types, -1, ""
        )
    else:
        place = decode_cursor(question.cursor, question.listing)
    rest = sorted(
        (
            row
            for row in rows
            if (row.created_ms, row.id) > (place.created_ms, place.row_id) and matches(row, place)
        ),
        key=lambda row: (row.created_ms, row.id),
    )
    page = rest[:size]
    if len(rest) <= size:
        return page, None
    last = page[-1]
    following = msgspec.structs.replace(place, created_ms=last.created_ms, row_id=last.id)
    return page, encode_cursor(following)
