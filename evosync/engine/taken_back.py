"""Which yeses given beforehand are for nothing any more, as switches and settings stand then.

A yes to what a switch takes off sale ends when the switch brings it back:
else it would pass for a yes to the next odd answer of the till.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from evosync.catalog.item import Link
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import TAKES_OFF, Ask
from evosync.engine.live import find_live
from evosync.engine.memory import Consent, Member, Verdict
from evosync.engine.plan.standing import Standing, standing_items, stores_on
from evosync.engine.rules import GonePolicy, Rules

_ASKS = {
    GonePolicy.HIDE: frozenset({Ask.HIDE}),
    GonePolicy.ZERO: frozenset({Ask.ZERO}),
    GonePolicy.DELETE: frozenset({Ask.DELETE}),
    GonePolicy.LEAVE: frozenset[Ask](),
}


def find_taken_back(drafted: Drafted, standing: Standing, rules: Rules) -> frozenset[Member]:
    """List all that no yes to "off sale" is for any more, of the products that have an item.

    `standing` without what another account left. What went already stays
    agreed to for as long as it is off: the guard does not miss it.
    """
    live = find_live(standing.links, standing_items(standing.reading))
    return frozenset(
        (ask.value, link.product_id)
        for link in standing.links
        for ask in TAKES_OFF.difference(_takes(link, drafted, rules, is_live=link.item_id in live))
    )


def is_switched_off(link: Link, drafted: Drafted, rules: Rules) -> bool:
    """Tell whether a linked product is off by a switch, in the till or listed there no more."""
    if drafted.saw(link.product_id):
        return link.product_id in drafted.off and link.product_id not in drafted.withdrawn
    return not stores_on(link, rules.selection)


def stated_prices(consents: Iterable[Consent]) -> frozenset[Member]:
    """List the prices that were agreed to beforehand: for another multiplier they are others."""
    return frozenset(
        member
        for one in consents
        if one.verdict is Verdict.STATED
        for member in one.members
        if member[0] == Ask.PRICE
    )


def without(standing: Standing, members: Collection[Member]) -> Standing:
    """Forget what was agreed to beforehand of these."""
    consents = tuple(
        replace(one, members=one.members.difference(members))
        if one.verdict is Verdict.STATED
        else one
        for one in standing.memory.consents
    )
    return replace(standing, memory=replace(standing.memory, consents=consents))


def _takes(link: Link, drafted: Drafted, rules: Rules, *, is_live: bool) -> Collection[Ask]:
    """Tell what of "off sale" the rules bring to a product, or have brought."""
    is_withdrawn = link.product_id in drafted.withdrawn
    if is_withdrawn or is_switched_off(link, drafted, rules):
        return _ASKS[rules.gone] if is_live else TAKES_OFF
    draft = drafted.drafts.get(link.product_id)
    is_zero = link.product_id in drafted.stopped or (draft is not None and draft.stock == 0)
    return {Ask.ZERO} if is_zero else ()
