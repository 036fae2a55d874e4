"""Two ports in memory: a till and a market that write down what happens to them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from evosync.catalog.item import (
    Album,
    Availability,
    Link,
    MarketItem,
    MarketReading,
)
from evosync.catalog.product import Product
from evosync.catalog.snapshot import SecondLook, Snapshot
from evosync.engine.changes import (
    ITEM_NOT_FOUND,
    RESTORE_TOO_LATE,
    AddAlbum,
    Adopt,
    Change,
    Create,
    Done,
    Failed,
    Field,
    Hide,
    Lose,
    Outcome,
    PutInAlbum,
    Restore,
    TakeAlbum,
    Uncertain,
    Update,
    Zero,
)
from evosync.engine.sent import values_of
from evosync.errors import EvoSyncError
from tests.builders import NOON, snapshot
from tests.engine.journal import Journal, called, subject


@dataclass(kw_only=True)
class HandClock:
    """A moment that stands still until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    async def wait(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.at += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class MemorySource:
    """A till. `gone` are the pairs (store, product) that a second look proves absent.

    Of what it is asked again it finds what is in `hidden`; the rest is unknown.
    """

    shop: Snapshot = field(default_factory=snapshot)
    hidden: tuple[Product, ...] = ()
    gone: frozenset[tuple[str, str]] = frozenset()
    error: EvoSyncError | None = None
    asked: list[Mapping[str, Collection[str]]] = field(default_factory=list)
    requests: int = 0

    async def fetch(self) -> Snapshot:
        self.requests += 1
        if self.error is not None:
            raise self.error
        return self.shop

    async def look_again(self, missing: Mapping[str, Collection[str]]) -> SecondLook:
        self.asked.append(missing)
        pairs = {(store_id, key) for store_id, keys in missing.items() for key in keys}
        found = tuple(one for one in self.hidden if (one.store_id, one.id) in pairs)
        seen = {(one.store_id, one.id) for one in found} | self.gone
        return SecondLook(found=found, absent=self.gone & pairs, unknown=frozenset(pairs - seen))


@dataclass(kw_only=True)
class MemoryTarget:
    """A market that does what it is told, but for what a test scripts.

    By the subject of a change: `refused` gives the code VK answers, `unheard`
    creates stand but their answer is lost, `dropped` ones are lost on the
    way, and at those in `stops` the batch ends: they and the rest of it are
    Failed with code 0. `errors` end the next sends, one each, before they begin,
    `look_errors` the next look-ups. `unlisted` items stand and are not listed.
    So many next look-ups as `blind` says see nothing, and `otherwise` has the
    values that VK shows instead of those it was sent. Pictures are shown if it
    `tells_pictures`; a shared one is dropped from all items but the first if
    it `drops_shared`, until it is distrusted.
    """

    journal: Journal = field(default_factory=list)
    clock: Callable[[], datetime] = field(default_factory=HandClock)
    items: dict[int, MarketItem] = field(default_factory=dict)
    albums: dict[int, Album] = field(default_factory=dict)
    is_whole: bool = True
    batch_size: int = 25
    flights: int = 1
    refused: dict[str, int] = field(default_factory=dict)
    unheard: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    stops: dict[str, EvoSyncError] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    fetch_error: EvoSyncError | None = None
    look_errors: list[EvoSyncError] = field(default_factory=list)
    blind: int = 0
    otherwise: dict[str, dict[str, Any]] = field(default_factory=dict)
    tells_pictures: bool = False
    drops_shared: bool = False
    fetches: int = 0
    looked_up: list[frozenset[int]] = field(default_factory=list)
    unlisted: set[int] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)
    requests: int = 0
    calls: int = 0
    _stop: EvoSyncError | None = None

    @property
    def reading_methods(self) -> frozenset[str]:
        return frozenset({"execute", "get"})

    def methods_of(self, change: Change) -> frozenset[str]:
        if isinstance(change, Adopt | Lose | TakeAlbum):
            return frozenset()
        return frozenset({"execute", "add" if isinstance(change, Create) else "edit"})

    async def fetch(self) -> MarketReading:
        self.fetches += 1
        self.requests += 1
        if self.fetch_error is not None:
            raise self.fetch_error
        counts = [one for item in self.items.values() for one in item.album_ids]
        return MarketReading(
            items=tuple(one for key, one in self.items.items() if key not in self.unlisted),
            albums=tuple(
                replace(one, count=counts.count(one.album_id)) for one in self.albums.values()
            ),
            begun_at=self.clock(),
            is_whole=self.is_whole,
        )

    async def look_up(self, item_ids: Collection[int]) -> Mapping[int, MarketItem]:
        self.requests += 1
        self.looked_up.append(frozenset(item_ids))
        if self.look_errors:
            raise self.look_errors.pop(0)
        if self.blind:
            self.blind -= 1
            return {}
        return {
            item_id: replace(item, **self.otherwise.get(item.sku or "", {}))
            for item_id, item in self.items.items()
            if item_id in item_ids
        }

    async def distrust_sharing(self) -> None:
        self.journal.append(("distrust_sharing", []))
        self.drops_shared = False

    async def ready(self) -> None:
        pass

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        if self._stop is not None:
            stop, self._stop = self._stop, None
            raise stop
        if not changes:
            return []
        self.journal.append(("send", [called(change) for change in changes]))
        self.sizes.append(len(changes))
        self.requests += 1
        if self.errors:
            raise self.errors.pop(0)
        outcomes = [self._answer(change) for change in changes]
        if all(isinstance(one, Failed) and one.code == 0 for one in outcomes):
            return await self.send(())  # nothing was carried out: raises the stop
        return outcomes

    def _answer(self, change: Change) -> Outcome:
        about = subject(change)
        self._stop = self._stop or self.stops.pop(about, None)
        if self._stop is not None:
            return Failed(change=change, code=0, message="Не отправлено.")
        self.calls += 1
        if about in self.refused:
            code = self.refused[about]
            is_lasting = code not in {ITEM_NOT_FOUND, RESTORE_TOO_LATE}
            return Failed(change=change, code=code, message="Bad words.", is_lasting=is_lasting)
        if about in self.dropped:
            return Uncertain(change=change, cause="time-out")
        done = self._do(change)
        return Uncertain(change=change, cause="time-out") if about in self.unheard else done

    def _do(self, change: Change) -> Done:
        match change:
            case Create(draft=draft):
                item_id = max(500 + len(self.items), max(self.items, default=0) + 1)
                self.items[item_id] = MarketItem(
                    item_id=item_id,
                    title=draft.title,
                    description=draft.description,
                    price=draft.price,
                    availability=Availability.AVAILABLE,
                    sku=draft.product_id,
                    stock=draft.stock,
                    created_at=self.clock(),
                    photo_ids=self._picture(),
                )
                return Done(change=change, item_id=item_id)
            case Update(link=link, draft=draft, fields=fields):
                shown = fields - {Field.PHOTO, Field.SKU, Field.CATEGORY}
                values = {one.value: value for one, value in values_of(draft, shown).items()}
                if Field.PHOTO in fields:
                    values["photo_ids"] = self._picture()
                self._edit(link, **values)
            case Hide(link=link):
                self._edit(link, availability=Availability.UNAVAILABLE)
            case Restore(link=link):
                self._edit(link, availability=Availability.AVAILABLE)
            case Zero(link=link):
                self._edit(link, stock=0)
            case _:
                return self._do_album(change)
        return Done(change=change, item_id=change.link.item_id)

    def _do_album(self, change: Change) -> Done:
        match change:
            case AddAlbum(title=title):
                album_id = 900 + len(self.albums)
                self.albums[album_id] = Album(album_id=album_id, title=title)
                return Done(change=change, album_id=album_id)
            case PutInAlbum(album_id=int(album_id), item_ids=item_ids):
                for item_id in item_ids:
                    item = self.items[item_id]
                    self.items[item_id] = replace(item, album_ids=item.album_ids | {album_id})
            case _:
                pass
        return Done(change=change)

    def _picture(self) -> tuple[int, ...]:
        is_dropped = self.drops_shared and any(one.photo_ids for one in self.items.values())
        return (7,) if self.tells_pictures and not is_dropped else ()

    def _edit(self, link: Link, **values: object) -> None:
        self.items[link.item_id] = replace(self.items[link.item_id], **values)  # type: ignore[arg-type]
