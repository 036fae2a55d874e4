"""The ledger of one run: implements `evosync.engine.ports.Ledger` over the database."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert

from evosync import clock
from evosync.catalog.item import AlbumLink, Intent, Link, MarketReading
from evosync.catalog.snapshot import Snapshot
from evosync.db import catalog, intents, leases, links, market, shop_account, sync
from evosync.db.aftermath import (
    album_links_after,
    link_after,
    link_begun,
    link_refused,
    links_settled,
    links_unfound,
    new_link,
)
from evosync.db.change_rows import change_row
from evosync.db.differences import Differences
from evosync.db.engine import Database
from evosync.db.intents import IntentState
from evosync.db.links import Place
from evosync.db.market_outcomes import note_done
from evosync.db.memory import recall, save_canary
from evosync.db.refusals import forget_refusals, lift_parks, save_park, save_refusals
from evosync.db.tables.runs import run_changes
from evosync.db.types import Tx
from evosync.engine.changes import (
    NOT_SENT,
    Adopt,
    Change,
    Create,
    Done,
    EditAlbum,
    Failed,
    Outcome,
    Plan,
    Uncertain,
)
from evosync.engine.memory import Memory, Park
from evosync.engine.refusals import refusal_of
from evosync.errors import NeedsPerson, TryLater


class DbLedger:
    """What we remember of one user and one community, for the run that holds the user's lease.

    `lease_token` is the token of the holder of `leases.mirror_lease(user_id)`.
    `version_steps` is by how much this run's own reading moved the version of
    the user's settings: new groups may switch themselves on. `told` is called
    with outcomes as soon as they are committed.
    """

    def __init__(
        self,
        database: Database,
        *,
        user_id: int,
        community_id: int,
        run_id: int,
        lease_token: str,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._database = database
        self._place = Place(user_id=user_id, community_id=community_id)
        self._run_id = run_id
        self._lease_token = lease_token
        self._now = now
        # The Evotor account that links are made from, as this run's reading told it.
        self._account: str | None = None
        self.version_steps = 0
        self.told: Callable[[Sequence[Outcome]], None] | None = None

    async def links(self) -> tuple[Link, ...]:
        """List the links by product id."""
        async with self._database.read() as tx:
            return await links.list_links(tx, self._place)

    async def album_links(self) -> tuple[AlbumLink, ...]:
        """List the album links by key."""
        async with self._database.read() as tx:
            return await links.list_album_links(tx, self._place)

    async def intents(self) -> tuple[Intent, ...]:
        """List the creates whose outcome is not known."""
        async with self._database.read() as tx:
            return await intents.list_open_intents(tx, self._place)

    async def known_skus(self) -> frozenset[str]:
        """List every product id of any link or intent we ever wrote."""
        async with self._database.read() as tx:
            return await links.known_skus(tx, self._place.user_id, self._account)

    async def memory(self) -> Memory:
        """Recall refusals, answers, and limits that hold."""
        async with self._database.read() as tx:
            memory = await recall(tx, self._place, self._now())
        return replace(memory, account=self._account)

    async def save_snapshot(self, snapshot: Snapshot) -> frozenset[tuple[str, str]]:
        """Bring the cached stores, groups and products up to date; returns groups switched on."""
        async with self._database.read() as tx:
            goods = await catalog.find_changed_goods(tx, self._place.user_id, snapshot)
        saved = await self._database.write(self._save_snapshot, snapshot, goods)
        self._account, steps, opened = saved
        self.version_steps += steps
        return opened

    async def check_account(self) -> None:
        """Raise NeedsPerson when another account's shop was read than what was confirmed."""
        is_same = await self._database.write(
            shop_account.is_confirmed, self._place.user_id, self._account
        )
        if not is_same:
            raise NeedsPerson(
                "Подключена другая касса Эвотор. Проверьте, что будет отправлено, "
                "и подтвердите первую отправку.",
                code="never_confirmed",
            )

    async def save_market(self, reading: MarketReading) -> None:
        """Bring the cached items and albums up to date."""
        place = self._place
        await market.save_reading(
            self._database, place.user_id, place.community_id, reading, self._now()
        )

    async def settle(self, plan: Plan) -> None:
        """Write down what needed no call: moved links, fields taken, missing intents and items.

        Raises TryLater like `begin`.
        """
        on_links = plan.moved or plan.taken or plan.missing or plan.found or plan.spent
        if on_links or plan.rehomed or plan.missing_intents:
            await self._database.write(self._settle, plan)

    async def begin(self, changes: Sequence[Change], now: datetime) -> None:
        """Commit what is about to be sent; raises TryLater when the lease is no longer ours."""
        await self._database.write(self._begin, changes, now)

    async def withdraw(self, changes: Sequence[Change]) -> None:
        """Close the intents of creates that were surely not carried out.

        What `begin` noted of edits stays: a try before the last one may have
        reached VK. It costs the next run one edit that changes nothing.
        """
        await self._database.write(self._withdraw, changes)

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Commit what became of a batch. It is written even without the lease: it happened."""
        if outcomes:
            await self._database.write(self._record, outcomes)
            if self.told is not None:
                self.told(outcomes)

    async def park(self, park: Park) -> None:
        """Leave a method alone until the park's end. Like `record`, it needs no lease."""
        await self._database.write(save_park, self._place.user_id, park, self._now())

    async def lift(self, methods: Collection[str]) -> None:
        """End the parks of methods that answered again."""
        await self._database.write(lift_parks, self._place.user_id, methods)

    async def save_canary(self, stage: int) -> None:
        """Note how far the first push has come; raises TryLater like `begin`."""
        await self._database.write(self._save_canary, stage)

    async def _save_snapshot(
        self, tx: Tx, snapshot: Snapshot, goods: Differences
    ) -> tuple[str | None, int, frozenset[tuple[str, str]]]:
        user_id = self._place.user_id
        before = await sync.get_config(tx, user_id, will_save=True)
        stores = [reading.store for reading in snapshot.readings]
        account = await shop_account.find_account(tx, user_id, stores)
        opened = await catalog.save_snapshot(tx, user_id, snapshot, goods, self._now())
        steps = (await sync.get_config(tx, user_id)).version - before.version
        return account, steps, opened

    async def _settle(self, tx: Tx, plan: Plan) -> None:
        await self._check_lease(tx)
        now = self._now()
        known = await links.list_links(tx, self._place)
        await links.patch_links(tx, self._place, links_settled(plan, known), now)
        await links.save_account(tx, self._place, plan.rehomed, self._account, now)
        await links.save_stores(tx, self._place, plan.moved, now)
        missing = dict.fromkeys(plan.missing_intents)
        await intents.close_intents(tx, self._place, missing, IntentState.ABSENT, now)

    async def _begin(self, tx: Tx, changes: Sequence[Change], now: datetime) -> None:
        await self._check_lease(tx)
        opened = [
            Intent(
                product_id=change.draft.product_id,
                run_id=self._run_id,
                sent_at=now,
                title=change.draft.title,
                price=change.draft.price,
                store_ids=change.draft.store_ids,
            )
            for change in changes
            if isinstance(change, Create)
        ]
        await intents.open_intents(tx, self._place, opened, self._account)
        await links.patch_links(tx, self._place, filter(None, map(link_begun, changes)), now)
        in_doubt = [
            replace(change.link, title="") for change in changes if isinstance(change, EditAlbum)
        ]
        await links.save_album_links(tx, self._place, in_doubt, now)

    async def _withdraw(self, tx: Tx, changes: Sequence[Change]) -> None:
        await self._end_own(tx, changes, IntentState.ABSENT)

    async def _record(self, tx: Tx, outcomes: Sequence[Outcome]) -> None:
        now = self._now()
        done = [one for one in outcomes if isinstance(one, Done)]
        failed = [one for one in outcomes if isinstance(one, Failed)]
        unsent = [one.change for one in failed if one.code == NOT_SENT]
        refused = [one.change for one in failed if one.code != NOT_SENT]
        unsure = [one.change for one in outcomes if isinstance(one, Uncertain)]
        await self._record_new(tx, done, now)
        patches = [
            *map(link_refused, refused),
            *(patch for one in failed for patch in links_unfound(one, now)),
            *(link_after(one.change) for one in done),
        ]
        await links.patch_links(tx, self._place, filter(None, patches), now)
        albums = [
            *(change.link for change in refused if isinstance(change, EditAlbum)),
            *(link for one in done for link in album_links_after(one)),
        ]
        await links.save_album_links(tx, self._place, albums, now)
        # In this order: of one batch some may find room, and the rest none.
        await forget_refusals(tx, self._place, done)
        said = (refusal_of(one, now) for one in failed)
        await save_refusals(tx, self._place, filter(None, said))
        await self._end_own(tx, unsent, IntentState.ABSENT)
        await self._end_own(tx, refused, IntentState.REFUSED)
        doubted = _created(unsure)
        await intents.doubt_intents(tx, self._place, doubted, self._run_id, now)
        await note_done(tx, self._place, done, now)
        await self._record_changes(tx, outcomes, now)

    async def _end_own(self, tx: Tx, changes: Sequence[Change], state: IntentState) -> None:
        """Close this run's own intents: a late word says nothing of another run's."""
        await intents.close_intents(
            tx, self._place, _created(changes), state, self._now(), run_id=self._run_id
        )

    async def _record_new(self, tx: Tx, done: Sequence[Done], now: datetime) -> None:
        new: list[Link] = []
        answered: dict[str, int | None] = {}
        for outcome in done:
            match outcome:
                case Done(change=Create() as change, item_id=int(item_id)):
                    new.append(new_link(change, item_id))
                    answered[change.draft.product_id] = item_id
                case Done(change=Adopt() as change):
                    new.append(change.link)
                    if change.is_intended:
                        answered[change.link.product_id] = change.link.item_id
                case _:
                    pass
        await links.save_new_links(tx, self._place, new, self._account, now)
        await intents.close_intents(tx, self._place, answered, IntentState.DONE, now)

    async def _record_changes(self, tx: Tx, outcomes: Sequence[Outcome], now: datetime) -> None:
        whose = {"run_id": self._run_id, "user_id": self._place.user_id, "created_at": now}
        await tx.execute(
            insert(run_changes), [{**whose, **change_row(outcome)} for outcome in outcomes]
        )

    async def _save_canary(self, tx: Tx, stage: int) -> None:
        await self._check_lease(tx)
        await save_canary(tx, self._place, stage)

    async def _check_lease(self, tx: Tx) -> None:
        name = leases.mirror_lease(self._place.user_id)
        if not await leases.holds(tx, name, self._lease_token):
            raise TryLater("Запуск продолжил другой процесс.", code="lease_lost")


def _created(changes: Iterable[Change]) -> dict[str, int | None]:
    """List the products that are to be created."""
    return {each.draft.product_id: None for each in changes if isinstance(each, Create)}
