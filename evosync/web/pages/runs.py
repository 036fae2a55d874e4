"""`/runs`: what was sent to VK and when, what failed, and a month of it at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import run_list
from evosync.db.run_list import PAGE, RunFilter
from evosync.db.runs import Run, RunKind
from evosync.engine.report import RunStatus
from evosync.spoken import plural
from evosync.web.auth import user_of
from evosync.web.flash import Kind
from evosync.web.pages.admin_users import Chip
from evosync.web.paging import make_pager, page_number
from evosync.web.run_chart import make_chart, since
from evosync.web.run_live import asked_in_words
from evosync.web.run_question import find_waiting
from evosync.web.run_words import KINDS, counts_in_words, lasted, moment_of, status_words
from evosync.web.state import state_of
from evosync.web.view import render

FILTERS = {
    RunFilter.SENDING: "Отправки",
    RunFilter.PREVIEWS: "Проверки",
    RunFilter.READINGS: "Чтения",
    RunFilter.FAILED: "С ошибками",
}
WAITING = "waiting"  # the one run that waits for its person, if there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """One run of a list; `owner` is whose it is, where there are many people's."""

    id: int
    icon: str
    kind: str
    at: datetime
    asked: str
    state: Kind
    word: str
    badge_icon: str | None
    counts: str
    repeats: str | None
    since: datetime | None
    lasted: str | None
    owner: str | None = None


async def show(request: Request) -> Response:
    """Show a page of the list."""
    query, user, state = request.query_params, user_of(request), state_of(request)
    wanted, page, now = query.get("show"), page_number(query.get("page")), state.opened.clock()
    chosen = RunFilter(wanted) if wanted in set(RunFilter) else RunFilter.SENDING
    async with state.database.read() as tx:
        found = await run_list.list_page(tx, user.id, chosen, page)
        counted = await run_list.list_counts(tx, user.id, since(now))
        waiting = await find_waiting(tx, user.id, now)
    is_waiting_wanted = wanted == WAITING
    listed = [waiting] if waiting else []
    runs = listed if is_waiting_wanted else found.runs
    kept = {"show": "" if chosen is RunFilter.SENDING else chosen.value}
    total = len(listed) if is_waiting_wanted else found.counts[chosen]
    return render(
        request,
        "runs/index.html",
        state=_state(runs, waiting),
        waiting=waiting,
        has_any=any(found.counts.values()),
        is_plain=wanted in {None, "", RunFilter.SENDING},
        chips=_chips(request, found.counts, WAITING if is_waiting_wanted else chosen, waiting),
        runs=[shown(run, user.id, waits=run == waiting) for run in runs],
        chart=make_chart(counted, now, user.time_zone),
        pager=make_pager(request.url.path, kept, 1 if is_waiting_wanted else page, PAGE, total),
    )


def shown(run: Run, viewer_id: int, *, waits: bool, owner: str | None = None) -> ShownRun:
    """Say a run in words."""
    icon, kind = KINDS[run.kind]
    state, word, badge_icon = status_words(run, waits=waits)
    more = run.repeats - 1
    repeats = plural(more, "запуск", "запуска", "запусков") if more else None
    return ShownRun(
        id=run.id,
        icon=icon,
        kind=kind,
        at=moment_of(run),
        asked=asked_in_words(run, viewer_id),
        state=state,
        word=word,
        badge_icon=badge_icon,
        counts=_told(run),
        repeats=repeats,
        since=run.first_started_at if more else None,
        lasted=lasted(run),
        owner=owner,
    )


def _told(run: Run) -> str:
    if run.finished_at is None:
        return "ещё не закончился"
    if run.kind is RunKind.READING and run.status is RunStatus.DONE:
        return "прочитано"
    return counts_in_words(run.counts) or (
        "без изменений" if run.error_text is None else run.error_text
    )


def _state(runs: list[Run], waiting: Run | None) -> tuple[Kind | None, str]:
    if waiting is not None and waiting.status is RunStatus.HELD:
        return "warning", f"Запуск №\u00a0{waiting.id} ждёт вашего решения."
    if waiting is not None:
        return "warning", f"Запуск №\u00a0{waiting.id} остановился: нужно ваше участие."
    if any(run.finished_at is None for run in runs):
        return "secondary", "Запуск идёт, ничего делать не нужно."
    return None, "Что и когда отправляли в VK."


def _chips(
    request: Request, counts: Mapping[RunFilter, int], current: str, waiting: Run | None
) -> list[Chip]:
    numbers: list[tuple[str, str, int]] = [
        (each.value, label, counts[each]) for each, label in FILTERS.items()
    ]
    numbers.append((WAITING, "Ждут вас", 1 if waiting else 0))
    return [
        Chip(
            label=label,
            url=request.url.path
            + ("" if value == RunFilter.SENDING else "?" + urlencode({"show": value})),
            count=count,
            is_current=value == current,
        )
        for value, label, count in numbers
    ]
