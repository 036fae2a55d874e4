"""What a person does to the settings of the mirror: foreseen, agreed to, saved, written down."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from evosync.accounts.desk import Actor, Desk
from evosync.db import approvals, catalog, connections, sync
from evosync.db.accounts import User
from evosync.db.approvals import Answerer
from evosync.db.chosen import list_price_pairs
from evosync.db.journal import write_act
from evosync.db.links import Place
from evosync.db.memory import list_consents
from evosync.db.selection import get_selection
from evosync.db.snapshots import load_snapshot
from evosync.db.standing import load_standing
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.doubts import PRICES_MIN
from evosync.engine.foresight import Foreseen, foresee, reprice
from evosync.engine.memory import Verdict
from evosync.wiring import Installation

Change = Callable[[SyncConfig], SyncConfig]
Differences = Callable[[SyncConfig, SyncConfig], dict[str, list[str]]]

_OF_PRICES = ("price_multiplier", "rounding")
WEIGHTY = (
    *_OF_PRICES,
    *("stock_mode", "gone", "twins", "allow_marked", "allow_unknown_type"),
)
"""Settings that can take much off sale, or make many prices others, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whose settings are worked on, from where, and with what."""

    opened: Installation
    desk: Desk
    user: User
    address: str | None = None

    async def foresee(self, change: Change) -> Foreseen:
        """Tell what a run would ask about because of a change; nothing where none is going to run.

        Prices alone are soon worked out. All else is planned, in a thread, one
        page at a time: of a large shop that takes seconds.
        """
        async with self.opened.database.read() as tx:
            if not await self._may_matter(tx, change):
                return Foreseen()
        async with self.opened.weighing:
            return await self._plan(change)

    async def _may_matter(self, tx: Tx, change: Change) -> bool:
        """Tell whether a change may be asked about, or end what was agreed to beforehand."""
        before = await sync.get_config(tx, self.user.id)
        after, place = change(before), await _place(tx, self.user.id)
        if place is None or not _is_weighty(before, after):
            return False
        consents = await list_consents(tx, place, self.opened.clock())
        if any(one.verdict is Verdict.STATED for one in consents):
            return True
        if not _is_on(before):
            return False
        if not _only_prices(before, after):
            return True
        selection = await get_selection(tx, self.user.id)
        groups = await catalog.list_groups(tx, self.user.id)
        pairs = await list_price_pairs(tx, place, selection, groups)
        return reprice(pairs, after.price_multiplier, after.rounding).far >= PRICES_MIN

    async def _plan(self, change: Change) -> Foreseen:
        async with self.opened.database.read() as tx:
            before = await sync.get_config(tx, self.user.id)
            selection = await get_selection(tx, self.user.id)
            place = await _place(tx, self.user.id)
            if place is None:
                return Foreseen()
            snapshot = await load_snapshot(tx, self.user.id)
            standing = await load_standing(tx, place, self.opened.clock())
        found = await asyncio.to_thread(
            foresee,
            snapshot,
            standing,
            self.opened.rules(before, selection),
            self.opened.rules(change(before), selection),
            settle=timedelta(seconds=self.opened.settings.vk_settle_seconds),
        )
        return found if _is_on(before) else replace(found, members=frozenset())

    async def save(
        self, change: Change, differences: Differences, agreed: Foreseen | None = None
    ) -> bool:
        """Save a change and write it down; False when nothing is other than it was.

        `agreed` is what the person was told beforehand, and said yes to: no
        run asks about it any more. What it takes back of an earlier yes ends.
        """
        actor = Actor.of(self.user, self.address)

        async def work(tx: Tx) -> bool:
            now = self.desk.clock()
            before = await sync.get_config(tx, self.user.id, will_save=True)
            after = change(before)
            found = differences(before, after)
            if after == before:
                return False
            await sync.save_config(tx, after, now)
            detail = {"changes": found}
            await write_act(tx, self.desk.act("config.changed", actor, self.user, detail))
            place = await _place(tx, self.user.id)
            if agreed is not None and place is not None:
                await approvals.end_stated(tx, place, agreed.taken_back, now)
                if agreed.members:
                    answerer = Answerer(name=actor.name, user_id=self.user.id)
                    await approvals.state(tx, place, agreed.members, answerer, now)
            return True

        return await self.desk.database.write(work)


async def _place(tx: Tx, user_id: int) -> Place | None:
    vk = await connections.find_vk(tx, user_id)
    return None if vk is None else Place(user_id=user_id, community_id=vk.community_id)


def _is_on(config: SyncConfig) -> bool:
    return config.enabled and config.confirmed_at is not None


def _is_weighty(before: SyncConfig, after: SyncConfig) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in WEIGHTY)


def _only_prices(before: SyncConfig, after: SyncConfig) -> bool:
    return all(
        getattr(before, name) == getattr(after, name) for name in WEIGHTY if name not in _OF_PRICES
    )
