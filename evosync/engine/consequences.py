"""What turning switches would bring, found before they are turned: goods that come, goods that go.

It drafts the shop as last read under the switches that stand and under those
that would, and looks at the difference as the plan and the guard would.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Change, Plan, Zero
from evosync.engine.doubts import Scene, doubt_off_sale, find_off_sale, look
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.memory import Member
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.gone import plan_gone
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.standing import Standing, standing_items
from evosync.engine.rules import Rules, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the last readings tell: the shop, what stands in VK, and the rules with the switches."""

    snapshot: Snapshot
    standing: Standing
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What switches bring.

    `added` are the products that would go to VK and now do not, `dropped`
    those that now do and would no more, each under the id of its draft.
    `leaving` is what would go off sale on account of it, by kind and product.
    `asked` is all that a run would take off sale then, if that is so much
    that a person has to say yes first; of the items that are `on_sale` now,
    `left` would stay so.
    """

    added: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    leaving: frozenset[Member] = frozenset()
    asked: frozenset[Member] = frozenset()
    left: int = 0
    on_sale: int = 0


def weigh(known: Known, after: Selection) -> Consequence:
    """Find what it brings to turn the switches of `known` into those of `after`. Heavy, and pure.

    Exact as far as the last readings are; what waits for a run already, from
    earlier switches, is counted in what is asked about, since a run would
    hold all of it together.
    """
    before, then = _drafted(known, known.rules.selection), _drafted(known, after)
    going = frozenset(one.member for one in find_off_sale(before.scene))
    leaving = frozenset(
        one.member for one in find_off_sale(then.scene) if one.item_id in then.scene.live
    )
    new = leaving - going
    found = Consequence(
        added=frozenset(_lacking(then.drafted, before.drafted)),
        dropped=frozenset(_lacking(before.drafted, then.drafted)),
        leaving=new,
    )
    doubt = next(doubt_off_sale(then.scene, find_off_sale(then.scene)), None)
    if doubt is None or not new:
        return found
    live = len(then.scene.live)
    asked = frozenset(one.member for one in doubt.questions)
    return replace(found, asked=asked, left=live - len(leaving), on_sale=live)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    drafted: Drafted
    scene: Scene


def _drafted(known: Known, selection: Selection) -> _State:
    standing = known.standing
    rules = own_rules(replace(known.rules, selection=selection), standing, known.snapshot)
    drafted = draft_shop(known.snapshot, rules, list_claimed(standing))
    own = part(standing, drafted)
    changes = tuple(_off_sale(drafted, own, rules))
    return _State(drafted=drafted, scene=look(Plan(changes=changes), drafted, own))


def _off_sale(drafted: Drafted, standing: Standing, rules: Rules) -> Iterator[Change]:
    """Plan what goes off sale, as far as switches can bring it."""
    by_id = standing_items(standing.reading)
    links = {link.product_id: link for link in standing.links if link.item_id in by_id}
    items = {product_id: by_id[link.item_id] for product_id, link in links.items()}
    wanted = drafted.drafts.keys() | drafted.members.keys()
    # Its link moves to a twin that stays (design: R18).
    moving = frozenset(
        product_id
        for product_id, link in links.items()
        if product_id not in wanted and wanted.intersection(link.members)
    )
    yield from plan_gone(drafted, links, items, rules, frozenset(), kept=moving)
    for product_id, draft in drafted.drafts.items():
        if draft.stock == 0 and draft.settled and product_id in links:
            yield Zero(link=links[product_id], item=items[product_id])


def _lacking(one: Drafted, other: Drafted) -> Iterator[str]:
    """List what would stand in VK under one drafting and not under the other; twins are one."""
    there = {key for key, draft in other.drafts.items() if draft.for_sale}
    there.update(key for key, leader in other.members.items() if leader in there)
    for key, draft in one.drafts.items():
        if draft.for_sale and there.isdisjoint((key, *draft.members)):
            yield key
