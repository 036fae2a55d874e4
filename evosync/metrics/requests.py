"""Which of the numbers a request to Evotor or VK belongs to: few words, alike for alike (pure)."""

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec

from evosync.apilog.failures import may_have_failed
from evosync.apilog.methods import EXECUTE, VK_METHODS, calls_of, method_of
from evosync.outbound.exchange import Exchange
from evosync.vk.errors import KNOWN_CODES

OK = "ok"
OTHER = "other"

# Of RFC 6749, sections 4.1.2.1 and 5.2, and RFC 6750.
_OAUTH_WORDS = frozenset(
    {"invalid_grant", "invalid_token", "invalid_client", "unauthorized_client", "invalid_request"}
    | {"unsupported_grant_type", "invalid_scope", "server_error", "temporarily_unavailable"}
)
_OF_CALLS = b'"execute_errors"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: with whom, what for, and how it ended.

    `outcome` is `ok`, `error_5` (VK's code), `error_invalid_grant` (OAuth's),
    `http_429`, `timeout`, `connection`, `cancelled` or `other`.
    """

    service: str
    method: str
    outcome: str


class _Told(msgspec.Struct):
    error: Any = None
    execute_errors: Any = None


def asked_of(exchange: Exchange) -> Asked:
    """Tell what a request was."""
    method, _ = method_of(exchange)
    is_sign_in = exchange.service == "vk" and not (
        exchange.upload_bytes is not None or VK_METHODS in urlsplit(exchange.url).path
    )
    service = "vkid" if is_sign_in else exchange.service
    return Asked(service=service, method=method, outcome=_outcome(exchange))


def calls_in(exchange: Exchange, outcome: str) -> Counter[tuple[str, str]]:
    """Count the calls of VK's methods that a request made, by method and outcome.

    Each call of an `execute` counts by itself. When the request got no answer, or a refusal of
    the whole, so did all of them: `outcome`.
    """
    path = urlsplit(exchange.url).path
    if exchange.upload_bytes is not None or VK_METHODS not in path:
        return Counter()
    method = path.rpartition(VK_METHODS)[2]
    if method != EXECUTE:
        return Counter({(method, outcome): 1})
    calls = calls_of(exchange)
    counted: Counter[tuple[str, str]] = Counter()
    if outcome == OK and _OF_CALLS in exchange.answer:
        for name, code in _errors_of_calls(exchange.answer):
            if calls[name] > 0:
                calls[name] -= 1
                counted[name, _of_code(code)] += 1
    counted.update({(name, outcome): count for name, count in calls.items() if count})
    return counted


def _outcome(exchange: Exchange) -> str:
    status = exchange.status
    if status is None:
        return _of_silence(exchange.cause)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return _of_refusal(exchange.answer) or _of_status(status)
    return (may_have_failed(exchange) and _of_refusal(exchange.answer)) or OK


def _of_silence(cause: str) -> str:
    if "Timeout" in cause:
        return "timeout"
    if cause == "Cancelled":
        return "cancelled"
    is_connection = cause.endswith("Error") and cause not in {"UnicodeError", "UnicodeEncodeError"}
    return "connection" if is_connection else OTHER


def _of_status(status: int) -> str:
    try:
        return f"http_{HTTPStatus(status).value}"
    except ValueError:
        return f"http_{status // 100}xx" if status < 600 else OTHER


def _of_refusal(answer: bytes) -> str | None:
    """Read the error of a whole request; None when the answer names none."""
    error = _read(answer).error
    if isinstance(error, dict):
        error = error.get("error_code")
    return None if error is None else _of_code(error)


def _of_code(code: object) -> str:
    if isinstance(code, int) and not isinstance(code, bool) and code in KNOWN_CODES:
        return f"error_{code}"
    return f"error_{code}" if isinstance(code, str) and code in _OAUTH_WORDS else "error_other"


def _errors_of_calls(answer: bytes) -> list[tuple[str, object]]:
    """List the errors of an execute's calls, by method; that of the whole is one of the others."""
    told = _read(answer).execute_errors
    rows = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []
    own = [row for row in rows if row.get("method") != EXECUTE]
    return [(str(row.get("method")), row.get("error_code")) for row in own]


def _read(answer: bytes) -> _Told:
    try:
        return msgspec.json.decode(answer, type=_Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Told()
