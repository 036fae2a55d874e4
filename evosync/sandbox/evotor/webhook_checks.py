"""How a service must answer Evotor's calls about its users, field by field."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Kind = Literal["create", "verify", "token"]

ANSWER_WITHIN_S = 10  # Evotor's documentation: a later answer is none

_USER_TOKEN = re.compile(r"[A-Za-z0-9_=-]{1,128}")

# HTTP status → codes; D18 doc_errors_returned and the swagger's responses, by the kinds they fit.
_ANY: tuple[Kind, ...] = ("create", "verify", "token")
_CODES: dict[int, dict[int, tuple[Kind, ...]]] = {
    400: {2001: _ANY, 2002: _ANY, 2003: _ANY},
    401: {1001: _ANY, 1002: _ANY, 1003: _ANY, 1006: ("verify",)},
    402: {1004: _ANY},
    405: {1005: _ANY, 1007: _ANY},
    409: {2004: ("verify",), 2005: ("create",)},
}
_REASONS = {
    1004: ("payment required",),
    1005: ("not allowed",),
    1007: ("license overhead",),
    2002: ("missing", "unexpected"),
    2003: ("incorrect",),
}
_CODE_MAX = 9999
_ERROR_FIELDS = {"code", "reason", "subject", "value"}


def read_answer(body: bytes) -> Any:
    """Return the JSON of an answer, None if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def check_answer(
    kind: Kind, status: int, content_type: str, body: bytes, user_id: object
) -> list[str]:
    """Say where an answer is not as the contract; `user_id` is the one that was sent."""
    answer = read_answer(body)
    if status == 200 and kind == "token":
        return []  # its body is ignored
    complaints = []
    if content_type.partition(";")[0].strip().lower() != "application/json":
        complaints.append(f"the content type is «{content_type}», not application/json")
    if status == 200:
        return complaints + _check_account(kind, answer, user_id)
    if status == 404:
        return complaints + ([] if answer == {} else ["the body of a 404 is not {}"])
    if status not in _CODES:
        return [*complaints, f"the status {status} is none of the contract"]
    return complaints + _check_errors(kind, status, answer)


def _check_account(kind: Kind, answer: Any, user_id: object) -> list[str]:
    if not isinstance(answer, dict):
        return ["the body is no JSON object"]
    fields = {"userId", "token"} | ({"hasBilling"} if kind == "verify" else set())
    complaints = _check_fields(answer, fields, fields)
    if answer.get("userId") != user_id:
        complaints.append(f"userId is {answer.get('userId')!r}, sent was {user_id!r}")
    token = answer.get("token")
    if not (isinstance(token, str) and _USER_TOKEN.fullmatch(token)):
        complaints.append("token is no text of 1 to 128 characters A-Z a-z 0-9 _ = -")
    if kind == "verify" and answer.get("hasBilling") is not False:
        complaints.append("hasBilling is not false")
    return complaints


def _check_errors(kind: Kind, status: int, answer: Any) -> list[str]:
    if not isinstance(answer, dict):
        return ["the body is no JSON object"]
    complaints = _check_fields(answer, {"errors"}, {"errors"})
    errors = answer.get("errors")
    if not (isinstance(errors, list) and errors):
        return [*complaints, "errors is no array with something in it"]
    for error in errors:
        complaints += _check_error(kind, status, error)
    return complaints


def _check_error(kind: Kind, status: int, error: Any) -> list[str]:
    if not isinstance(error, dict):
        return ["an error is no object"]
    complaints = _check_fields(error, {"code"}, _ERROR_FIELDS)
    code = error.get("code")
    if type(code) is not int or not 0 <= code <= _CODE_MAX:
        return [*complaints, f"code is {code!r}, not a number from 0 to {_CODE_MAX}"]
    if kind not in _CODES[status].get(code, ()):
        complaints.append(f"code {code} does not go with a {status} to {kind}")
    complaints += [
        f"{name} is no text"
        for name in ("reason", "subject")
        if not isinstance(error.get(name, ""), str)
    ]
    reason = error.get("reason")
    if reason is not None and reason not in _REASONS.get(code, (reason,)):
        complaints.append(f"the reason of {code} is {reason!r}")
    return complaints


def _check_fields(answer: Mapping[str, Any], mandatory: set[str], possible: set[str]) -> list[str]:
    missing = [f"{name} is missing" for name in sorted(mandatory - answer.keys())]
    return missing + [f"{name} is not expected" for name in sorted(answer.keys() - possible)]
