"""The third port in memory: a ledger that writes down what happens to it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from evosync.catalog.item import (
    AlbumLink,
    Intent,
    Link,
    MarketReading,
)
from evosync.catalog.snapshot import Snapshot
from evosync.db import aftermath
from evosync.engine.changes import (
    NOT_SENT,
    AddAlbum,
    Adopt,
    Change,
    Create,
    Done,
    Failed,
    Outcome,
    Plan,
    TakeAlbum,
    Uncertain,
)
from evosync.engine.memory import Memory, Park
from evosync.engine.refusals import refusal_of
from tests.engine.journal import Journal, called
from tests.engine.ports import HandClock


@dataclass(kw_only=True)
class MemoryLedger:
    """What we remember. `errors` gives, by method, what ends its next calls.

    `opened` are groups that each reading switches on.
    """

    journal: Journal = field(default_factory=list)
    clock: Callable[[], datetime] = field(default_factory=HandClock)
    linked: dict[str, Link] = field(default_factory=dict)
    album_linked: dict[str, AlbumLink] = field(default_factory=dict)
    open_intents: dict[str, Intent] = field(default_factory=dict)
    opened: frozenset[tuple[str, str]] = frozenset()
    skus: set[str] = field(default_factory=set)
    remembered: Memory = field(default_factory=Memory)
    errors: dict[str, list[BaseException]] = field(default_factory=dict)
    links_read: int = 0

    async def links(self) -> tuple[Link, ...]:
        self.links_read += 1
        return tuple(self.linked.values())

    async def album_links(self) -> tuple[AlbumLink, ...]:
        return tuple(self.album_linked.values())

    async def intents(self) -> tuple[Intent, ...]:
        return tuple(self.open_intents.values())

    async def known_skus(self) -> frozenset[str]:
        return frozenset(self.skus | self.linked.keys())

    async def memory(self) -> Memory:
        return self.remembered

    async def park(self, park: Park) -> None:
        parked = {**self.remembered.parked, park.method: park}
        self.remembered = replace(self.remembered, parked=parked)

    async def lift(self, methods: Collection[str]) -> None:
        kept = {name: one for name, one in self.remembered.parked.items() if name not in methods}
        self.remembered = replace(self.remembered, parked=kept)

    async def save_snapshot(self, snapshot: Snapshot) -> frozenset[tuple[str, str]]:
        self._write("save_snapshot", ())
        return self.opened

    async def check_account(self) -> None:
        self._write("check_account", ())

    async def save_market(self, reading: MarketReading) -> None:
        self._write("save_market", ())

    async def settle(self, plan: Plan) -> None:
        self._write("settle", ())
        for product_id in plan.missing_intents:
            del self.open_intents[product_id]
        for move in plan.moved:
            self.linked[move.product_id] = replace(
                self.linked[move.product_id], store_ids=move.store_ids, members=move.members
            )
        for patch in aftermath.links_settled(plan, tuple(self.linked.values())):
            self._patch(patch)

    async def begin(self, changes: Sequence[Change], now: datetime) -> None:
        self._write("begin", changes)
        for change in changes:
            self._patch(aftermath.link_begun(change))
            if isinstance(change, Create):
                draft = change.draft
                self.skus.add(draft.product_id)
                self.open_intents[draft.product_id] = Intent(
                    product_id=draft.product_id,
                    run_id=1,
                    sent_at=now,
                    title=draft.title,
                    price=draft.price,
                    store_ids=draft.store_ids,
                )

    async def withdraw(self, changes: Sequence[Change]) -> None:
        self._write("withdraw", changes)
        self._forget(changes)

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        self._write("record", [outcome.change for outcome in outcomes])
        for outcome in outcomes:
            for patch in aftermath.links_unfound(outcome, self.clock()):
                self._patch(patch)
            match outcome:
                case Done():
                    self._keep(outcome)
                case Uncertain(change=Create(draft=draft)):
                    key, now = draft.product_id, self.clock()
                    self.open_intents[key] = replace(self.open_intents[key], doubted_at=now)
                case Failed(change=change):
                    self._forget([change])
                    self._keep_refusal(outcome)
                    if outcome.code != NOT_SENT:
                        self._patch(aftermath.link_refused(change))
                case _:
                    pass

    async def save_canary(self, stage: int) -> None:
        self._write("save_canary", ())
        self.remembered = replace(self.remembered, canary_stage=stage)

    def _keep_refusal(self, failed: Failed) -> None:
        if said := refusal_of(failed, self.clock()):
            kept = {**self.remembered.refusals, (said.product_id, said.part): said}
            self.remembered = replace(self.remembered, refusals=kept)

    def _write(self, method: str, changes: Iterable[Change]) -> None:
        if pending := self.errors.get(method):
            raise pending.pop(0)
        self.journal.append((method, [called(change) for change in changes]))

    def _forget(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if isinstance(change, Create):
                del self.open_intents[change.draft.product_id]

    def _patch(self, patch: aftermath.LinkPatch | None) -> None:
        for product_id, link in list(self.linked.items()):
            if patch is not None and link.item_id == patch.item_id:
                del self.linked[product_id]
                patched = patch.applied(link)
                self.linked[patched.product_id] = patched

    def _keep(self, done: Done) -> None:
        match done:
            case Done(change=Create() as change, item_id=int(item_id)):
                made = aftermath.new_link(change, item_id)
                self.linked[made.product_id] = replace(made, written_at=self.clock())
                self.open_intents.pop(change.draft.product_id, None)
            case Done(change=Adopt(link=link)):
                self.linked[link.product_id] = link
                self.open_intents.pop(link.product_id, None)
            case Done(change=AddAlbum(key=key, title=title), album_id=int(album_id)):
                self.album_linked[key] = AlbumLink(
                    key=key, album_id=album_id, title=title, is_made=True
                )
            case Done(change=TakeAlbum(link=link)):
                self.album_linked[link.key] = link
            case _:
                self._patch(aftermath.link_after(done.change))
