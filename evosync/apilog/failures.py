"""What went wrong in an answer: the codes of errors that its body names (pure)."""

import re
from collections import Counter
from http import HTTPStatus
from typing import Any

import msgspec

from evosync.outbound.exchange import Exchange
from evosync.redact import mask_text

LONGEST_CODE = 32  # characters; the column's width

# VK's error stands first in its answer, and so does that of OAuth. Within a
# text of JSON a quote has a backslash before it, so the names stand for themselves.
_BEGINS_WITH_ERROR = re.compile(rb'\s*\{\s*"error')
_OF_CALLS = b'"execute_errors"'


class _Told(msgspec.Struct):
    error: Any = None  # VK: an object; OAuth: a word
    execute_errors: Any = None
    errors: Any = None  # Evotor: a list
    code: Any = None


def may_have_failed(exchange: Exchange) -> bool:
    """Tell, without reading the answer's body, whether it has to be read for errors."""
    answer = exchange.answer
    return (
        exchange.status is None
        or exchange.status >= HTTPStatus.MULTIPLE_CHOICES
        or _BEGINS_WITH_ERROR.match(answer) is not None
        or _OF_CALLS in answer
    )


def error_code_of(exchange: Exchange) -> str | None:
    """Return the code of the error that an answer names: «5», «100 ×3, 15», «invalid_grant».

    Where no answer came it is the kind of error; None when there is no error.
    """
    if exchange.status is None:
        return exchange.cause[:LONGEST_CODE] or None
    return codes_in(exchange.answer, exchange.status)


def codes_in(answer: bytes, status: int) -> str | None:
    """Return the codes of errors that an answer names; None when it names none."""
    try:
        told = msgspec.json.decode(answer, type=_Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    codes = [*_codes(told.execute_errors), *_codes(told.error), *_codes(told.errors)]
    if not codes and status >= HTTPStatus.BAD_REQUEST:
        codes = _codes(told.code)
    return summed_up(codes)


def summed_up(codes: list[str]) -> str | None:
    """Write codes in few words, the most frequent first; what finds no room is left out."""
    words = ""
    for code, count in Counter(codes).most_common():
        word = f"{code} ×{count}" if count > 1 else code
        longer = f"{words}, {word}" if words else word
        if len(longer) > LONGEST_CODE:
            break
        words = longer
    return words or None


def _codes(told: Any) -> list[str]:
    match told:
        case dict():
            code = told.get("error_code", told.get("code"))
            return [] if code is None else _codes(code)
        case list():
            # VK adds the error of the whole under the method `execute`: it is one of the others.
            rows = [one for one in told if isinstance(one, dict)]
            own = [one for one in rows if one.get("method") != "execute"] or rows
            return [code for one in own for code in _codes(one)]
        case bool() | None:
            return []
        case int() | str():
            return [mask_text(str(told))[:LONGEST_CODE]]
        case _:
            return []
