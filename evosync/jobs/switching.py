"""Switches turned for whoever looks at the catalog: weighed first, asked about when it is much."""

import asyncio
from dataclasses import dataclass, replace

from evosync.db import approvals, connections, journal, sync
from evosync.db.approvals import Answerer
from evosync.db.catalog_pages import has_unsent
from evosync.db.journal import Act
from evosync.db.last_readings import count_on_sale, load_known, load_known_of
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.selection import SwitchKind, get_selection
from evosync.db.switches import Turn, turn_switches, turned
from evosync.db.types import Tx
from evosync.engine.consequences import Consequence, Known, weigh
from evosync.engine.doubts import is_enough
from evosync.engine.held import make_held
from evosync.engine.rules import GonePolicy
from evosync.wiring import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a turn brings, in which community, what becomes of what goes; and whether it is done."""

    consequence: Consequence
    place: Place | None
    gone: GonePolicy
    is_done: bool = False

    @property
    def asked(self) -> int:
        """How many items would go off sale, if it is so many that a person must agree; else 0."""
        return len(self.consequence.asked)

    @property
    def digest(self) -> str:
        """The name of what is asked about, and of what becomes of it; "" when nothing is asked."""
        return make_held(self.consequence.asked, ()).digest if self.consequence.asked else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who turns switches, the name of what they said yes to, "" for nothing, and the log's row."""

    by: Answerer
    agreed: str = ""
    act: Act | None = None


async def turn_if_agreed(opened: Installation, turn: Turn, word: Word) -> Weighed:
    """Turn switches, unless they take so much off sale that the person has to say yes first.

    The yes to just that is written down, so that no run asks again. One
    product is weighed by its own rows alone, as long as the shop would surely
    have enough on sale without it; all else drafts the shop, in a thread, one
    page at a time.
    """
    weighed = await _weigh_lightly(opened, turn)
    if weighed is not None:
        return await _carry_out(opened, turn, weighed, word)
    # Held until the switches stand: of many equal presses the first one has work.
    async with opened.weighing:
        weighed = await _weigh_lightly(opened, turn) or await _weigh_all(opened, turn)
        if weighed.digest not in {"", word.agreed}:
            return weighed
        return await _carry_out(opened, turn, weighed, word)


async def _weigh_lightly(opened: Installation, turn: Turn) -> Weighed | None:
    """Find what a turn would bring, where that is soon found and nothing is to be asked."""
    user_id, single = turn.user_id, _single(turn)
    async with opened.database.read() as tx:
        place = await _find_place(tx, user_id)
        before = await get_selection(tx, user_id)
        if turned(before, turn) == before:
            gone = (await sync.get_config(tx, user_id)).gone
            return Weighed(consequence=Consequence(), place=place, gone=gone)
        if single is None or not (turn.is_on or await _has_plenty(opened, tx, user_id, place)):
            return None
        known = await load_known_of(tx, user_id, place, opened.rules, single)
    weighed = await _weigh(known, turn, place)
    # Of so few rows it cannot tell what stays on sale in the whole shop.
    found = replace(weighed.consequence, asked=frozenset(), left=0, on_sale=0)
    return replace(weighed, consequence=found)


async def _weigh_all(opened: Installation, turn: Turn) -> Weighed:
    async with opened.database.read() as tx:
        place = await _find_place(tx, turn.user_id)
        known = await load_known(tx, turn.user_id, place, opened.rules, opened.clock())
    return await _weigh(known, turn, place)


async def _weigh(known: Known, turn: Turn, place: Place | None) -> Weighed:
    after = turned(known.rules.selection, turn)
    found = await asyncio.to_thread(weigh, known, after)
    return Weighed(consequence=found, place=place, gone=known.rules.gone)


async def _carry_out(opened: Installation, turn: Turn, weighed: Weighed, word: Word) -> Weighed:
    now, found, place = opened.clock(), weighed.consequence, weighed.place

    async def work(tx: Tx) -> None:
        await turn_switches(tx, turn, now)
        if place is not None:
            await approvals.end_stated(tx, place, found.taken_back, now)
            if found.asked:
                await approvals.state(tx, place, found.asked, word.by, now)
        if word.act is not None:
            await journal.write_act(tx, word.act)

    await opened.database.write(work)
    return replace(weighed, is_done=True)


async def _find_place(tx: Tx, user_id: int) -> Place | None:
    vk = await connections.find_vk(tx, user_id)
    return None if vk is None else Place(user_id=user_id, community_id=vk.community_id)


def _single(turn: Turn) -> str | None:
    """Return the one product that a turn is about; None when it is about more."""
    if len(turn.switches) == 1 and turn.switches[0].kind is SwitchKind.PRODUCT:
        return turn.switches[0].entity_id
    return None


async def _has_plenty(opened: Installation, tx: Tx, user_id: int, place: Place | None) -> bool:
    """Tell whether one product less on sale is surely nothing to ask about.

    Of groups and stores that are off and not sent yet only a draft of the
    whole shop tells what they take along.
    """
    if place is None:
        return True
    live, going = await count_on_sale(tx, place)
    if live == 0:
        return True
    mark = (await recall(tx, place, opened.clock())).high_mark
    is_plenty = is_enough(live - going - 1, max(live, mark))
    return is_plenty and not await has_unsent(tx, user_id)
