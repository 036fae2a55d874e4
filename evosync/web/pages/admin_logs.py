"""`/admin/logs`: requests to Evotor and VK and what Evotor called, by time, filtered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from evosync.apilog.entry import FAILURES
from evosync.db import accounts, api_logs
from evosync.db.api_logs import MOST_COUNTED, Log, LogPage, LogSearch
from evosync.db.types import Tx
from evosync.spoken import number, plural
from evosync.web.auth import user_of
from evosync.web.exchange_words import (
    SERVICES,
    badge_of,
    duration_words,
    method_words,
    reason_of,
    time_words,
)
from evosync.web.flash import Kind
from evosync.web.log_filters import (
    PERIODS,
    STATUSES,
    Asked,
    address,
    first_page,
    mark_text,
    methods_like,
    number_of,
    read_filters,
)
from evosync.web.navigation import admin_tabs
from evosync.web.pages.admin_audit import Choice
from evosync.web.state import state_of
from evosync.web.view import render

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLog:
    """One request as the list shows it."""

    id: int
    at: datetime
    time: str
    service: str
    method: str
    reason: str
    user: str | None
    state: Kind
    word: str
    duration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database holds of what was asked for; `day` and `failed` are of the last day."""

    page: LogPage
    count: int
    methods: Sequence[str]
    day: int
    failed: int


async def show(request: Request) -> Response:
    """Show a page of the log."""
    state, viewer = state_of(request), user_of(request)
    now = state.opened.clock()
    asked = read_filters(request.query_params, now=now, zone=viewer.time_zone)
    async with state.database.read() as tx:
        found = await _find(tx, asked, now)
    mood, sentence = _sentence(found)
    path = request.url.path
    return render(
        request,
        "admin/logs.html",
        admin_tabs=admin_tabs(request, viewer),
        mood=mood,
        sentence=sentence,
        kept=asked.kept,
        services=_choices({"": "Все", **SERVICES}, asked.kept["service"]),
        statuses=_choices(_status_words(asked), asked.kept["status"]),
        periods=_choices(
            {value: label for value, (label, _) in PERIODS.items()},
            asked.period,
        ),
        methods=found.methods,
        days_kept=state.opened.settings.api_log_retention_days,
        logs=[_shown(log, now, viewer.time_zone) for log in found.page.logs],
        count=_counted(found.count),
        has_filter=any(asked.kept.values()),
        newer_url=_beyond(path, asked, found.page, newer=True),
        older_url=_beyond(path, asked, found.page, newer=False),
    )


async def _find(tx: Tx, asked: Asked, now: datetime) -> Found:
    methods = await api_logs.list_methods(tx)
    search = await _resolved(tx, asked, methods)
    page, count = LogPage(), 0
    if search is not None:
        page = await api_logs.list_logs(tx, search)
        if search.after is not None and not page.has_newer:
            # The way back leads to a full page, and to what has come since.
            page = await api_logs.list_logs(tx, first_page(search))
        count = await api_logs.count_logs(tx, first_page(search))
    today = LogSearch(since=now - DAY)
    return Found(
        page=page,
        count=count,
        methods=methods,
        day=await api_logs.count_logs(tx, today),
        failed=await api_logs.count_logs(tx, replace(today, outcomes=FAILURES)),
    )


async def _resolved(tx: Tx, asked: Asked, methods: Sequence[str]) -> LogSearch | None:
    """Look up whom and what the words mean; None when nothing of the kind is there."""
    search, words = asked.search, asked.kept
    if words["method"]:
        search = replace(search, methods=methods_like(words["method"], methods))
        if not search.methods:
            return None
    if words["user"]:
        user_id = number_of(words["user"])
        if user_id is None:
            user = await accounts.find_user_by_email(tx, words["user"])
            user_id = user.id if user else None
        if user_id is None:
            return None
        search = replace(search, user_id=user_id)
    return search


def _sentence(found: Found) -> tuple[Kind | None, str]:
    if not found.day:
        return None, "За сутки запросов не было."
    asked = _counted(found.day)
    if not found.failed:
        return "success", f"За сутки {asked}, все удались."
    return "warning", f"За сутки {asked}, {_at_most(found.failed)} с ошибкой."


def _counted(count: int) -> str:
    if count > MOST_COUNTED:
        return f"больше {number(MOST_COUNTED)}\u00a0запросов"
    return plural(count, "запрос", "запроса", "запросов")


def _at_most(count: int) -> str:
    return f"больше {number(MOST_COUNTED)}" if count > MOST_COUNTED else number(count)


def _choices(labels: dict[str, str], current: str) -> list[Choice]:
    return [
        Choice(value=value, label=label, is_current=value == current)
        for value, label in labels.items()
    ]


def _status_words(asked: Asked) -> dict[str, str]:
    words = {value: label for value, (label, _) in STATUSES.items()}
    status = asked.kept["status"]
    return words if status in words else {**words, status: status}


def _shown(log: Log, now: datetime, zone: str) -> ShownLog:
    state, word = badge_of(log)
    return ShownLog(
        id=log.id,
        at=log.at,
        time=time_words(log.at, now, zone),
        service=SERVICES.get(log.service, log.service),
        method=method_words(log),
        reason=reason_of(log),
        user=log.user,
        state=state,
        word=word,
        duration=duration_words(log.duration_ms),
    )


def _beyond(path: str, asked: Asked, page: LogPage, *, newer: bool) -> str | None:
    has_more = page.has_newer if newer else page.has_older
    if not has_more:
        return None
    if not page.logs:  # from beyond the end the way back leads to where there is something
        return address(path, asked.kept) if newer else None
    edge = page.logs[0 if newer else -1]
    mark = {"after" if newer else "before": mark_text(edge.at, edge.id)}
    return address(path, asked.kept, **mark)
