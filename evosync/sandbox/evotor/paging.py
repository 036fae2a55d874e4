"""Pages of the fake cloud's lists, and the opaque cursors between them."""

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from evosync.sandbox.evotor.knobs import Knobs
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
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a list; `listing` names the list, `cursor` continues an earlier answer.

    `spoiled` lets the switches about pages take effect.
    """

    listing: str
    cursor: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    types: str = ""
    spoiled: bool = False


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


def row_order(row: Row) -> tuple[int, str]:
    """Return what lists are sorted by."""
    return row.created_ms, row.id


def read_page(
    rows: Sequence[R],
    question: Question,
    knobs: Knobs,
    matches: Callable[[R, Place], bool],
) -> tuple[list[R], str | None]:
    """Return the asked page in order of creation and the cursor of the next one, if any.

    A row that goes away between two pages costs no other row, since a cursor
    names the last row it gave and not a count.
    """
    place = _place(question)
    ordered = sorted((row for row in rows if matches(row, place)), key=row_order)
    after = (place.created_ms, place.row_id)
    rest = [row for row in ordered if row_order(row) > after]
    again: list[R] = []
    if question.spoiled and knobs.repeats_rows:
        again = [row for row in ordered if row_order(row) == after]
    page = rest[: max(1, knobs.page_size - len(again))]
    last = row_order(page[-1]) if page else after
    following = encode_cursor(
        msgspec.structs.replace(place, created_ms=last[0], row_id=last[1], page=place.page + 1)
    )
    next_cursor = following if len(rest) > len(page) else None
    if question.spoiled:
        next_cursor = _spoiled_cursor(question, knobs, following, next_cursor)
    return again + page, next_cursor


def _spoiled_cursor(
    question: Question, knobs: Knobs, following: str, right: str | None
) -> str | None:
    match knobs.cursors:
        case "end":
            return right
        case "repeat":
            return question.cursor or right
        case "grow":
            return following


def _place(question: Question) -> Place:
    if question.cursor is not None:
        return decode_cursor(question.cursor, question.listing)
    return Place(question.listing, question.since_ms, question.until_ms, question.types, -1, "")
