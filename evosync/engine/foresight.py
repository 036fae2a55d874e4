"""What a run would ask about under other rules, told before they are saved (design: guard)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from evosync.catalog.snapshot import Snapshot
from evosync.engine.doubts import PRICE_FACTOR
from evosync.engine.draft.prices import make_price
from evosync.engine.draft.shop import draft_shop
from evosync.engine.guard import guard
from evosync.engine.held import TAKES_OFF, Ask, make_held
from evosync.engine.live import find_live
from evosync.engine.memory import Member, Verdict
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing, standing_items
from evosync.engine.rules import Rounding, Rules
from evosync.engine.taken_back import find_taken_back, stated_prices, without

_FORESEEN = TAKES_OFF | {Ask.PRICE}
"""What a setting brings about; all else that is asked was not the setting's doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would be asked about, that is not asked about as things are.

    `live` items are on sale now, and `own` stand on the market. `taken_back`
    is what no yes given beforehand is for any more, once the rules are so.
    """

    members: frozenset[Member] = frozenset()
    live: int = 0
    own: int = 0
    taken_back: frozenset[Member] = frozenset()

    @property
    def off_sale(self) -> int:
        """How many goods would go off sale."""
        return sum(count for kind, count in self._counts.items() if kind in TAKES_OFF)

    @property
    def prices(self) -> int:
        """How many goods would cost many times more, or less."""
        return self._counts[Ask.PRICE.value]

    @property
    def digest(self) -> str:
        """The name of this set of members; another set has another one."""
        return make_held(self.members, ()).digest

    @property
    def _counts(self) -> Counter[str]:
        return Counter(kind for kind, _ in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePair:
    """What `count` goods that stand in VK cost each in the till and there, kopecks."""

    till: int
    market: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """Of `total` goods, how many would cost other than they do, and how many `far` from it."""

    changed: int = 0
    far: int = 0
    total: int = 0


def reprice(pairs: Iterable[PricePair], multiplier: Decimal, rounding: Rounding) -> Repriced:
    """Tell what another multiplier and rounding would do to the prices in VK."""
    worked_out: dict[int, int] = {}
    changed = far = total = 0
    for pair in pairs:
        if pair.till not in worked_out:
            worked_out[pair.till] = make_price(pair.till, multiplier, rounding) or 0
        new, old = worked_out[pair.till], pair.market
        total += pair.count
        changed += pair.count * (new != old)
        far += pair.count * (new > old * PRICE_FACTOR or new * PRICE_FACTOR < old)
    return Repriced(changed=changed, far=far, total=total)


def foresee(
    snapshot: Snapshot, standing: Standing, before: Rules, after: Rules, *, settle: timedelta
) -> Foreseen:
    """Plan what was last read under both rules, and tell what the guard would hold anew.

    Pure, and as heavy as planning a run twice: not for the loop.
    """
    items = standing_items(standing.reading)
    taken_back = _taken_back(snapshot, standing, before, after)
    asked = _held(snapshot, without(standing, taken_back), after, settle)
    if asked:
        asked -= _held(snapshot, standing, before, settle)
    return Foreseen(
        members=asked,
        live=len(find_live(standing.links, items)),
        own=sum(link.item_id in items for link in standing.links),
        taken_back=taken_back,
    )


def _taken_back(
    snapshot: Snapshot, standing: Standing, before: Rules, after: Rules
) -> frozenset[Member]:
    if not any(one.verdict is Verdict.STATED for one in standing.memory.consents):
        return frozenset()
    own = own_rules(after, standing, snapshot)
    drafted = draft_shop(snapshot, own, list_claimed(standing))
    found = find_taken_back(drafted, part(standing, drafted), own)
    if (before.price_multiplier, before.rounding) != (after.price_multiplier, after.rounding):
        found |= stated_prices(standing.memory.consents)
    return found


def _held(
    snapshot: Snapshot, standing: Standing, rules: Rules, settle: timedelta
) -> frozenset[Member]:
    own = own_rules(rules, standing, snapshot)
    # A picture is no matter here, and another one makes an edit of every item.
    drafted = draft_shop(snapshot, replace(own, photo=None), list_claimed(standing))
    plan = make_plan(drafted, standing, own, settle=settle)
    held = guard(plan, drafted, standing).held
    members = held.members if held else ()
    return frozenset(one for one in members if one[0] in _FORESEEN)
