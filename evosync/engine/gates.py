"""Why one product is not in VK: the first gate that it does not pass, by what is known now (pure).

A run says what it saw; a switch or a price that changed since is judged here
anew. Only what VK said, or waits for a person, is taken from the last run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from evosync.catalog.item import Draft, Link, LinkState, MarketItem, Wish
from evosync.catalog.problem import ADOPT_QUESTION, Problem
from evosync.engine.caps import ITEMS
from evosync.engine.changes import Create, Field, Restore, Update
from evosync.engine.draft.groups import is_switched_on
from evosync.engine.draft.product import Drawn, Party, Row, draw_party
from evosync.engine.draft.twins import gather
from evosync.engine.memory import Refusal
from evosync.engine.plan.fields import AT_ONCE, find_difference, is_barred
from evosync.engine.plan.standing import is_hidden_by_person, is_hidden_by_us
from evosync.engine.refusals import (
    RESTS,
    Drafted,
    fingerprint_of,
    part_of,
    problem_of,
)
from evosync.engine.rules import NO_GROUP, Rules, TwinsPolicy

QUEUED = "queued"
NOT_IN_TILL = "not_in_till"


class Gate(IntEnum):
    """The gates, in the order in which a product comes to them."""

    SYNC = 1
    ENDS = 2
    CHOSEN = 3
    GOODS = 4
    TYPE = 5
    CARD = 6
    SENT = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What keeps a product at a gate: a code, and what fills its sentence.

    `sentence` stands in its place where somebody has said it already.
    `retry_at` is when the timer tries again what VK refused.
    """

    gate: Gate
    code: str
    detail: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that is known of one product, as its store `store_id` has it.

    `rows` are those of the till, in the user's order of stores: of this
    product and of those that may be its twins, switched on or off.
    `unread` says of stores that were not read whole why not, `links` are those
    of any of these products, `item` is the linked item as VK showed it since
    we last wrote to it, None when it did not, and `decided` are the products
    of which a person said whether an item of the same name is theirs.
    """

    product_id: str
    store_id: str
    rules: Rules
    now: datetime
    is_on: bool = True
    is_confirmed: bool = True
    fault: Stop | None = None
    rows: Sequence[Row] = ()
    store_names: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, Stop] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    links: Sequence[Link] = ()
    item: MarketItem | None = None
    refusals: Sequence[Refusal] = ()
    decided: frozenset[str] = frozenset()

    @property
    def row(self) -> Row | None:
        """The product's own row in this store."""
        own = (self.product_id, self.store_id)
        return next(
            (row for row in self.rows if (row.product.id, row.product.store_id) == own), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of it. No `stop` = it stands in VK as it should.

    `fields` are what the next run is to send of an item that stands; `link`
    is the item's, also when it is under the id of a twin.
    """

    stop: Stop | None
    notes: tuple[Problem, ...] = ()
    draft: Draft | None = None
    link: Link | None = None
    fields: frozenset[Field] = frozenset()


def judge(seen: Seen) -> Judged:
    """Find the first gate that a product does not pass."""
    link, drawn = find_link(seen), _draw(seen)
    draft = drawn.draft if drawn else None
    notes = tuple(each for each in drawn.problems if each.is_note) if drawn else ()
    told = _told(seen, draft)
    notes += tuple(each for each in told.values() if each.is_note and each.code not in _DRAWN)
    fields = _differing(seen, draft, link) if draft and link else frozenset[Field]()
    judged = Judged(stop=None, notes=notes, draft=draft, link=link, fields=fields)
    for stop in _stops(seen, drawn, judged):
        return replace(judged, stop=stop)
    return judged


def find_link(seen: Seen) -> Link | None:
    """Find the product's link, else that of a twin whose item it is too."""
    own = (one for one in seen.links if one.product_id == seen.product_id)
    joined = (one for one in seen.links if seen.product_id in one.members)
    return next(own, None) or next(joined, None)


# Notes that a draft has at once, whatever the last run saw.
_DRAWN = frozenset({"name_adjusted", "stock_unknown", "no_stock"})
_OF_GOODS = frozenset({"not_for_sale", "no_price", "no_name"})

# What the last run was told of a product that it had something to send of, in
# the order in which it matters.
_TOLD = (
    *("held", "canary_differs", "photo_refused", "vk_error", "vk_limit_items"),
    *("left", "checking", "waits_for_twin", "restore_too_late", "vk_busy"),
)


_KEPT = frozenset({"photo_refused", "vk_error"})


def _stops(seen: Seen, drawn: Drawn | None, judged: Judged) -> Iterator[Stop]:
    if not seen.is_on:
        yield Stop(gate=Gate.SYNC, code="sync_off")
    if not seen.is_confirmed:
        yield Stop(gate=Gate.SYNC, code="never_confirmed")
    if seen.fault is not None:
        yield seen.fault
    yield from _switches(seen)
    yield from _till(seen)
    for problem in drawn.problems if drawn else ():
        if not problem.is_note:
            gate = Gate.GOODS if problem.code in _OF_GOODS else Gate.TYPE
            yield Stop(gate=gate, code=problem.code, detail=problem.detail)
    if judged.draft is not None:
        yield from _card(seen, judged.draft, judged.link)
        yield from _sending(seen, judged, judged.draft)


def _switches(seen: Seen) -> Iterator[Stop]:
    """Ask the switches of the store, the group and the product, as far as each is known."""
    selection, row = seen.rules.selection, seen.row
    if seen.store_id not in selection.stores:
        name = seen.store_names.get(seen.store_id, "")
        yield Stop(gate=Gate.CHOSEN, code="store_off", detail={"name": name})
    if row is not None:
        home = row.home.id if row.home else NO_GROUP
        if (seen.store_id, home) not in selection.groups:
            name = row.home.name if row.home else "Без группы"
            yield Stop(gate=Gate.CHOSEN, code="group_off", detail={"name": name})
    if (seen.store_id, seen.product_id) in selection.products_off:
        yield Stop(gate=Gate.CHOSEN, code="product_off")


def _till(seen: Seen) -> Iterator[Stop]:
    """Ask whether the till tells this product, and well."""
    if unread := seen.unread.get(seen.store_id):
        yield unread
    for problem in seen.problems:
        own = (seen.product_id, seen.store_id)
        if problem.code == "bad_row" and (problem.product_id, problem.store_id) == own:
            yield Stop(gate=Gate.GOODS, code="bad_row", detail=problem.detail)
    if seen.row is None:
        yield Stop(gate=Gate.GOODS, code=NOT_IN_TILL)


def _draw(seen: Seen) -> Drawn | None:
    """Draft the item from the rows that are switched on; None when this product has none."""
    rows: dict[str, list[Row]] = {}
    for row in seen.rows:
        if is_switched_on(row.product, row.home, seen.rules.selection):
            rows.setdefault(row.product.id, []).append(row)
    joins = seen.rules.twins is TwinsPolicy.ONE
    claimed = [link.product_id for link in seen.links]
    for party in gather(rows, joins=joins, claimed=claimed):
        if seen.product_id in party.ids:
            return draw_party(party, seen.rules, settled=not _is_blurred(party, seen))
    return None


def _is_blurred(party: Party, seen: Seen) -> bool:
    return any(row.product.store_id in seen.unread for row in party.rows)


def _card(seen: Seen, draft: Draft, link: Link | None) -> Iterator[Stop]:
    """Ask what only a person can say about the card that stands, or stood, in VK."""
    told = _told(seen, draft)
    if link is None:
        if ADOPT_QUESTION in told and draft.product_id not in seen.decided:
            detail = told[ADOPT_QUESTION].detail
            yield Stop(gate=Gate.CARD, code=ADOPT_QUESTION, detail=detail)
        return
    if link.state is LinkState.LOST and link.wish is not Wish.RETURN:
        yield Stop(gate=Gate.CARD, code="gone_in_vk")
    if "duplicate_in_vk" in told:
        yield Stop(gate=Gate.CARD, code="duplicate_in_vk")
    is_wanted = draft.stock != 0 and link.wish is not Wish.SHOW
    if is_wanted and seen.item is not None and is_hidden_by_person(link, seen.item):
        yield Stop(gate=Gate.CARD, code="hidden_in_vk")


def _sending(seen: Seen, judged: Judged, draft: Draft) -> Iterator[Stop]:
    """Ask what is still to be sent, and what VK said when it was."""
    link, item = judged.link, seen.item
    if link is not None and item is not None and is_barred(draft, link, item):
        why = item.rejected or ""
        yield Stop(gate=Gate.SENT, code="vk_rejected", detail={"why": why})
    if not _has_to_send(judged, link):
        return
    for change in _changes(judged, draft, link, item):
        yield from _refused(seen, change, draft)
    told = _told(seen, draft)
    is_kept = any(refusal.product_id == draft.product_id for refusal in seen.refusals)
    for code in _TOLD:
        # What was refused is none of what is to be sent now, or its time is over.
        is_over = is_kept and code in _KEPT
        if code in told and not is_over and not _is_answered(code, link):
            yield Stop(gate=Gate.SENT, code=code, detail=told[code].detail)
    yield Stop(gate=Gate.SENT, code=QUEUED)


def _has_to_send(judged: Judged, link: Link | None) -> bool:
    if link is None or link.state is not LinkState.LIVE or link.wish is not None:
        return True
    return bool(judged.fields) or is_hidden_by_us(link) or link.missing_since_at is not None


def _differing(seen: Seen, draft: Draft, link: Link) -> frozenset[Field]:
    if link.state is not LinkState.LIVE:
        return frozenset()
    return find_difference(draft, link, seen.item).fields


def _changes(
    judged: Judged, draft: Draft, link: Link | None, item: MarketItem | None
) -> Iterator[Drafted]:
    """List what the next run would send, as it would be refused."""
    if link is None or link.state in {LinkState.LOST, LinkState.ERASED}:
        yield Create(draft=draft)
    elif is_hidden_by_us(link):
        fields = find_difference(draft, link, item).fields
        yield Restore(link=link, draft=draft, item=item, fields=fields)
    elif item is not None:
        for fields in filter(None, (judged.fields & AT_ONCE, judged.fields - AT_ONCE)):
            yield Update(link=link, draft=draft, item=item, fields=fields)


def _refused(seen: Seen, change: Drafted, draft: Draft) -> Iterator[Stop]:
    for refusal in seen.refusals:
        is_same = (refusal.product_id, refusal.part) == (draft.product_id, part_of(change))
        is_kept = refusal.code != ITEMS and seen.now < refusal.refused_at + RESTS
        if is_same and is_kept and refusal.fingerprint == fingerprint_of(change):
            problem = problem_of(draft, refusal.code, refusal.message)
            yield Stop(
                gate=Gate.SENT,
                code=problem.code,
                detail=problem.detail,
                retry_at=refusal.refused_at + RESTS,
            )


def _is_answered(code: str, link: Link | None) -> bool:
    """Tell whether a person has said since what a problem asked, or VK is to be asked anew."""
    return link is not None and link.wish is not None and code in {"checking", "vk_error"}


def _told(seen: Seen, draft: Draft | None) -> Mapping[str, Problem]:
    """Index by code what the last run said of the item, under this product's id or a twin's."""
    ids = {seen.product_id} | ({draft.product_id} if draft else set())
    return {problem.code: problem for problem in seen.problems if problem.product_id in ids}
