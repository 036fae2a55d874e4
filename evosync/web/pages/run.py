"""`/runs/{id}`: how a run goes on, or what it did; and what it asks of its person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from evosync.db import due, run_rows
from evosync.db.run_rows import PAGE, ChangeSearch, Found, Section
from evosync.db.runs import RunKind
from evosync.db.types import Tx
from evosync.web.auth import user_of
from evosync.web.change_words import OUTCOMES, SECTIONS, say_change
from evosync.web.pages.admin_users import LONGEST_WORDS, Chip
from evosync.web.paging import make_pager, page_number
from evosync.web.routing import number_in_path
from evosync.web.run_ended import effort_in_words, ended_sentence, find_mend, list_met
from evosync.web.run_live import Look, asked_in_words, live_part, make_live, read_look
from evosync.web.run_question import Standing, ask, find_standing, find_waiting
from evosync.web.run_words import KINDS, done_in_words, lasted, status_words
from evosync.web.sealed_links import opened_link
from evosync.web.state import state_of
from evosync.web.view import render
from evosync.web.waiting import LIVE

PIPELINE = "pipeline"  # the round that mirrors
ALL = "all"  # outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes of a run are looked at."""

    outcome: str
    section: Section | None
    words: str
    page: int

    def kept(self, **other: str) -> dict[str, str]:
        """Return the query that says so, with something else in it."""
        section = self.section.value if self.section else ""
        return {"outcome": self.outcome, "section": section, "q": self.words} | other


async def show(request: Request) -> Response:
    """Show the page; with `part=live` only the part that changes while the run goes on."""
    state, user = state_of(request), user_of(request)
    async with state.database.read() as tx:
        look = await read_look(tx, number_in_path(request), user.id)
        if look is None:
            raise HTTPException(404)
        if request.query_params.get("part") == LIVE:
            return HTMLResponse(live_part(request, await make_live(request, tx, look)))
        if look.run.finished_at is None:
            context: dict[str, Any] = {"live": await make_live(request, tx, look)}
        else:
            context = await _ended(request, tx, look)
    is_over = look.run.finished_at is not None
    template = "runs/ended.html" if is_over else "runs/going.html"
    return render(request, template, run=look.run, kind=KINDS[look.run.kind][1], **context)


async def _ended(request: Request, tx: Tx, look: Look) -> dict[str, Any]:
    state, run, user = state_of(request), look.run, user_of(request)
    now = state.opened.clock()
    standing = await find_standing(tx, run, now)
    waiting = await find_waiting(tx, user.id, now)
    waits = waiting is not None and waiting.id == run.id
    wanted = _wanted(request, is_asking=standing is Standing.OPEN)
    outcomes = (wanted.outcome,) if wanted.outcome in OUTCOMES else ()
    search = ChangeSearch(
        outcomes=outcomes, section=wanted.section, words=wanted.words, page=wanted.page
    )
    found = await run_rows.search_changes(tx, run.id, search)
    is_due = bool(await due.users_due(tx, user.id)) and run.kind is RunKind.MIRROR
    status = status_words(run, waits=waits or standing is Standing.OPEN)
    return {
        "shown_status": status,
        "sentence": ended_sentence(run, standing),
        "question": None if standing is None else ask(run, standing, run.live_items),
        "mend": find_mend(run, opened_link(request, run.sealed_link)),
        "waits": waits,
        "problems": list_met(run),
        "done": done_in_words(run.counts),
        "asked": asked_in_words(run, user.id),
        "lasted": lasted(run),
        "effort": effort_in_words(run.effort),
        "next_at": state.scheduler.next_at(PIPELINE) if is_due else None,
        "is_plan": run.kind is RunKind.PREVIEW,
        "has_changes": bool(sum(look.outcomes.values())),
        "wanted": wanted,
        "chips": _chips(request, wanted, found),
        "changes": [say_change(line) for line in found.lines],
        "pager": make_pager(request.url.path, wanted.kept(), wanted.page, PAGE, found.total),
    }


def _wanted(request: Request, *, is_asking: bool) -> Wanted:
    """Read what is wanted; while a run asks, that is what it asks about."""
    query = request.query_params
    outcome, section = query.get("outcome"), query.get("section")
    if outcome is None and is_asking:
        outcome = "held"
    return Wanted(
        outcome=outcome if outcome is not None and outcome in OUTCOMES else ALL,
        section=Section(section) if section in set(Section) else None,
        words=query.get("q", "")[:LONGEST_WORDS],
        page=page_number(query.get("page")),
    )


def _chips(request: Request, wanted: Wanted, found: Found) -> list[list[Chip]]:
    """Make both rows of filters; a row of a single one would be no choice."""
    outcomes = [(name, OUTCOMES[name][1], found.by_outcome.get(name, 0)) for name in OUTCOMES]
    sections: list[tuple[str, str, int]] = [
        (each.value, SECTIONS[each][1], found.by_section.get(each, 0)) for each in SECTIONS
    ]
    rows = []
    for name, choices, current, (all_value, all_label) in (
        ("outcome", outcomes, wanted.outcome, (ALL, "Все")),
        ("section", sections, wanted.section.value if wanted.section else "", ("", "Любые")),
    ):
        there = [each for each in choices if each[2] or each[0] == current]
        if len(there) < 2 and current in {"", ALL}:
            continue
        everything = (all_value, all_label, sum(count for _, _, count in choices))
        rows.append(
            [
                Chip(
                    label=label,
                    url=_url(request, wanted.kept(**{name: value})),
                    count=count,
                    is_current=value == current,
                )
                for value, label, count in (everything, *there)
            ]
        )
    return rows


def _url(request: Request, query: Mapping[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{request.url.path}?{urlencode(kept)}"
