"""Bodies of Evotor's answers: the envelope of a list and its rows, not read yet."""

import re
from typing import TypeVar

import msgspec


class Malformed(Exception):
    """An answer that is no list or no object of the kind asked for."""


class Paging(msgspec.Struct, frozen=True):
    """The end of a list says nothing, `{}`, null or "" here."""

    next_cursor: str | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of any list; its rows are read one by one, so that each fails alone."""

    items: list[msgspec.Raw]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """What to ask the next page with; None on the last one."""
        return (self.paging and self.paging.next_cursor) or None


# Row by row, so that each fails alone.
_PAGE: msgspec.json.Decoder[Page | list[msgspec.Raw]] = msgspec.json.Decoder(
    Page | list[msgspec.Raw]
)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])

T = TypeVar("T")


def read_page(body: bytes) -> Page:
    """Read a list's envelope, or the bare array that some answers were. Raises Malformed."""
    page = _decode(_PAGE, body)
    return Page(items=page) if isinstance(page, list) else page


def read_object(body: bytes) -> msgspec.Raw:
    """Take an answer of one row. Raises Malformed when it is no JSON object."""
    return msgspec.Raw(msgspec.json.encode(_decode(_OBJECT, body)))


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body.decode())
    except (ValueError, RecursionError):
        pass
    # One name with half an emoji or a bare control character in it breaks the
    # JSON of the whole page: mend the text once, and look again.
    try:
        return decoder.decode(_mended(body.decode("utf-8-sig", "replace")))
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


# A surrogate pair, half of one, or any other escape: so "\\ud83d", an escaped
# backslash and five letters, is passed over.
_ESCAPES = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(?P<half>\\u[dD][89a-fA-F]\w\w)|\\.")


def _mended(text: str) -> str:
    text = re.sub(r"[\x00-\x1f]", " ", text)
    return _ESCAPES.sub(lambda found: "\ufffd" if found["half"] else found[0], text)
