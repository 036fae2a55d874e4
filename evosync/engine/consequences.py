"""What turning switches would bring, found before they are turned: goods that come, goods that go.

It drafts the shop as last read under the switches that stand and under those
that would, and looks at the difference as the plan and the guard would.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Change, Delete, Hide, Plan, Zero
from evosync.engine.doubts import Question, Scene, doubt_off_sale, find_off_sale, look
from evosync.engine.draft.shop import Drafted, draft_shop
from evosync.engine.memory import Member
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.gone import plan_gone
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.standing import Standing, standing_items
from evosync.engine.rules import Rules, Selection
from evosync.engine.taken_back import find_taken_back, is_switched_off


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
    `asked` is all that switches, these and earlier ones, would take off sale
    then, if that is so much that a person has to say yes first; of the items
    that are `on_sale` now, `left` would stay so. `taken_back` is what no yes
    given beforehand is for any more.
    """

    added: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    leaving: frozenset[Member] = frozenset()
    asked: frozenset[Member] = frozenset()
    left: int = 0
    on_sale: int = 0
    taken_back: frozenset[Member] = frozenset()


def weigh(known: Known, after: Selection) -> Consequence:
    """Find what it brings to turn the switches of `known` into those of `after`. Heavy, and pure.

    Exact as far as the last readings are; what waits for a run already, from
    earlier switches, is counted in what is asked about, since a run would
    hold all of it together. What goes for another reason than a switch is
    not: nobody who turns a switch is asked about it, and the run does.
    """
    if after == known.rules.selection:
        return Consequence()
    before, then = _drafted(known, known.rules.selection), _drafted(known, after)
    waits = frozenset(one.member for one in find_off_sale(before.scene))
    off_sale, on_sale = find_off_sale(then.scene), then.scene.live
    leaving = frozenset(one.member for one in off_sale if one.item_id in on_sale)
    new = leaving - waits
    found = Consequence(
        added=frozenset(_lacking(then.drafted, before.drafted)),
        dropped=frozenset(_lacking(before.drafted, then.drafted)),
        leaving=new,
        taken_back=find_taken_back(then.drafted, then.own, then.rules),
    )
    by_switch = [one for one in off_sale if one.member in new or then.is_switched(one)]
    doubt = next(doubt_off_sale(then.scene, by_switch), None)
    if doubt is None or not new:
        return found
    going = sum(one.item_id in on_sale for one in by_switch)
    asked = frozenset(one.member for one in doubt.questions)
    return replace(found, asked=asked, left=len(on_sale) - going, on_sale=len(on_sale))


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    drafted: Drafted
    scene: Scene
    own: Standing
    rules: Rules

    def is_switched(self, one: Question) -> bool:
        """Tell whether it is a switch that takes this off sale."""
        return isinstance(one.change, Hide | Zero | Delete) and is_switched_off(
            one.change.link, self.drafted, self.rules
        )


def _drafted(known: Known, selection: Selection) -> _State:
    standing = known.standing
    rules = own_rules(replace(known.rules, selection=selection), standing, known.snapshot)
    drafted = draft_shop(known.snapshot, rules, list_claimed(standing))
    own = part(standing, drafted)
    changes = tuple(_off_sale(drafted, own, rules))
    scene = look(Plan(changes=changes), drafted, own)
    return _State(drafted=drafted, scene=scene, own=own, rules=rules)


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
