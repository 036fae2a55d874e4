"""A small market and a small ledger, pure, that do what a plan says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from evosync.catalog.item import (
    Album,
    AlbumLink,
    Availability,
    Draft,
    Intent,
    Link,
    LinkState,
    MarketItem,
    MarketReading,
    Written,
)
from evosync.db.aftermath import links_settled
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    AlbumChange,
    Change,
    Create,
    Delete,
    EditAlbum,
    Field,
    Hide,
    Lose,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
    Update,
    Zero,
)
from evosync.engine.memory import Decision, Memory
from evosync.engine.plan.standing import Standing
from tests.builders import NOON

# Which attribute of Written, of MarketItem and of Draft a field is.
_WRITTEN = {field: field.value for field in Field} | {Field.CATEGORY: "category_id"}
_SHOWN = _WRITTEN.keys() - {Field.PHOTO}


@dataclass(kw_only=True)
class World:
    """The market and our ledger. `hidden` are items out of sight, by whomever."""

    items: dict[int, MarketItem] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    bin: dict[int, MarketItem] = field(default_factory=dict)
    albums: dict[int, Album] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    album_links: dict[str, AlbumLink] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    known_skus: set[str] = field(default_factory=set)
    decisions: dict[str, Decision] = field(default_factory=dict)
    account: str | None = None
    is_whole: bool = True
    shows_sku: bool = True
    shows_stock: bool = True

    def standing(self) -> Standing:
        """Read the market and the ledger."""
        return Standing(
            reading=MarketReading(
                items=tuple(self._shown(item) for item in self.items.values()),
                albums=tuple(
                    replace(
                        album,
                        count=sum(album.album_id in one.album_ids for one in self.items.values()),
                    )
                    for album in self.albums.values()
                ),
                begun_at=NOON,
                is_whole=self.is_whole,
            ),
            links=tuple(self.links.values()),
            album_links=tuple(self.album_links.values()),
            intents=tuple(self.intents.values()),
            known_skus=frozenset(self.known_skus),
            memory=Memory(decisions=self.decisions, account=self.account),
        )

    def apply(self, plan: Plan) -> None:
        """Carry out everything, and write it down."""
        for product_id in plan.missing_intents:
            del self.intents[product_id]
        for product_id, fields in plan.taken:
            self._count_anew(product_id, fields)
        for patch in links_settled(plan, self.links.values()):
            link = next(one for one in self.links.values() if one.item_id == patch.item_id)
            self.links[link.product_id] = replace(link, **patch.link)
        for product_id in plan.rehomed:
            self.links[product_id] = replace(self.links[product_id], account=self.account)
        for move in plan.moved:
            key = move.new_id or move.product_id
            self.links[key] = replace(
                self.links.pop(move.product_id),
                product_id=key,
                store_ids=move.store_ids,
                members=move.members,
            )
        for change in plan.changes:
            self._apply(change)

    def throw_away(self, item_id: int) -> None:
        """Delete an item the way VK does: it can come back, but to no album."""
        self.bin[item_id] = replace(self.items.pop(item_id), album_ids=frozenset())

    def _shown(self, item: MarketItem) -> MarketItem:
        is_away = item.item_id in self.hidden or item.stock == 0
        return replace(
            item,
            availability=Availability.UNAVAILABLE if is_away else Availability.AVAILABLE,
            sku=item.sku if self.shows_sku else None,
            stock=item.stock if self.shows_stock else None,
        )

    def _apply(self, change: Change) -> None:
        match change:
            case Create(draft=draft):
                self._create(draft)
            case Update(link=link, draft=draft, fields=fields):
                self._write(link, _values(draft, fields))
            case Zero(link=link):
                self._write(link, {Field.STOCK: 0})
            case Restore() | Hide() | Delete():
                self._apply_sight(change)
            case Adopt() | Relink() | Lose():
                self._apply_link(change)
            case _:
                self._apply_album(change)

    def _apply_link(self, change: Adopt | Relink | Lose) -> None:
        match change:
            case Adopt(link=link, is_intended=is_intended):
                before = {one.item_id: key for key, one in self.links.items()}
                self.links.pop(before.get(link.item_id, ""), None)
                self.links[link.product_id] = replace(link, account=self.account)
                if is_intended:
                    del self.intents[link.product_id]
            case Relink(link=link, draft=draft, fields=fields):
                self._write(link, _values(draft, fields))
                moved = self.links.pop(link.product_id)
                self.links[draft.product_id] = replace(
                    moved,
                    product_id=draft.product_id,
                    store_ids=draft.store_ids,
                    members=draft.members,
                )
            case Lose(link=link):
                self._note(link, state=LinkState.LOST)
            case _:
                assert_never(change)

    def _apply_sight(self, change: Restore | Hide | Delete) -> None:
        link = change.link
        match change:
            case Restore(draft=draft, item=item, fields=fields):
                if item is None:
                    self.items[link.item_id] = self.bin.pop(link.item_id)
                self.hidden.discard(link.item_id)
                self._note(link, is_hidden=False, state=LinkState.LIVE)
                self._write(link, _values(draft, fields))
            case Hide():
                self.hidden.add(link.item_id)
                self._note(link, is_hidden=True)
            case Delete():
                self.throw_away(link.item_id)
                self._note(link, state=LinkState.DELETED)
            case _:
                assert_never(change)

    def _apply_album(self, change: AlbumChange) -> None:
        match change:
            case AddAlbum(key=key, title=title, photo=photo):
                album_id = 1000 + len(self.albums)
                self.albums[album_id] = Album(album_id=album_id, title=title)
                self.album_links[key] = AlbumLink(
                    key=key, album_id=album_id, title=title, is_made=True, photo=photo
                )
            case TakeAlbum(link=link):
                self.album_links[link.key] = link
            case EditAlbum(link=link, title=title, is_hidden=is_hidden, photo=photo):
                self.album_links[link.key] = replace(
                    link, title=title, is_hidden=is_hidden, photo=photo
                )
            case PutInAlbum(key=key, product_ids=product_ids):
                for product_id in product_ids:
                    item = self.items[self.links[product_id].item_id]
                    inside = item.album_ids | {self.album_links[key].album_id}
                    self.items[item.item_id] = replace(item, album_ids=inside)
            case TakeFromAlbum(link=link, album_ids=album_ids):
                item = self.items[link.item_id]
                left = item.album_ids - set(album_ids)
                self.items[item.item_id] = replace(item, album_ids=left)
            case _:
                assert_never(change)

    def _create(self, draft: Draft) -> None:
        item_id = 5000 + len(self.items) + len(self.bin)
        stock = draft.opening_stock if draft.stock is None else draft.stock
        sent = replace(draft, stock=stock)
        self.items[item_id] = MarketItem(
            item_id=item_id,
            title=sent.title,
            description=sent.description,
            price=sent.price,
            availability=Availability.AVAILABLE,
            sku=sent.product_id,
            stock=stock,
            category_id=sent.category_id,
        )
        self.links[draft.product_id] = Link(
            product_id=draft.product_id,
            item_id=item_id,
            store_ids=draft.store_ids,
            members=draft.members,
            account=self.account,
            written=Written(
                **{_WRITTEN[one]: value for one, value in _values(sent, Field).items()}
            ),
        )
        self.known_skus.add(draft.product_id)

    def _write(self, link: Link, values: Mapping[Field, Any]) -> None:
        item = self.items[link.item_id]
        shown = {_WRITTEN[one]: value for one, value in values.items() if one in _SHOWN}
        self.items[link.item_id] = replace(item, **shown)
        link = self._own(link)
        repeats = dict(link.written.repeats)
        for one, value in values.items():
            same = getattr(link.written, _WRITTEN[one]) == value
            repeats[one] = repeats.get(one, 0) + 1 if same else 1
        noted = {_WRITTEN[one]: value for one, value in values.items()}
        written = replace(link.written, **noted, repeats=repeats)
        self.links[link.product_id] = replace(link, written=written)

    def _own(self, link: Link) -> Link:
        """Give the link of that item as it is now, under whatever product."""
        return next(one for one in self.links.values() if one.item_id == link.item_id)

    def _count_anew(self, product_id: str, fields: Iterable[Field]) -> None:
        link = self.links[product_id]
        repeats = {**link.written.repeats, **{one.value: 1 for one in fields}}
        self.links[product_id] = replace(link, written=replace(link.written, repeats=repeats))

    def _note(self, link: Link, state: LinkState | None = None, **written: Any) -> None:
        """Write down an act on a linked item; a double has no link of its own."""
        if any(one.item_id == link.item_id for one in self.links.values()):
            own = self._own(link)
            self.links[own.product_id] = replace(
                own,
                state=state or own.state,
                pending=None,
                wish=None,
                missing_since_at=None if state is LinkState.LIVE else own.missing_since_at,
                written=replace(own.written, **written),
            )


def _values(draft: Draft, fields: Iterable[Field]) -> dict[Field, Any]:
    values = {
        Field.TITLE: draft.title,
        Field.DESCRIPTION: draft.description,
        Field.PRICE: draft.price,
        Field.STOCK: draft.stock,
        Field.CATEGORY: draft.category_id,
        Field.PHOTO: draft.photo,
        Field.SKU: draft.product_id,
    }
    return {one: values[one] for one in fields}
