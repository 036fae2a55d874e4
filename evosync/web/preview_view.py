"""What the page of a preview shows, read from rows alone: how it goes on, or what it planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request

from evosync.db import previews, run_counts, run_rows
from evosync.db.links import Place
from evosync.db.previews import Preview
from evosync.db.run_rows import PAGE, ChangeSearch, Found, Section
from evosync.db.runs import Run
from evosync.db.shown_plans import HELD, LEFT, PLANNED
from evosync.db.types import Tx
from evosync.web.change_words import OUTCOMES, SECTIONS, ShownChange, say_change
from evosync.web.pages.admin_users import LONGEST_WORDS, Chip
from evosync.web.paging import Pager, make_pager, page_number
from evosync.web.pairs_view import Pairs, read_pairs
from evosync.web.plan_words import Plan, PlanLine, say_plan
from evosync.web.run_question import Question, Standing, ask, find_standing
from evosync.web.run_words import STAGE_TITLES, stages_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How far a preview has come: its steps (title, mark), and for how many seconds it goes on."""

    is_queued: bool
    steps: tuple[tuple[str, str], ...]
    done: int
    title: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """What a preview planned: `total` changes would be sent now."""

    total: int
    lines: Sequence[PlanLine]
    chips: Sequence[Chip]
    shown: str
    words: str
    changes: Sequence[ShownChange]
    pager: Pager
    pairs: Pairs
    question: Question | None = None

    @property
    def waits(self) -> int:
        """How many answers are waited for."""
        is_asking = self.question is not None and self.question.standing is Standing.OPEN
        return self.pairs.open + is_asking


def show_going(run: Run, now: datetime) -> Going:
    """Say how far a preview has come."""
    names = stages_of(run.kind)
    at = names.index(run.stage) if run.stage in names else 0
    if run.started_at is None:
        at = -1
    steps = [
        (STAGE_TITLES[name][2 if place < at else 1 if place == at else 0], _mark(place - at))
        for place, name in enumerate(names)
    ]
    began_at = run.started_at or run.queued_at
    return Going(
        is_queued=run.started_at is None,
        steps=tuple(steps),
        done=max(0, at),
        title=steps[max(0, at)][0],
        seconds=max(0, int((now - began_at).total_seconds())),
    )


def _mark(place: int) -> str:
    """Mark a step by where it stands from the one of now."""
    return "done" if place < 0 else "later" if place else "now"


async def read_plan(
    request: Request, tx: Tx, place: Place, preview: Preview, now: datetime
) -> ShownPlan:
    """Read a page of what a preview planned; the number of queries does not grow with the rows."""
    run = preview.run
    standing = await find_standing(tx, run, now)
    # What a yes was given to goes along.
    is_held_sent = standing is Standing.APPLIED
    going = [PLANNED, HELD] if is_held_sent else [PLANNED]
    everything = await run_rows.count_changes(tx, run.id, ChangeSearch(outcomes=going))
    # Where nothing is to be sent, what waits is what there is to see.
    rest = (each for each in (HELD, LEFT) if everything.by_outcome.get(each))
    wanted = _Wanted.of(request, default="" if everything.total else next(rest, ""))
    outcomes = {HELD: [HELD], LEFT: [LEFT]}.get(wanted.shown, going)
    search = ChangeSearch(
        outcomes=outcomes, section=wanted.section, words=wanted.words, page=wanted.page
    )
    found = await run_rows.search_changes(tx, run.id, search)
    left = {LEFT, HELD} if standing is Standing.LEFT else {LEFT}
    counted = everything
    if wanted.words:
        of_words = ChangeSearch(outcomes=going, words=wanted.words)
        counted = await run_rows.count_changes(tx, run.id, of_words)
    plan = Plan(
        sections=everything.by_section,
        kinds=await run_counts.count_kinds(tx, run.id, going),
        fields=await run_counts.count_fields(tx, run.id, going),
        unchanged=run.counts.get("unchanged", 0),
        unsent=await previews.count_unsent(tx, run.user_id, run.id),
        unread=run.problem_counts.get("store_unreadable", 0),
        unpaid=run.problem_counts.get("store_not_paid", 0),
        left=sum(everything.by_outcome.get(each, 0) for each in left),
    )
    return ShownPlan(
        total=plan.total,
        lines=say_plan(plan),
        chips=_chips(request, wanted, counted, is_held_sent=is_held_sent),
        shown=wanted.shown,
        words=wanted.words,
        changes=[say_change(line) for line in found.lines],
        pager=make_pager(request.url.path, wanted.kept(), wanted.page, PAGE, found.total),
        pairs=await read_pairs(request, tx, place, run),
        question=None if standing is None else ask(run, standing, run.live_items),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which changes are looked at: a section of the plan, what waits, or what was left."""

    shown: str
    words: str
    page: int

    @classmethod
    def of(cls, request: Request, default: str) -> "_Wanted":
        query = request.query_params
        shown = query.get("show", default)
        return cls(
            shown=shown if shown in {HELD, LEFT, *Section} else default,
            words=query.get("q", "")[:LONGEST_WORDS],
            page=page_number(query.get("page")),
        )

    @property
    def section(self) -> Section | None:
        return Section(self.shown) if self.shown in set(Section) else None

    def kept(self) -> dict[str, str]:
        return {"show": self.shown, "q": self.words}


def _chips(request: Request, wanted: _Wanted, found: Found, *, is_held_sent: bool) -> list[Chip]:
    choices = [("", "Все", sum(found.by_section.values()))]
    choices += [(each.value, SECTIONS[each][1], found.by_section.get(each, 0)) for each in Section]
    choices += [
        (name, OUTCOMES[name][1], found.by_outcome.get(name, 0))
        for name in (HELD, LEFT)
        if not (is_held_sent and name == HELD)
    ]
    return [
        Chip(
            label=label,
            url=_url(request, {"show": value, "q": wanted.words}, "#changes"),
            count=count,
            is_current=value == wanted.shown,
        )
        for value, label, count in choices
        if count or value == wanted.shown
    ]


def _url(request: Request, query: Mapping[str, str], anchor: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return request.url.path + (f"?{urlencode(kept)}" if kept else "") + anchor
