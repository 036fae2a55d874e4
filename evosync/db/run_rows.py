"""Queries on what a run changed, or a preview would: by pages, one line a product or an album."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, select

from evosync.db.tables.market import album_links
from evosync.db.tables.runs import run_changes, runs
from evosync.db.types import Tx, folded

PAGE = 100  # lines


class Section(StrEnum):
    """What a person would call a change; in this order they are listed."""

    NEW = "new"
    CHANGED = "changed"
    BACK = "back"
    OFF = "off"
    ALBUMS = "albums"


KINDS: Mapping[Section, tuple[str, ...]] = {
    Section.NEW: ("create",),
    Section.CHANGED: ("update", "relink", "adopt", "lose", "take_from_album"),
    Section.BACK: ("restore",),
    Section.OFF: ("hide", "zero", "delete"),
    Section.ALBUMS: ("add_album", "edit_album", "take_album", "put_in_album"),
}
"""Which kinds of rows belong to a section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSearch:
    """What is looked for; nothing said means all. `page` counts from 1.

    Several outcomes named at once are one: a product has one line of them.
    """

    outcomes: Collection[str] = ()
    section: Section | None = None
    words: str = ""
    page: int = 1
    latest_first: bool = False

    @property
    def is_joined(self) -> bool:
        """Whether lines and counts are about several outcomes together."""
        return len(self.outcomes) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """All that one run did, with one outcome, to one product, or to one album.

    `changes` maps a field to its old and new value, to nothing where the
    values are not kept. `put_in` and `taken_from` are titles of albums.
    `goods` is how many products an album is given.
    """

    section: Section
    kinds: frozenset[str]
    name: str
    outcome: str
    at: datetime
    product_id: str | None = None
    item_id: int | None = None
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    code: str | None = None
    message: str | None = None
    put_in: tuple[str, ...] = ()
    taken_from: tuple[str, ...] = ()
    goods: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of lines, how many there are on all pages, and counts for the same words.

    `by_section` counts lines of the wanted outcomes, `by_outcome` those of
    the wanted section: what each filter would leave.
    """

    lines: tuple[ChangeLine, ...]
    total: int
    by_section: Mapping[Section, int]
    by_outcome: Mapping[str, int]


_columns = run_changes.c
_RANKS = {section: rank for rank, section in enumerate(KINDS)}
_rank = case(
    *((_columns.kind.in_(kinds), _RANKS[section]) for section, kinds in KINDS.items()),
    else_=len(KINDS),
)
# Albums have no product: their folded title names them.
_NO_OUTCOME = null()
SUBJECT = func.coalesce(_columns.product_id, _columns.name_folded)
"""What a row is about."""


async def search_changes(tx: Tx, run_id: int, search: ChangeSearch) -> Found:
    """List a page of what a run changed; the number of queries does not grow with the rows."""
    fits = _fits(run_id, search.words)
    if search.outcomes:
        fits = and_(fits, _columns.outcome.in_(search.outcomes))
    if search.section is not None:
        fits = and_(fits, _columns.kind.in_(KINDS[search.section]))
    rank, subject = _rank.label("section_rank"), SUBJECT.label("subject")
    first, last = func.min(_columns.id), func.max(_columns.id)
    order = (last.desc(),) if search.latest_first else (rank, first)
    # Of one outcome each; where several are wanted together, a line is about all of them.
    outcome = _NO_OUTCOME if search.is_joined else _columns.outcome
    heads = await tx.execute(
        select(rank, subject, outcome.label("of_outcome"))
        .where(fits)
        .group_by(rank, subject, *(() if search.is_joined else (_columns.outcome,)))
        .order_by(*order)
        .limit(PAGE)
        .offset((search.page - 1) * PAGE)
    )
    keys = [tuple(head) for head in heads]
    lines = await _read_lines(tx, run_id, search, keys) if keys else ()
    return replace(await count_changes(tx, run_id, search), lines=lines)


async def count_changes(tx: Tx, run_id: int, search: ChangeSearch) -> Found:
    """Count what a run changed, and list none of it."""
    rank = _rank.label("section_rank")
    counted = await tx.execute(
        select(rank, _columns.outcome, func.count(SUBJECT.distinct()))
        .where(_fits(run_id, search.words))
        .group_by(rank, _columns.outcome)
    )
    counts = [(_section(number), outcome, count) for number, outcome, count in counted]
    if search.is_joined:
        joined = await tx.execute(
            select(rank, func.count(SUBJECT.distinct()))
            .where(_fits(run_id, search.words), _columns.outcome.in_(search.outcomes))
            .group_by(rank)
        )
        wanted = [(_section(number), count) for number, count in joined]
    else:
        wanted = [
            (section, count)
            for section, outcome, count in counts
            if not search.outcomes or outcome in search.outcomes
        ]
    return Found(
        lines=(),
        total=sum(count for section, count in wanted if search.section in {None, section}),
        by_section=_summed(wanted),
        by_outcome=_summed(
            (outcome, count)
            for section, outcome, count in counts
            if search.section in {None, section}
        ),
    )


def _fits(run_id: int, words: str) -> ColumnElement[bool]:
    fits: ColumnElement[bool] = _columns.run_id == run_id
    if words.strip():
        fits = and_(fits, _columns.name_folded.contains(folded(words), autoescape=True))
    return fits


def _section(rank: int) -> Section:
    return tuple(KINDS)[min(rank, len(KINDS) - 1)]


def _summed(pairs: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    sums: dict[Any, int] = defaultdict(int)
    for key, count in pairs:
        sums[key] += count
    return dict(sums)


async def _read_lines(
    tx: Tx, run_id: int, search: ChangeSearch, keys: Sequence[tuple[Any, ...]]
) -> tuple[ChangeLine, ...]:
    fits = and_(_columns.run_id == run_id, SUBJECT.in_({key[1] for key in keys}))
    if search.is_joined:
        fits = and_(fits, _columns.outcome.in_(search.outcomes))
    found = await tx.execute(
        select(run_changes, _rank.label("section_rank"), SUBJECT.label("subject"))
        .where(fits)
        .order_by(_columns.id)
    )
    rows: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in found:
        outcome = None if search.is_joined else row.outcome
        rows[(row.section_rank, row.subject, outcome)].append(row)
    shown = {row.product_id for each in rows.values() for row in each if row.product_id}
    albums = await _read_albums(tx, run_id, shown)
    # Between the two questions a run that goes on may have written more, but nothing less.
    return tuple(_line(rows[key], albums) for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Albums:
    """Titles of albums by folded title and by id, and which of them products are put in."""

    titles: Mapping[str, str]
    titles_by_id: Mapping[int, str]
    put_in: Mapping[str, tuple[str, ...]]


async def _read_albums(tx: Tx, run_id: int, product_ids: set[str]) -> _Albums:
    """Read the titles of a run's albums; a shop has some dozens of them, VK allows a hundred.

    Of the thousands of products that are put in them only some are shown.
    """
    links = album_links.c
    found = await tx.execute(
        select(links.key, links.album_id, links.title)
        .join(
            runs,
            and_(runs.c.user_id == links.user_id, runs.c.community_id == links.community_id),
        )
        .where(runs.c.id == run_id, links.title != "")
    )
    known = found.all()
    titles = {folded(row.key): row.title for row in known}
    named = await tx.execute(
        select(_columns.kind, _columns.name, _columns.changes)
        .where(_columns.run_id == run_id, _columns.kind.in_(("add_album", "put_in_album")))
        .order_by(_columns.id)
    )
    put_in: dict[str, list[str]] = defaultdict(list)
    for row in named:
        if row.kind == "add_album":
            titles[folded(row.name)] = row.name
            continue
        for product_id in product_ids.intersection(row.changes["product_ids"][1]):
            put_in[product_id].append(row.name)
    return _Albums(
        titles=titles,
        titles_by_id={row.album_id: row.title for row in known},
        put_in={
            product_id: tuple(dict.fromkeys(titles.get(folded(key), key) for key in keys))
            for product_id, keys in put_in.items()
        },
    )


def _line(rows: Sequence[Any], albums: _Albums) -> ChangeLine:
    """Make one line of what was done to one product or album with one outcome."""
    last = rows[-1]
    section = _section(last.section_rank)
    changes = {name: values for row in rows for name, values in row.changes.items()}
    told = next((row for row in rows if row.message is not None), last)
    return ChangeLine(
        section=section,
        kinds=frozenset(row.kind for row in rows),
        name=_name(rows, section, albums),
        outcome=last.outcome,
        at=last.created_at,
        product_id=last.product_id,
        item_id=next((row.item_id for row in rows if row.item_id is not None), None),
        changes=changes,
        code=told.code,
        message=told.message,
        put_in=albums.put_in.get(last.product_id or "", ()),
        taken_from=_taken_from(changes, albums),
        goods=sum(len(row.changes["product_ids"][1]) for row in rows if row.kind == "put_in_album"),
    )


def _name(rows: Sequence[Any], section: Section, albums: _Albums) -> str:
    if section is not Section.ALBUMS:
        # The name in the till; where only an album changes, it is the item's.
        return str(next((row.name for row in rows if row.kind != "take_from_album"), rows[-1].name))
    shown = next((row.name for row in rows if row.kind != "put_in_album" and row.name), None)
    return str(shown or albums.titles.get(rows[-1].subject, rows[-1].name))


def _taken_from(changes: Mapping[str, Sequence[Any]], albums: _Albums) -> tuple[str, ...]:
    ids = changes.get("album_ids") or ((),)
    return tuple(albums.titles_by_id[one] for one in ids[0] or () if one in albums.titles_by_id)
