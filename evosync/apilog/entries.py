"""What went out or came in becomes an entry: what it was, how it ended, whether bodies are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from evosync.apilog.bodies import cut_safely, is_secret_field
from evosync.apilog.entry import Bodies, Entry, Outcome, Service, outcome_of
from evosync.apilog.failures import codes_in, error_code_of, may_have_failed
from evosync.apilog.methods import method_of
from evosync.outbound.exchange import Exchange
from evosync.redact import is_secret_key

Keep = Literal["failures", "all", "none"]
"""Whose bodies are kept: setting API_LOG_BODIES."""

GONE = "ClientDisconnect"
"""The code of a webhook whose caller did not wait for the answer."""


def entry_of(
    exchange: Exchange, *, keep: Keep, ended_at: datetime, bound: Mapping[str, object]
) -> Entry:
    """Make an entry. `bound` are the ids that the log's context holds: `user_id`, `run_id`."""
    method, detail = method_of(exchange)
    is_suspect = may_have_failed(exchange)
    error_code = error_code_of(exchange) if is_suspect else None
    outcome = outcome_of(exchange.status, error_code)
    return Entry(
        at=ended_at - timedelta(seconds=exchange.seconds),
        service=exchange.service,
        method=method,
        url=exchange.url,
        status=exchange.status,
        outcome=outcome,
        duration_ms=round(exchange.seconds * 1000),
        error_code=error_code,
        detail=detail,
        user_id=_id_in(bound, "user_id"),
        run_id=_id_in(bound, "run_id"),
        bodies=_bodies(exchange, detail or "") if _is_kept(keep, outcome) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook that was answered. `asked` None = it did not bring the secret, and was not read.

    `name` is its path without what stands before `/user`. `status` None = whoever called it went
    away before the answer.
    """

    at: datetime
    name: str
    path: str
    status: int | None
    seconds: float
    asked: bytes | None = field(default=None, repr=False)
    answer: bytes = field(default=b"", repr=False)
    user_id: int | None = None


def entry_of_call(call: Call, *, keep: Keep) -> Entry:
    """Make an entry of a webhook."""
    error_code = GONE if call.status is None else codes_in(call.answer, call.status)
    outcome = outcome_of(call.status, error_code)
    bodies = Bodies(
        asked=call.asked or b"",
        answer=call.answer,
        answer_bytes=len(call.answer),
        is_of_person=True,
    )
    is_kept = call.asked is not None and _is_kept(keep, outcome)
    return Entry(
        at=call.at,
        service=Service.WEBHOOK,
        method=call.name,
        url=call.path,
        status=call.status,
        outcome=outcome,
        duration_ms=round(call.seconds * 1000),
        error_code=error_code,
        user_id=call.user_id,
        bodies=bodies if is_kept else None,
    )


def _is_kept(keep: Keep, outcome: Outcome) -> bool:
    return keep == "all" or (keep == "failures" and outcome is not Outcome.OK)


def _bodies(exchange: Exchange, upload: str) -> Bodies:
    form = exchange.form or {}
    sent = [value for name, value in form.items() if is_secret_field(name, value)]
    shown = [
        value.rpartition(" ")[2] for name, value in exchange.headers.items() if is_secret_key(name)
    ]
    return Bodies(
        asked=dict(form) if form else upload,
        answer=cut_safely(exchange.answer),
        answer_bytes=len(exchange.answer),
        secrets=(*sent, *shown),
    )


def _id_in(bound: Mapping[str, object], name: str) -> int | None:
    value = bound.get(name)
    return value if isinstance(value, int) else None
