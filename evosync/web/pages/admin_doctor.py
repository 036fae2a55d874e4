"""`/admin/doctor`: how everything stands that the installation needs, and what to do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from evosync.doctor.checklist import CHECKS, QUICK, Check, make_all
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import WORDS, State, Verdict, summed_up, unknown, worst_of
from evosync.doctor.work import ServiceSeen
from evosync.web.auth import user_of
from evosync.web.flash import Kind
from evosync.web.navigation import admin_tabs
from evosync.web.pages.admin_runs import ROUNDS
from evosync.web.state import state_of
from evosync.web.view import redirect, render

KINDS: Mapping[State, Kind] = {
    State.GOOD: "success",
    State.ATTENTION: "warning",
    State.BROKEN: "danger",
    State.UNKNOWN: "secondary",
}

PATIENCE_S = 3.0
"""How long the page waits for what is quick: a disk that hangs must not keep it from coming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVerdict:
    """One line, with the kind and the word of its state."""

    title: str
    kind: Kind
    word: str
    told: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """Lines under one title."""

    title: str
    rows: list[ShownVerdict]


async def show(request: Request) -> Response:
    """Show what is quick to see, and what the last examination found."""
    state, viewer = state_of(request), user_of(request)
    examination = state.examination
    quick = await _look_quickly(_patient(request))
    verdicts = {check: _verdicts_of(request, check, quick) for check in CHECKS}
    every = [verdict for each in verdicts.values() for verdict in each]
    return render(
        request,
        "admin/doctor.html",
        admin_tabs=admin_tabs(request, viewer),
        kind=KINDS[worst_of(every)],
        sentence=summed_up(every),
        sections=[
            ShownSection(
                title=title, rows=[_shown(each) for check in checks for each in verdicts[check]]
            )
            for title, checks in groupby(CHECKS, key=lambda check: check.section)
        ],
        is_going_on=examination.is_going_on,
        done=examination.done,
        total=examination.total,
        ended_at=examination.ended_at,
    )


async def begin(request: Request) -> Response:
    """Begin an examination; the page shows how far it is."""
    state_of(request).examination.begin(_patient(request))
    return redirect(request, "admin-doctor")


def _patient(request: Request) -> Patient:
    state = state_of(request)
    failed = [each.name for each in state.scheduler.list_rounds() if each.has_failed]
    return Patient(
        settings=state.opened.settings,
        warnings=state.warnings,
        database=state.database,
        opened=state.opened,
        service=ServiceSeen(
            is_alive=state.scheduler.is_alive(),
            failed=tuple(ROUNDS.get(name, name) for name in failed),
            backup_trouble=state.backups.trouble,
        ),
        clock=state.opened.clock,
        zone=user_of(request).time_zone,
    )


async def _look_quickly(patient: Patient) -> Mapping[str, list[Verdict]]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await make_all(patient, QUICK)
    except TimeoutError:
        told = "Не успели посмотреть: диск или база отвечают медленно. Обновите страницу."
        return {check.name: [unknown(check.name, told)] for check in QUICK}


def _verdicts_of(
    request: Request, check: Check, quick: Mapping[str, list[Verdict]]
) -> list[Verdict]:
    if not check.is_slow:
        return quick[check.name]
    examination = state_of(request).examination
    found = examination.verdicts_of(check)
    if found is not None:
        return found
    told = "Проверяем." if examination.is_going_on else "Ещё не проверяли."
    return [unknown(title, told) for title in check.titles]


def _shown(verdict: Verdict) -> ShownVerdict:
    word = WORDS[verdict.state]
    return ShownVerdict(
        title=verdict.title,
        kind=KINDS[verdict.state],
        word=word[0].upper() + word[1:],
        told=verdict.told,
        advice=verdict.advice,
    )
