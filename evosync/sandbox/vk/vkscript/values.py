"""Values of VKScript, which are JSON's, and what its signs do to them, much as in JavaScript."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

Value: TypeAlias = Any  # str | int | float | bool | None | list[Value] | dict[str, Value]

_INTEGER_MAX = 2**63
_EXACT_FLOAT_MAX = 2**53  # up to here every whole float is the integer it looks like


class ScriptFailed(Exception):
    """The script broke off while running: VK's error 13."""


def is_true(value: Value) -> bool:
    """Null, false, 0 and the empty string are false; lists and objects are true."""
    return isinstance(value, list | dict) or bool(value)


def text_of(value: Value) -> str:
    """The value as part of a string."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return "Array"  # as PHP, which VKScript runs on, prints lists and objects


def number_of(value: Value) -> int | float:
    """The value as a number; text that is none counts as 0."""
    match value:
        case bool():
            return int(value)
        case int() | float():
            return value
        case None:
            return 0
        case str():
            return _number_in(value)
        case _:
            raise ScriptFailed("a list or an object is not a number")


def whole_number_of(value: Value) -> int:
    """parseInt: the whole part, toward zero."""
    return math.trunc(number_of(value))


def equal(left: Value, right: Value) -> bool:
    """`==`: a number equals its text; lists and objects equal only themselves."""
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return left is right
    if left is None or right is None:
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number_of(left) == number_of(right)


def less(left: Value, right: Value) -> bool:
    """`<`: by letters when both are strings, else by value."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return number_of(left) < number_of(right)


def add(left: Value, right: Value) -> Value:
    """`+`: joins two lists, joins texts, adds numbers."""
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return text_of(left) + text_of(right)
    return _settled(number_of(left) + number_of(right))


def subtract(left: Value, right: Value) -> Value:
    """`-`."""
    return _settled(number_of(left) - number_of(right))


def multiply(left: Value, right: Value) -> Value:
    """`*`."""
    return _settled(number_of(left) * number_of(right))


def divide(left: Value, right: Value) -> Value:
    """`/`: 7 / 2 is 3.5."""
    return _settled(number_of(left) / _divisor(right))


def remainder(left: Value, right: Value) -> Value:
    """`%`, with the sign of the left side."""
    return _settled(math.fmod(number_of(left), _divisor(right)))


BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: not less(right, left),
    ">=": lambda left, right: not less(left, right),
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
}


def weight_of(value: Value, enough: int) -> int:
    """At least how many bytes the value takes as JSON; the count stops once over `enough`.

    A script can build a value that holds itself, or itself twice over and
    over; both end here and not in the memory.
    """
    weight = 0
    waiting = [value]
    while waiting and weight <= enough:
        part = waiting.pop()
        weight += 1
        if isinstance(part, str):
            weight += len(part)
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            weight += sum(map(len, part))
            waiting += part.values()
    return weight


def _divisor(value: Value) -> int | float:
    divisor = number_of(value)
    if divisor == 0:
        raise ScriptFailed("division by zero")
    return divisor


def _number_in(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return 0


def _settled(number: int | float) -> int | float:
    """A whole float as an integer; a number past 64 bits ends the script."""
    if not math.isfinite(number) or (isinstance(number, int) and abs(number) >= _INTEGER_MAX):
        raise ScriptFailed("a number is out of range")
    if isinstance(number, float) and number.is_integer() and abs(number) < _EXACT_FLOAT_MAX:
        return int(number)
    return number
