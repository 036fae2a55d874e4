"""The plan made: drafts × what stands × what we remember, into changes in order of urgency."""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from evosync.catalog.item import Link
from evosync.catalog.problem import Problem
from evosync.engine.changes import (
    Adopt,
    Create,
    Delete,
    Field,
    Hide,
    ItemChange,
    Lose,
    Plan,
    Relink,
    Restore,
    Update,
    Zero,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.albums import Shelf, plan_albums
from evosync.engine.plan.fields import AT_ONCE
from evosync.engine.plan.gone import find_leaving, plan_gone
from evosync.engine.plan.items import find_disproved, plan_extras, plan_items
from evosync.engine.plan.left_behind import find_rehomed, part, plan_left_behind
from evosync.engine.plan.lost import sight
from evosync.engine.plan.match import Matches, match_items
from evosync.engine.plan.namesakes import match_names
from evosync.engine.plan.relink import plan_relinks
from evosync.engine.plan.standing import Standing, is_hidden_by_us
from evosync.engine.rules import Rules


def make_plan(
    drafted: Drafted,
    standing: Standing,
    rules: Rules,
    *,
    settle: timedelta,
    absent: frozenset[str] = frozenset(),
) -> Plan:
    """Decide everything that has to change so that the market shows the drafts.

    `settle` is how long VK may take to show a new item. `absent` are the
    products that were absent at the second look too;
    a linked product that was merely not seen is left alone. Pure, and the
    same whatever the order of the input; planning on what applying the plan
    would leave gives an empty plan.
    """
    sightings = sight(part(standing, drafted))
    standing = sightings.standing
    matches = match_items(drafted, standing)
    disproved = find_disproved(matches, standing, settle)
    relinks = plan_relinks(drafted, matches, rules, absent=absent, disproved=disproved)
    waiting, kept = relinks.waiting, frozenset(relinks.waiting.values())
    matches = match_names(relinks.matches, drafted, standing, rules.adopt, disproved, waiting)
    items = plan_items(drafted, matches, standing, disproved=disproved, waiting=waiting)
    gone = list(plan_gone(drafted, matches.links, matches.items, rules, absent, kept=kept))
    leaving = find_leaving(drafted, matches.links, rules, absent) - kept
    intents = {one.product_id: one for one in standing.intents}
    extras = list(plan_extras(drafted, matches, intents, leaving))
    doubles = [one for one in extras if isinstance(one, Hide)]
    left = plan_left_behind(matches, standing, rules.left_behind)
    hidden = [*gone, *doubles, *left]
    changes: list[ItemChange] = [*matches.adoptions.values(), *hidden, *items.changes]
    shelf = Shelf(
        placed=items.placed,
        links={key: _under(key, link) for key, link in matches.links.items()},
        items=matches.items,
        leaving=_leaving(changes, matches),
    )
    albums = plan_albums(shelf, standing, rules.photo)
    problems = [
        *drafted.problems,
        *items.problems,
        *albums.problems,
        *(one for one in extras if isinstance(one, Problem)),
    ]
    return Plan(
        changes=(*sorted(changes, key=_urgency), *albums.changes),
        problems=tuple(sorted(problems, key=lambda one: (one.product_id, one.store_id, one.code))),
        moved=(*relinks.moved, *items.moved),
        taken=tuple(items.taken),
        rehomed=find_rehomed(standing),
        missing_intents=tuple(sorted(disproved)),
        missing=sightings.missing,
        found=sightings.found,
        spent=sightings.spent,
        unchanged=len(items.unchanged - matches.adoptions.keys()),
        skipped=items.skipped + len(drafted.kept - matches.links.keys()),
        strangers=len(matches.strangers),
    )


def _under(product_id: str, link: Link) -> Link:
    """Give a link under its product's id: one that gets another product names the old one yet."""
    return link if link.product_id == product_id else replace(link, product_id=product_id)


def _leaving(changes: list[ItemChange], matches: Matches) -> frozenset[int]:
    """List the items that are out of sight by our own act once the changes are applied."""
    hiding = {one.item.item_id for one in changes if isinstance(one, Hide | Delete)}
    showing = {one.link.item_id for one in changes if isinstance(one, Restore)}
    hidden = {link.item_id for link in matches.links.values() if is_hidden_by_us(link)}
    return frozenset((hiding | hidden) - showing)


def _urgency(change: ItemChange) -> int:
    """Rank a change: what must not be bought any more goes first, what is new goes last.

    What sends nothing comes before all, since the changes after it build on it.
    """
    match change:
        case Adopt() | Lose():
            return 0
        case Hide() | Zero() | Delete():
            return 1
        case Update(draft=draft, fields=fields) if Field.STOCK in fields and draft.stock == 0:
            return 1
        case Update(fields=fields):
            return 2 if fields & AT_ONCE else 3
        case Relink():
            return 3
        case Restore():
            return 4
        case Create():
            return 5
        case _:  # pragma: no cover
            assert_never(change)
