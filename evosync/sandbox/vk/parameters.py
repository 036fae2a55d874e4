"""Parameters of a call, from the strings of HTTP or the values of VKScript to a typed struct."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec

from evosync.sandbox.vk.refusals import Refused, bad_parameter

Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]

_Params = TypeVar("_Params", bound=msgspec.Struct)

# http_build_query of PHP writes a list as `name[0]=…&name[1]=…`.
_PHP_ELEMENT = re.compile(r"(?P<name>\w+)\[\w*\]")
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_INVALID = re.compile(r"(?P<reason>.*) - at `\$\.(?P<name>\w+).*`", re.DOTALL)


def merge(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One string a name; elements of a PHP-style array become a comma-separated list."""
    merged: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for key, value in pairs:
        if element := _PHP_ELEMENT.fullmatch(key):
            lists.setdefault(element["name"], []).append(value)
        else:
            merged[key] = value
    return merged | {name: ",".join(values) for name, values in lists.items()}


def read_parameters(kind: type[_Params], given: Mapping[str, Any]) -> _Params:
    """Check `given` against a struct; unknown names are ignored, as VK ignores them.

    Raises Refused(100) naming the first parameter that is missing or does not fit.
    """
    lists, texts = _shapes(kind)
    ready: dict[str, Any] = {}
    for name, value in given.items():
        text = _as_text(name, value)
        if text is None or (not text and name not in lists | texts):
            continue
        if name in lists:
            ready[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            ready[name] = text
    try:
        return msgspec.convert(ready, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def _as_text(name: str, value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "1" if value else "0"
        case str() | int() | float():
            return str(value)
        case list():
            return ",".join(_as_text(name, part) or "" for part in value)
        case _:
            raise bad_parameter(name, "should not be an object")


@cache
def _shapes(kind: type[msgspec.Struct]) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the parameters that are lists, and of those that are texts."""
    fields = msgspec.structs.fields(kind)
    lists = frozenset(field.name for field in fields if _mentions(field.type, list))
    texts = frozenset(field.name for field in fields if _mentions(field.type, str)) - lists
    return lists, texts


def _mentions(annotation: object, wanted: type) -> bool:
    if annotation is wanted or get_origin(annotation) is wanted:
        return True
    return any(_mentions(part, wanted) for part in get_args(annotation))


def _refusal(complaint: str) -> Refused:
    if missing := _MISSING.match(complaint):
        return bad_parameter(missing["name"], "is undefined")
    if invalid := _INVALID.fullmatch(complaint):
        reason = invalid["reason"].replace("`", "")
        if invalid["name"] in {"price", "old_price"} and "decimal" in reason.lower():
            reason = "not float"  # VK's own words for a decimal comma
        reason = reason.replace("Expected", "should be").replace("Invalid enum value", "cannot be")
        return bad_parameter(invalid["name"], reason)
    return Refused(100, complaint)
