"""Bodies as the log may keep them: cut, and masked of secrets and of who people are (pure)."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from evosync.apilog.entry import CUT_BYTES, Bodies
from evosync.apilog.methods import size_of
from evosync.redact import (
    MASK,
    drop_queries,
    is_person_key,
    is_secret_key,
    mask_people,
    mask_text,
)

# No secret is longer, and none has one of these in it: what is cut off goes back to such a sign,
# so that no half of a secret is left that nobody would know for one.
_LONGEST_SECRET = 4096  # bytes
_BETWEEN = re.compile(rb'["\s<>&]')

# Secrets of forms only: elsewhere a code is a cashier's number or that of an error.
_OF_FORMS = frozenset({"code", "state", "captcha_sid", "captcha_key"})

# What a webhook may say in clear. Whoever made the form may have asked a person for anything else.
_IMPERSONAL = frozenset(
    {"userId", "userUuid", "hasBilling", "errors", "code", "reason", "subject", "error", "id"}
)

_Walk = Callable[[str], str]


def asked_in_clear(bodies: Bodies) -> str:
    """Return what was sent, masked; JSON where it had fields."""
    match bodies.asked:
        case str():
            return bodies.asked
        case bytes():
            cut = cut_safely(bodies.asked)
            return masked_body(cut, len(bodies.asked), bodies)
        case _:
            clean = _cleaner(bodies.secrets)
            fields = {
                name: MASK if value and is_secret_field(name, value) else clean(value)
                for name, value in bodies.asked.items()
            }
            return _shortened(_json(fields))


def is_secret_field(name: str, value: str) -> bool:
    """Tell whether the value of a form's field must be masked whole."""
    # VK's execute calls its program a code, too.
    is_program = name == "code" and "API." in value
    return _is_hidden(name) or (name in _OF_FORMS and not is_program)


def answer_in_clear(bodies: Bodies) -> str:
    """Return what was answered, masked."""
    return masked_body(bodies.answer, bodies.answer_bytes, bodies)


def masked_body(body: bytes, whole_bytes: int, bodies: Bodies) -> str:
    """Mask a body, of which more may have been cut off; says of a picture only its size."""
    if not body:
        return ""
    if b"\0" in body:
        return f"не текст, {size_of(whole_bytes)}"
    clean = _cleaner(bodies.secrets)
    rest = whole_bytes - len(body)
    try:
        told = msgspec.json.decode(body) if rest <= 0 else None
        if isinstance(told, dict | list):
            walked = _walk_person(told) if bodies.is_of_person else _walk(told, clean)
            return _json(walked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    if bodies.is_of_person:
        return f"не показать, {size_of(whole_bytes)}"
    text = _storable(clean(body.decode(errors="replace")))
    return f"{text}\n… ещё {size_of(rest)} не сохранено" if rest > 0 else text


def cut_safely(body: bytes) -> bytes:
    """Cut a body to `CUT_BYTES`, and on to where no secret can have been cut in two."""
    if len(body) <= CUT_BYTES:
        return body
    for place in range(CUT_BYTES, CUT_BYTES - _LONGEST_SECRET, -1):
        if _BETWEEN.match(body, place):
            return body[:place]
    return body[: CUT_BYTES - _LONGEST_SECRET]


def _cleaner(secrets: tuple[str, ...]) -> _Walk:
    known = sorted({each for each in secrets if len(each) > 3}, key=len, reverse=True)

    def clean(text: str) -> str:
        for secret in known:
            text = text.replace(secret, MASK)
        return mask_people(mask_text(drop_queries(text)))

    return clean


def _walk(value: Any, clean: _Walk) -> Any:
    match value:
        case {"key": str() as name, "value": _} if _is_hidden(name):
            # VK repeats the parameters of a refused request as such pairs.
            return {"key": name, "value": MASK}
        case Mapping():
            return {
                clean(str(key)): MASK if inner and _is_hidden(str(key)) else _walk(inner, clean)
                for key, inner in value.items()
            }
        case list():
            return [_walk(inner, clean) for inner in value]
        case str():
            return clean(value)
        case int() if not isinstance(value, bool) and mask_people(str(value)) == MASK:
            return MASK
        case _:
            return value


def _walk_person(value: Any, name: str = "") -> Any:
    """Keep of a form that a person filled in only what is known to say nothing of them."""
    match value:
        case Mapping():
            return {
                _cleaner(())(str(key)): _walk_person(inner, str(key))
                for key, inner in value.items()
            }
        case list():
            return [_walk_person(inner, name) for inner in value]
        case bool() | None:
            return value
        case _:
            return _walk(value, _cleaner(())) if name in _IMPERSONAL else MASK


def _is_hidden(name: str) -> bool:
    return is_secret_key(name) or is_person_key(name)


def _json(value: Any) -> str:
    return _storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _shortened(text: str) -> str:
    """Cut a text that is masked already."""
    if len(text) <= CUT_BYTES:
        return text
    rest = len(text[CUT_BYTES:].encode())
    return f"{text[:CUT_BYTES]}\n… ещё {size_of(rest)} не сохранено"


def _storable(text: str) -> str:
    """Replace halves of characters, which no database takes."""
    return text.encode(errors="replace").decode()
