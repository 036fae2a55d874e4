"""`/admin/logs/{id}`: one request, and both bodies as far as they are kept."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.permissions import Permission
from evosync.apilog.entry import Outcome
from evosync.db import api_logs
from evosync.db.api_logs import Log
from evosync.web.auth import user_of
from evosync.web.exchange_words import (
    SERVICES,
    badge_of,
    duration_words,
    laid_out,
    method_words,
    reason_of,
    time_words,
)
from evosync.web.routing import number_in_path
from evosync.web.state import state_of
from evosync.web.view import render

LONG_LINES = 40  # a longer body is folded


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBody:
    """A body laid out; `why_not` says why there is none."""

    title: str
    text: str
    why_not: str
    is_long: bool


async def show(request: Request) -> Response:
    """Show one request."""
    state, viewer = state_of(request), user_of(request)
    async with state.database.read() as tx:
        log = await api_logs.find_log(tx, number_in_path(request))
    if log is None:
        raise HTTPException(404)
    mood, word = badge_of(log)
    settings = state.opened.settings
    why_not = _why_not(log, settings.api_log_bodies)
    return render(
        request,
        "admin/log.html",
        log=log,
        service=SERVICES.get(log.service, log.service),
        method=method_words(log),
        mood=mood,
        word=word,
        reason=reason_of(log),
        time=time_words(log.at, state.opened.clock(), viewer.time_zone),
        duration=duration_words(log.duration_ms),
        days_kept=settings.api_log_retention_days,
        can_see_users=viewer.may(Permission.USERS_VIEW),
        bodies=[
            _shown("Отправлено", log.request_body, why_not),
            _shown("Получено в ответ", log.response_body, why_not),
        ],
    )


def _shown(title: str, body: str | None, why_not: str) -> ShownBody:
    text = laid_out(body) if body else ""
    return ShownBody(title=title, text=text, why_not=why_not, is_long=text.count("\n") > LONG_LINES)


def _why_not(log: Log, keep: str) -> str:
    """Say why a body is not there; it may also have been empty."""
    if keep == "none":
        return "Тела запросов не хранятся: так настроено."
    if log.outcome == Outcome.OK and keep == "failures":
        return "Тела удачных запросов не хранятся."
    return "Пусто."
