"""Switches turned for whoever looks at the catalog: weighed first, asked about when it is much."""

import asyncio
from dataclasses import dataclass, replace

from evosync.db import approvals, connections, journal
from evosync.db.approvals import Answerer
from evosync.db.journal import Act
from evosync.db.last_readings import count_on_sale, load_known, load_known_of
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.selection import SwitchKind
from evosync.db.switches import Turn, turn_switches, turned
from evosync.db.types import Tx
from evosync.engine.consequences import Consequence, Known, weigh
from evosync.engine.doubts import is_enough
from evosync.engine.rules import GonePolicy
from evosync.wiring import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a turn would bring, in which community, and what becomes of what goes."""

    consequence: Consequence
    place: Place | None
    gone: GonePolicy

    @property
    def asked(self) -> int:
        """How many items would go off sale, if it is so many that a person must agree; else 0."""
        return len(self.consequence.asked)


async def weigh_turn(opened: Installation, turn: Turn) -> Weighed:
    """Find what a turn would bring; the heavy part goes on in a thread.

    One product is weighed by its own rows alone, as long as the shop would
    have enough on sale without it.
    """
    known, place, is_part = await _load(opened, turn)
    after = turned(known.rules.selection, turn)
    found = await asyncio.to_thread(weigh, known, after)
    if is_part:
        # Of so few rows it cannot tell what stays on sale in the whole shop.
        found = replace(found, asked=frozenset(), left=0, on_sale=0)
    return Weighed(consequence=found, place=place, gone=known.rules.gone)


async def carry_out(
    opened: Installation, turn: Turn, weighed: Weighed, by: Answerer, act: Act | None
) -> None:
    """Turn the switches, and write down the yes to what was asked, so that no run asks again."""
    now = opened.clock()

    async def work(tx: Tx) -> None:
        await turn_switches(tx, turn, now)
        if weighed.place is not None and weighed.consequence.asked:
            await approvals.state(tx, weighed.place, weighed.consequence.asked, by, now)
        if act is not None:
            await journal.write_act(tx, act)

    await opened.database.write(work)


async def _load(opened: Installation, turn: Turn) -> tuple[Known, Place | None, bool]:
    now, user_id = opened.clock(), turn.user_id
    single = _single(turn)
    async with opened.database.read() as tx:
        vk = await connections.find_vk(tx, user_id)
        place = None if vk is None else Place(user_id=user_id, community_id=vk.community_id)
        if single is not None and (turn.is_on or await _has_plenty(opened, tx, place)):
            known = await load_known_of(tx, user_id, place, opened.rules, single)
            return known, place, True
        return await load_known(tx, user_id, place, opened.rules, now), place, False


def _single(turn: Turn) -> str | None:
    """Return the one product that a turn is about; None when it is about more."""
    if len(turn.switches) == 1 and turn.switches[0].kind is SwitchKind.PRODUCT:
        return turn.switches[0].entity_id
    return None


async def _has_plenty(opened: Installation, tx: Tx, place: Place | None) -> bool:
    """Tell whether one product less on sale is surely nothing to ask about."""
    if place is None:
        return True
    live, going = await count_on_sale(tx, place)
    mark = (await recall(tx, place, opened.clock())).high_mark
    return live == 0 or is_enough(live - going - 1, max(live, mark))
