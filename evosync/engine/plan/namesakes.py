"""Items that bear a wanted product's name: taken, asked about, or left alone (design: R10)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from evosync.catalog.item import Draft, Link, MarketItem
from evosync.catalog.names import fold_name
from evosync.engine.changes import Adopt
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.memory import Answer, Decision
from evosync.engine.plan.adopt import adopt_drafted, adopt_left_behind
from evosync.engine.plan.match import Matches
from evosync.engine.plan.standing import Standing, standing_items
from evosync.engine.rules import AdoptPolicy

Namesakes = Mapping[str, tuple[MarketItem, ...]]
"""The items of a product's name, by product id, the oldest first."""


def match_names(
    matches: Matches,
    drafted: Drafted,
    standing: Standing,
    policy: AdoptPolicy,
    disproved: frozenset[str],
    related: Collection[str] = (),
) -> Matches:
    """Add to the matches what is taken by its name, and what has to be asked.

    A no lets the product be created, whatever stands. A yes takes the item
    that it names, or the oldest of the name. Of the rest `AUTO` takes the
    pairs of which neither side has another; what is ambiguous is asked, as
    all is under `ASK`. A create whose outcome is not known decides nothing,
    and for the `related`, which may be another product's item, nothing is looked for.
    """
    decisions = standing.memory.decisions
    homeless = {
        key: drafted.drafts[key]
        for key in sorted(drafted.drafts.keys() - matches.links.keys())
        if (key not in decisions or decisions[key].answer is Answer.YES) and key not in related
    }
    left = {link.item_id: link for link in standing.left_behind}
    free = _find_free(matches, standing, left)
    waiting = matches.intents.keys() - disproved
    yes = [decisions[key] for key in homeless if key in decisions and key not in waiting]
    taken = _decided(yes, homeless, free)
    asked = _find({key: homeless[key] for key in homeless.keys() - taken.keys()}, free, taken)
    if policy is AdoptPolicy.NEVER:
        asked = {}
    elif policy is AdoptPolicy.AUTO and standing.reading.is_whole:
        pairs = {key: item for key, item in _pairs(asked) if _may_take(homeless[key], waiting)}
        taken |= pairs
        asked = {key: items for key, items in asked.items() if key not in pairs}
    adoptions = {
        key: _adopt(homeless[key], taken[key], left.get(taken[key].item_id))
        for key in sorted(taken)
    }
    ids = {item.item_id for item in taken.values()}
    return replace(
        matches,
        items={**matches.items, **taken},
        links={**matches.links, **{key: one.link for key, one in adoptions.items()}},
        adoptions={**matches.adoptions, **adoptions},
        strangers=tuple(item for item in matches.strangers if item.item_id not in ids),
        asked={key: tuple(item.item_id for item in items) for key, items in asked.items()},
    )


def _find_free(matches: Matches, standing: Standing, left: Mapping[int, Link]) -> list[MarketItem]:
    """List the items that may be taken: strangers, and what another account left behind.

    Neither what another user is linked to, nor doubles of what was left behind.
    """
    foreign = standing.memory.foreign_items
    theirs = {link.product_id for link in left.values()}
    strangers = (item for item in matches.strangers if item.sku not in theirs)
    by_id = standing_items(standing.reading)
    return [
        *(item for item in strangers if item.item_id not in foreign),
        *(by_id[item_id] for item_id in sorted(left) if item_id in by_id),
    ]


def _adopt(draft: Draft, item: MarketItem, left: Link | None) -> Adopt:
    if left is not None:
        return adopt_left_behind(draft, left, item)
    return adopt_drafted(draft, item, is_intended=False)


def _decided(
    yes: Iterable[Decision], homeless: Mapping[str, Draft], free: Iterable[MarketItem]
) -> dict[str, MarketItem]:
    """Give each yes its item, those that name one first; what does not stand cannot be taken."""
    left = {item.item_id: item for item in free}
    taken: dict[str, MarketItem] = {}
    for decision in sorted(yes, key=lambda one: (one.item_id is None, one.product_id)):
        key, item_id = decision.product_id, decision.item_id
        if item_id is None:
            namesakes = _find({key: homeless[key]}, left.values()).get(key, ())
            item_id = namesakes[0].item_id if namesakes else None
        if item_id in left:
            taken[key] = left.pop(item_id)
    return taken


def _find(
    drafts: Mapping[str, Draft],
    free: Iterable[MarketItem],
    taken: Mapping[str, MarketItem] | None = None,
) -> Namesakes:
    """List the items of each draft's name, leaving out those taken and drafts without any."""
    ids = {item.item_id for item in (taken or {}).values()}
    by_name: dict[str, list[MarketItem]] = defaultdict(list)
    for item in free:
        if item.item_id not in ids:
            by_name[_folded(item.title)].append(item)
    if not by_name:
        return {}
    found = {}
    for key, draft in drafts.items():
        # A title that VK's limits changed may stand there as somebody typed it in full.
        names = {_folded(draft.title), _folded(draft.name)}
        items = [item for name in names for item in by_name.get(name, ())]
        if items:
            found[key] = tuple(sorted(items, key=lambda item: item.item_id))
    return found


def _pairs(asked: Namesakes) -> Iterator[tuple[str, MarketItem]]:
    """List the products with one item of their name that is no other product's namesake."""
    suitors: dict[int, int] = defaultdict(int)
    for items in asked.values():
        for item in items:
            suitors[item.item_id] += 1
    for key, items in asked.items():
        if len(items) == 1 and suitors[items[0].item_id] == 1:
            yield key, items[0]


def _may_take(draft: Draft, waiting: Collection[str]) -> bool:
    """Tell whether a product would be created now, were there no item of its name."""
    is_open = any(one in waiting for one in (draft.product_id, *draft.members))
    return draft.for_sale and draft.settled and not is_open


def _folded(name: str) -> str:
    return fold_name(plain_name(name))
