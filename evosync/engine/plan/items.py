"""Changes to items: creates, updates field by field, restores, and doubles hidden (R6, R7, R10)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from evosync.catalog.item import (
    Availability,
    Draft,
    Intent,
    Link,
    LinkState,
    MarketItem,
    MarketReading,
    Wish,
)
from evosync.catalog.problem import ADOPT_QUESTION, Problem
from evosync.engine.changes import Create, Field, Hide, ItemChange, Lose, Move, Restore, Update
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.fields import (
    AT_ONCE,
    FIELD_NAMES,
    Difference,
    find_difference,
    find_taken,
    is_barred,
)
from evosync.engine.plan.lost import is_lost, is_made_anew
from evosync.engine.plan.match import Matches, answers
from evosync.engine.plan.moves import find_move
from evosync.engine.plan.relink import is_relinked, with_relink
from evosync.engine.plan.standing import (
    Standing,
    is_deleted_by_us,
    is_hidden_by_person,
    is_hidden_by_us,
    may_be_zeroed,
    may_stand_in,
    standing_items,
    unread_stores,
)

MARKET_MAX = 15_000
"""Items in one market; 1C-Bitrix's VK exporter counts to it, VK answers error 1405 beyond."""


@dataclass(slots=True, kw_only=True)
class ItemPlan:
    """What drafts come to, as it is gathered.

    `placed` are the drafts of items that stand, or will after this plan,
    `unchanged` the products whose item is right as it stands.
    """

    changes: list[ItemChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    taken: list[tuple[str, frozenset[Field]]] = field(default_factory=list)
    placed: dict[str, Draft] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)
    skipped: int = 0


def plan_items(
    drafted: Drafted,
    matches: Matches,
    standing: Standing,
    *,
    disproved: frozenset[str],
    waiting: Mapping[str, str],
) -> ItemPlan:
    """Plan every draft against its own item, in order of product id.

    `disproved` are the products whose open intent is known to have come to
    nothing, `waiting` those that may be the item of another, which it names.
    """
    plan = ItemPlan()
    creates: list[Draft] = []
    for product_id in sorted(drafted.drafts):
        draft = drafted.drafts[product_id]
        link, item = matches.links.get(product_id), matches.items.get(product_id)
        if link is None or (item is None and is_made_anew(link)):
            if product_id not in waiting and _may_create(draft, matches, standing, plan, disproved):
                creates.append(draft)
            continue
        known = _as_far_as_known(draft, link, drafted)
        if known is None:
            continue
        is_new = product_id in matches.adoptions or is_relinked(draft, link)
        if not is_new and (move := find_move(known, link, drafted)) is not None:
            plan.moved.append(move)
        if item is not None:
            _plan_standing(known, link, item, plan)
        else:
            _plan_absent(known, link, standing.reading, plan)
    plan.problems += _problems_waiting(drafted, matches, waiting)
    _cap_creates(creates, standing, plan)
    return plan


def _problems_waiting(
    drafted: Drafted, matches: Matches, waiting: Mapping[str, str]
) -> Iterator[Problem]:
    for new, old in sorted(waiting.items()):
        is_gone = old in matches.links and old not in matches.items
        if drafted.drafts[new].for_sale:
            yield _problem(drafted.drafts[new], "gone_in_vk" if is_gone else "waits_for_twin")


def find_disproved(matches: Matches, standing: Standing, settle: timedelta) -> frozenset[str]:
    """Tell which open intents came to nothing.

    Only a whole reading begun `settle` after the create was last sent proves
    that; VK may show a new item late.
    """
    reading = standing.reading
    if not reading.is_whole:
        return frozenset()
    return frozenset(
        product_id
        for product_id, intent in matches.intents.items()
        if reading.begun_at >= intent.latest_at + settle
    )


def plan_extras(
    drafted: Drafted,
    matches: Matches,
    intents: Mapping[str, Intent],
    gone: Collection[str],
) -> Iterator[Hide | Problem]:
    """Plan for doubles: those under our own intents are hidden, the rest a person has to judge.

    The doubles of a product that is gone leave with it.
    """
    for product_id, extras in matches.extras.items():
        shown = [item for item in extras if item.availability is Availability.AVAILABLE]
        hiding = [
            item
            for item in shown
            if product_id in gone or answers(item, intents.get(item.sku or product_id))
        ]
        for item in hiding:
            yield Hide(link=Link(product_id=product_id, item_id=item.item_id), item=item)
        own = matches.items.get(product_id)
        if own is not None and len(shown) > len(hiding):
            draft = drafted.drafts.get(product_id)
            yield Problem(
                product_id=product_id,
                store_id=draft.store_ids[0] if draft else "",
                name=draft.name if draft else own.title,
                code="duplicate_in_vk",
            )


def _may_create(
    draft: Draft,
    matches: Matches,
    standing: Standing,
    plan: ItemPlan,
    disproved: frozenset[str],
) -> bool:
    if not draft.for_sale:
        plan.skipped += 1
        return False
    if not draft.settled:
        return False
    open_intents = matches.intents.keys() - disproved
    is_open = any(one in open_intents for one in (draft.product_id, *draft.members))
    if is_open or not standing.reading.is_whole:
        plan.problems.append(_problem(draft, "checking", what="появился ли товар"))
        return False
    if namesakes := matches.asked.get(draft.product_id):
        plan.problems.append(_problem(draft, ADOPT_QUESTION, items=", ".join(map(str, namesakes))))
        return False
    return True


def _as_far_as_known(draft: Draft, link: Link, drafted: Drafted) -> Draft | None:
    """Take from a draft what an unread store may have another say on; None = all of it."""
    unread = unread_stores(link, drafted)
    if not unread and not may_stand_in(link, drafted.unknown_stores):
        return draft
    if unread and unread[0] == link.store_ids[0]:
        return None
    return replace(draft, settled=False)


def _plan_standing(draft: Draft, link: Link, item: MarketItem, plan: ItemPlan) -> None:
    before = len(plan.changes)
    _plan_differences(draft, link, item, plan)
    if is_relinked(draft, link):
        # There is at least the new sku to send.
        plan.unchanged.discard(draft.product_id)
        plan.changes[before:] = with_relink(plan.changes[before:], draft, link, item)


def _plan_differences(draft: Draft, link: Link, item: MarketItem, plan: ItemPlan) -> None:
    is_away = bool(is_hidden_by_us(link) or link.pending or link.state is not LinkState.LIVE)
    is_kept_away = is_away and (not draft.settled or is_barred(draft, link, item))
    if is_kept_away or (is_hidden_by_us(link) and not draft.for_sale):
        # Nothing is shown before its price is known; out of sight is off sale already.
        plan.unchanged.add(draft.product_id)
        plan.problems += _rejections(draft, item)
        return
    plan.placed[draft.product_id] = draft
    draft = _with_opening_stock(draft, link, item)
    difference = find_difference(draft, link, item)
    if taken := find_taken(draft, link, item):
        plan.taken.append((link.product_id, taken))
    is_returning = is_away or _is_shown_again(draft, link, item)
    plan.problems += _problems_standing(draft, link, item, difference, is_returning=is_returning)
    if is_returning:
        plan.changes.append(Restore(link=link, draft=draft, item=item, fields=difference.fields))
    elif difference.fields:
        for fields in filter(None, (difference.fields & AT_ONCE, difference.fields - AT_ONCE)):
            plan.changes.append(Update(link=link, draft=draft, item=item, fields=fields))
    else:
        plan.unchanged.add(draft.product_id)


def _is_shown_again(draft: Draft, link: Link, item: MarketItem) -> bool:
    """Tell whether a person has said that a hidden item is to be shown, and it may be.

    It need not be known who hid it: showing one that only lacks stock changes nothing.
    """
    may_be = draft.settled and draft.for_sale and not is_barred(draft, link, item)
    return link.wish is Wish.SHOW and may_be


def _problems_standing(
    draft: Draft, link: Link, item: MarketItem, difference: Difference, *, is_returning: bool
) -> Iterator[Problem]:
    for stuck in difference.stuck:
        yield _problem(draft, "not_taken", field=FIELD_NAMES[stuck])
    yield from _rejections(draft, item)
    if is_hidden_by_person(link, item) and draft.stock != 0 and not is_returning:
        yield _problem(draft, "hidden_in_vk")


def _rejections(draft: Draft, item: MarketItem) -> Iterator[Problem]:
    if item.rejected is not None:
        yield _problem(draft, "vk_rejected", why=item.rejected)


def _plan_absent(draft: Draft, link: Link, reading: MarketReading, plan: ItemPlan) -> None:
    """Plan for a linked item that a reading does not hold.

    What is only missing is left alone. Of what is lost the report tells: it
    knows whether giving it up was held.
    """
    if link.state is LinkState.LOST:
        plan.problems.append(_problem(draft, "gone_in_vk"))
    elif is_deleted_by_us(link):
        _plan_undelete(draft, link, reading, plan)
    elif is_lost(link, reading) and not is_relinked(draft, link):
        plan.changes.append(Lose(link=link))
    elif link.missing_since_at is not None:
        plan.problems.append(_problem(draft, "checking", what="на месте ли товар"))


def _plan_undelete(draft: Draft, link: Link, reading: MarketReading, plan: ItemPlan) -> None:
    if not draft.for_sale:
        plan.skipped += 1
    elif draft.settled and reading.is_whole:
        plan.placed[draft.product_id] = draft
        draft = _with_opening_stock(draft, link, None)
        fields = find_difference(draft, link, None).fields
        plan.changes.append(Restore(link=link, draft=draft, item=None, fields=fields))


def _with_opening_stock(draft: Draft, link: Link, item: MarketItem | None) -> Draft:
    """Give an item that we set to 0 a stock to come back with, when Evotor tells none.

    An unknown stock is not sent on edit (R5), but a 0 that we wrote because
    the product was not for sale, or gone, would then stand for ever.
    """
    if draft.stock is None and draft.settled and may_be_zeroed(link, item):
        return replace(draft, stock=draft.opening_stock)
    return draft


def _cap_creates(creates: list[Draft], standing: Standing, plan: ItemPlan) -> None:
    undeleted = sum(isinstance(one, Restore) and one.item is None for one in plan.changes)
    room = max(MARKET_MAX - len(standing_items(standing.reading)) - undeleted, 0)
    for draft in creates[:room]:
        plan.placed[draft.product_id] = draft
        plan.changes.append(Create(draft=draft))
    plan.problems += [_problem(draft, "vk_limit_items") for draft in creates[room:]]


def _problem(draft: Draft, code: str, **detail: str) -> Problem:
    return Problem(
        product_id=draft.product_id,
        store_id=draft.store_ids[0],
        name=draft.name,
        code=code,
        detail=detail,
    )
