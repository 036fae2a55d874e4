"""`/admin/runs`: whose runs wait, go on and have ended, and what the scheduler does."""

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.permissions import Permission, why_not_give, why_not_touch
from evosync.accounts.refusals import Refused
from evosync.backup.folder import see_folder
from evosync.db import accounts, all_runs, roles, runs
from evosync.db.accounts import User
from evosync.db.all_runs import OwnedRun
from evosync.db.run_list import RunFilter
from evosync.db.runs import Run, RunKind
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked
from evosync.jobs.scheduler import RoundState
from evosync.web.auth import user_of
from evosync.web.backup_words import shown_backup
from evosync.web.flash import Kind
from evosync.web.navigation import admin_tabs
from evosync.web.pages.admin_users import Chip
from evosync.web.pages.run_acts import note_act, stop_run
from evosync.web.pages.runs import FILTERS, ShownRun, shown
from evosync.web.routing import number_in_path
from evosync.web.run_words import STAGE_TITLES, duration
from evosync.web.state import state_of
from evosync.web.view import render, told

ROUNDS: Mapping[str, str] = {
    "checks": "Проверка подключений",
    "pipeline": "Запуски и чтения",
    "deletions": "Удаление учётных записей",
    "letters": "Письма о поломках",
    "stale": "Поиск тех, у кого давно не выходит",
    "writing": "Проба записи в базу",
    "house": "Уборка старых записей",
    "backups": "Резервные копии",
    "ping": "Сигнал внешнему монитору",
}
"""What each round of the scheduler does."""

UNTOUCHED = "Запуски этого человека может останавливать и начинать тот, у кого не меньше прав."


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRun:
    """A run that waits or goes on; `stage` says what it does, `planned` how much it is to send.

    `is_open` = whoever looks may stop it.
    """

    run: ShownRun
    user_id: int
    stage: str
    sent: int
    planned: int | None
    since: datetime
    is_asked_to_end: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """A run that has ended; `writes` = another such run would change something in VK.

    `is_open` = whoever looks may begin another one.
    """

    run: ShownRun
    user_id: int
    error: str | None
    writes: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRound:
    """One repeated work of the scheduler."""

    title: str
    every: str
    state: Kind
    word: str
    begun_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None


async def show(request: Request) -> Response:
    """Show the page."""
    state, viewer, query = state_of(request), user_of(request), request.query_params
    wanted = query.get("show")
    chosen = RunFilter(wanted) if wanted in set(RunFilter) else None
    user_id = _user_id(query.get("user"))
    async with state.database.read() as tx:
        active = await all_runs.list_active(tx)
        last = await all_runs.list_last(tx, chosen, user_id)
        whose = None if user_id is None else await accounts.find_user(tx, user_id)
        closed = await _list_closed(tx, viewer, [each.run.user_id for each in (*active, *last)])
    standing = state.backups.last
    folder = await asyncio.to_thread(
        see_folder, state.opened.settings.data_dir, standing.file if standing else None
    )
    going_on = sum(each.run.status is RunStatus.RUNNING for each in active)
    return render(
        request,
        "admin/runs.html",
        admin_tabs=admin_tabs(request, viewer),
        may_see_users=viewer.may(Permission.USERS_VIEW),
        active=[_active(each, viewer.id, closed) for each in active],
        going_on=going_on,
        waiting=len(active) - going_on,
        last=[_last(each, viewer.id, closed) for each in last],
        most=all_runs.LAST,
        whose=None if whose is None else whose.shown_name,
        chips=_chips(request, chosen, user_id),
        rounds=[_round(each) for each in state.scheduler.list_rounds()],
        is_alive=state.scheduler.is_alive(),
        backup=shown_backup(state.backups, folder),
        everybody=request.url.path,
    )


async def cancel(request: Request) -> Response:
    """Stop somebody's run."""
    run, owner = await _run_of(request)
    return await stop_run(request, run, owner, "admin-runs")


async def again(request: Request) -> Response:
    """Begin a run of the same kind for the person whose run this was."""
    run, owner = await _run_of(request)
    asked = Asked(user_id=run.user_id, kind=run.kind, asked_by=user_of(request).id)
    try:
        run_id = await state_of(request).mirroring.begin(asked)
    except NeedsPerson as error:
        return told(request, "admin-runs", "warning", f"Запуск не начат. {error.message}")
    await note_act(request, "run.again", owner, run_id)
    words = f"Запуск №\u00a0{run_id} поставлен в очередь."
    return told(request, "admin-runs", "success", words)


async def _run_of(request: Request) -> tuple[Run, User]:
    """Find a run that whoever asks may act on, and its owner. Raises Refused when they may not."""
    async with state_of(request).database.read() as tx:
        run = await runs.find_run(tx, number_in_path(request))
        owner = None if run is None else await accounts.find_user(tx, run.user_id)
    if run is None or owner is None:
        raise HTTPException(404)
    if why_not_touch(user_of(request), owner) is not None:
        raise Refused(UNTOUCHED)
    return run, owner


async def _list_closed(tx: Tx, viewer: User, owners: list[int]) -> set[int]:
    """List whose runs the viewer may only look at: theirs who may do more."""
    above = [each.name for each in await roles.list_roles(tx) if why_not_give(viewer, each)]
    return await roles.list_holders(tx, above, owners) - {viewer.id}


def _user_id(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) <= 18
    return int(text) if text is not None and is_number else None


def _active(owned: OwnedRun, viewer_id: int, closed: AbstractSet[int]) -> ActiveRun:
    run = owned.run
    stage = STAGE_TITLES[run.stage][1] if run.stage else "Начинаем"
    return ActiveRun(
        run=shown(run, viewer_id, waits=False, owner=owned.owner),
        user_id=run.user_id,
        stage=stage if run.status is RunStatus.RUNNING else "Ждёт очереди",
        sent=owned.sent,
        planned=run.planned,
        since=run.started_at or run.queued_at,
        is_asked_to_end=run.cancel_asked_at is not None,
        is_open=run.user_id not in closed,
    )


def _last(owned: OwnedRun, viewer_id: int, closed: AbstractSet[int]) -> LastRun:
    run = owned.run
    return LastRun(
        run=shown(run, viewer_id, waits=False, owner=owned.owner),
        user_id=run.user_id,
        error=run.error_text,
        writes=run.kind is RunKind.MIRROR,
        is_open=run.user_id not in closed,
    )


def _round(each: RoundState) -> ShownRound:
    state: Kind = "secondary"
    word = "Ещё не было"
    if each.is_going_on:
        word = "Идёт"
    elif each.has_failed:
        state, word = "danger", "Не вышло"
    elif each.ended_at is not None:
        state, word = "success", "В порядке"
    return ShownRound(
        title=ROUNDS.get(each.name, each.name),
        every=duration(each.every),
        state=state,
        word=word,
        begun_at=each.begun_at,
        ended_at=each.ended_at,
        next_at=each.next_at,
    )


def _chips(request: Request, chosen: RunFilter | None, user_id: int | None) -> list[Chip]:
    whose = {} if user_id is None else {"user": str(user_id)}
    return [
        Chip(
            label=label,
            url=f"{request.url.path}?{urlencode(whose | query)}" if whose | query else path,
            count=0,
            is_current=chosen == each,
        )
        for path in [request.url.path]
        for each, label in [(None, "Все"), *FILTERS.items()]
        for query in [{} if each is None else {"show": each.value}]
    ]
