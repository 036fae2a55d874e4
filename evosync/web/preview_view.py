"""What the page of a preview shows, read from rows alone: how it goes on, or what it planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request

from evosync.db import adoption, adoption_pairs, previews, run_rows
from evosync.db.adoption_pairs import Pair
from evosync.db.links import Place
from evosync.db.previews import Preview
from evosync.db.run_rows import PAGE, ChangeSearch, Found, Section
from evosync.db.runs import Run
from evosync.db.shown_plans import HELD, LEFT, PLANNED
from evosync.db.types import Tx
from evosync.engine.memory import Answer
from evosync.web.change_words import OUTCOMES, SECTIONS, ShownChange, say_change
from evosync.web.pages.admin_users import LONGEST_WORDS, Chip
from evosync.web.paging import Pager, make_pager, page_number
from evosync.web.plan_words import Plan, PlanLine, say_plan

STAGES = (("shop", "Читаем кассу"), ("market", "Читаем VK"), ("plan", "Сравниваем"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How far a preview has come: its steps (title, mark), and for how many seconds it goes on."""

    is_queued: bool
    steps: tuple[tuple[str, str], ...]
    done: int
    title: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """A page of the questions whether an item of VK is a product of the till.

    `answered` are the answers that no preview has seen yet, by product;
    `unclear` those products of which several items bear the name, or the reverse.
    """

    pairs: Sequence[Pair]
    answered: Mapping[str, Answer]
    unclear: frozenset[str]
    pager: Pager

    @property
    def open(self) -> int:
        """How many still wait for an answer."""
        return self.pager.total - len(self.answered)


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

    @property
    def waits(self) -> int:
        """How many answers are waited for."""
        return self.pairs.open


def show_going(run: Run, now: datetime) -> Going:
    """Say how far a preview has come."""
    names = [name for name, _ in STAGES]
    at = names.index(run.stage) if run.stage in names else 0
    marks = ["done" if place < at else "now" if place == at else "later" for place in range(3)]
    began_at = run.started_at or run.queued_at
    return Going(
        is_queued=run.started_at is None,
        steps=tuple((title, mark) for (_, title), mark in zip(STAGES, marks, strict=True)),
        done=at,
        title=STAGES[at][1],
        seconds=max(0, int((now - began_at).total_seconds())),
    )


async def read_plan(
    request: Request, tx: Tx, place: Place, preview: Preview, *, is_held_sent: bool = False
) -> ShownPlan:
    """Read a page of what a preview planned; the number of queries does not grow with the rows.

    `is_held_sent` = a yes was given to what it held, so that it goes along.
    """
    run = preview.run
    wanted = _Wanted.of(request)
    going = [PLANNED, HELD] if is_held_sent else [PLANNED]
    outcomes = {HELD: [HELD], LEFT: [LEFT]}.get(wanted.shown, going)
    search = ChangeSearch(
        outcomes=outcomes, section=wanted.section, words=wanted.words, page=wanted.page
    )
    found = await run_rows.search_changes(tx, run.id, search)
    everything = await run_rows.search_changes(tx, run.id, ChangeSearch(outcomes=going))
    counted = everything
    if wanted.words:
        of_words = ChangeSearch(outcomes=going, words=wanted.words)
        counted = await run_rows.search_changes(tx, run.id, of_words)
    plan = Plan(
        sections=everything.by_section,
        kinds=await run_rows.count_kinds(tx, run.id, going),
        fields=await run_rows.count_fields(tx, run.id, going),
        unchanged=run.counts.get("unchanged", 0),
        unsent=await previews.count_unsent(tx, run.user_id, run.id),
        left=everything.by_outcome.get(LEFT, 0),
    )
    return ShownPlan(
        total=plan.total,
        lines=say_plan(plan),
        chips=_chips(request, wanted, counted, is_held_sent=is_held_sent),
        shown=wanted.shown,
        words=wanted.words,
        changes=[say_change(line) for line in found.lines],
        pager=make_pager(request.url.path, wanted.kept(), wanted.page, PAGE, found.total),
        pairs=await _read_pairs(request, tx, place, run),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which changes are looked at: a section of the plan, what waits, or what was left."""

    shown: str
    words: str
    page: int

    @classmethod
    def of(cls, request: Request) -> "_Wanted":
        query = request.query_params
        shown = query.get("show", "")
        return cls(
            shown=shown if shown in {HELD, LEFT, *Section} else "",
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
        if count or value in {"", wanted.shown}
    ]


async def _read_pairs(request: Request, tx: Tx, place: Place, run: Run) -> Pairs:
    page = page_number(request.query_params.get("pairs"))
    asked = await adoption.list_asked(tx, place.user_id)
    decided = {}
    if asked and run.started_at is not None:
        decided = await adoption.list_decided(tx, place, run.started_at)
    # What is still to be answered comes first.
    asked.sort(key=lambda one: (one.product_id in decided, one.name.casefold(), one.product_id))
    size = adoption_pairs.PAGE
    shown = asked[(page - 1) * size : page * size]
    ids = {one.product_id for one in asked}
    return Pairs(
        pairs=await adoption_pairs.list_pairs(tx, place, shown),
        answered={product_id: said for product_id, said in decided.items() if product_id in ids},
        unclear=adoption.find_unclear(asked),
        pager=make_pager(request.url.path, {}, page, size, len(asked), name="pairs"),
    )


def _url(request: Request, query: Mapping[str, str], anchor: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return request.url.path + (f"?{urlencode(kept)}" if kept else "") + anchor
