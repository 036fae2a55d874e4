"""The files with goods, made of the cached rows and kept until those are others."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from evosync.catalog.item import LinkState
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.db import connections, feed, links, sync
from evosync.db.links import Place
from evosync.db.selection import get_selection
from evosync.db.snapshots import load_snapshot
from evosync.db.types import Tx
from evosync.engine.draft.shop import draft_shop
from evosync.engine.rules import Rules
from evosync.web.yml import YmlContent, YmlShop, make_content, make_file
from evosync.wiring import Installation

KEPT_BYTES = 32 * 1024 * 1024
"""Of all files together, packed: a shop of 15,000 goods has about one megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """A file, packed with gzip; `digest` is of its content and `changed_at` when that was new."""

    packed: bytes
    digest: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[Any, ...]
    file: FeedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goods:
    """What a file is made of."""

    snapshot: Snapshot
    rules: Rules
    claimed: tuple[str, ...]
    shop_name: str


@dataclass(slots=True)
class FeedShelf:
    """The files asked for last; one is made at a time, for a large one takes a second of work."""

    _kept: OrderedDict[int, _Kept] = field(default_factory=OrderedDict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, opened: Installation, user_id: int) -> FeedFile:
        """Return a user's file as the cached rows and the settings are now."""
        async with self._turn:
            async with opened.database.read() as tx:
                mark = await feed.find_mark(tx, user_id)
                kept = self._kept.get(user_id)
                if kept is not None and kept.mark == mark:
                    self._kept.move_to_end(user_id)
                    return kept.file
                goods = await _load(tx, opened, user_id)
            before = None if kept is None else kept.file
            made = await asyncio.to_thread(_make, goods, opened, before)
            self._keep(user_id, _Kept(mark, made))
            return made

    def _keep(self, user_id: int, kept: _Kept) -> None:
        self._kept[user_id] = kept
        self._kept.move_to_end(user_id)
        while len(self._kept) > 1 and self._size() > KEPT_BYTES:
            self._kept.popitem(last=False)

    def _size(self) -> int:
        return sum(len(each.file.packed) for each in self._kept.values())


def picture_url(opened: Installation, sha256: str) -> str:
    """Return where anybody may fetch a default picture."""
    return f"{opened.settings.public_url}/feed/pictures/{sha256}.jpg"


async def _load(tx: Tx, opened: Installation, user_id: int) -> _Goods:
    snapshot = await load_snapshot(tx, user_id)
    config = await sync.get_config(tx, user_id)
    evotor = await connections.find_evotor(tx, user_id)
    names = (evotor.store_name if evotor else None, *(r.store.name for r in snapshot.readings))
    return _Goods(
        snapshot=_as_last_known(snapshot),
        rules=opened.rules(config, await get_selection(tx, user_id)),
        claimed=await _claimed(tx, user_id),
        shop_name=next(filter(None, names), "Магазин"),
    )


def _as_last_known(snapshot: Snapshot) -> Snapshot:
    """Count each store as whole: what could not be read stays in the file, as it stays in VK."""
    return Snapshot(
        readings=tuple(replace(each, state=ReadingState.WHOLE) for each in snapshot.readings)
    )


async def _claimed(tx: Tx, user_id: int) -> tuple[str, ...]:
    """List the products that have an item: of twins these keep the number that they have in VK."""
    vk = await connections.find_vk_sign_in(tx, user_id)
    if vk is None or vk.community_id is None:
        return ()
    place = Place(user_id=user_id, community_id=vk.community_id)
    found = await links.list_links(tx, place)
    live = sorted(
        (link for link in found if link.state is LinkState.LIVE), key=lambda link: link.item_id
    )
    return tuple(link.product_id for link in live)


def _make(goods: _Goods, opened: Installation, before: FeedFile | None) -> FeedFile:
    drafted = draft_shop(goods.snapshot, goods.rules, goods.claimed)
    shop = YmlShop(
        name=goods.shop_name,
        url=opened.settings.public_url,
        pictures=_pictures(opened, (draft.photo for draft in drafted.drafts.values())),
    )
    content = make_content(shop, drafted.drafts.values())
    if before is not None and before.digest == content.digest:
        return before
    return _packed(content, opened.clock())


def _pictures(opened: Installation, photos: Iterable[str | None]) -> dict[str, str]:
    return {sha256: picture_url(opened, sha256) for sha256 in set(photos) if sha256 is not None}


def _packed(content: YmlContent, now: datetime) -> FeedFile:
    packed = gzip.compress(make_file(content, now), compresslevel=5, mtime=0)
    return FeedFile(packed=packed, digest=content.digest, changed_at=now)
