"""Changes to albums: one for each group with goods, and what belongs in it (design: R11)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from evosync.catalog.item import Album, AlbumLink, Draft, Link, MarketItem
from evosync.catalog.names import fold_name
from evosync.catalog.problem import Problem
from evosync.engine.changes import (
    AddAlbum,
    AlbumChange,
    EditAlbum,
    PutInAlbum,
    TakeAlbum,
    TakeFromAlbum,
)
from evosync.engine.draft.names import plain_name
from evosync.engine.plan.standing import Standing, standing_items

ALBUMS_MAX = 100
"""Albums in one market; 1C-Bitrix's VK exporter counts to it, VK answers error 1407 beyond."""
ALBUM_ITEMS_MAX = 1000
"""Items in one album; VK answers error 1406 beyond."""
PUT_MAX = 100
"""Items in one call of market.addToAlbum; VK publishes no limit, market.getById takes as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the plan of items leaves: the drafts that stand after it, and who stays.

    `placed` are the drafts of items that will stand. `links` and `items` are
    by product id, adoptions counted in. `leaving` are the ids of items that
    are out of sight by our own act, or will be.
    """

    placed: Mapping[str, Draft]
    links: Mapping[str, Link]
    items: Mapping[str, MarketItem]
    leaving: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True)
class AlbumPlan:
    """Changes to albums, by kind, and notes on what found no room, as they are gathered."""

    albums: list[AlbumChange] = field(default_factory=list)
    edits: list[EditAlbum] = field(default_factory=list)
    puts: list[PutInAlbum] = field(default_factory=list)
    takes: list[TakeFromAlbum] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes(self) -> tuple[AlbumChange, ...]:
        """All changes, in the order in which they can be applied."""
        return (*self.albums, *self.edits, *self.puts, *self.takes)


def plan_albums(shelf: Shelf, standing: Standing, photo: str | None) -> AlbumPlan:
    """Plan albums and membership; only linked albums, and links made here, are ever touched.

    `photo` is the hash of the default picture, the cover of albums we make.
    """
    plan = AlbumPlan()
    wanted = _wanted(shelf.placed)
    albums = {album.album_id: album for album in standing.reading.albums}
    links = {one.key: one for one in standing.album_links if one.album_id in albums}
    added = _find_or_add(wanted, links, standing, photo, plan)
    _plan_takes(shelf, links, plan)
    for key, drafts in wanted.items():
        if link := links.get(key):
            _edit(link, _title(drafts, link), is_hidden=False, photo=photo, plan=plan)
            _put(key, link, albums[link.album_id], drafts, shelf, plan)
        elif key in added:
            _put(key, None, None, drafts, shelf, plan)
    if standing.reading.is_whole:
        busy = _busy_albums(shelf, standing, plan)
        for key in sorted(links.keys() - wanted.keys()):
            link = links[key]
            # Without a title it is in doubt, and what we noted of its being hidden too.
            is_away = link.is_hidden and link.title
            if link.is_made and not is_away and link.album_id not in busy:
                title = link.title or albums[link.album_id].title
                _edit(link, title, is_hidden=True, photo=link.photo, plan=plan)
    return plan


def _wanted(placed: Mapping[str, Draft]) -> Mapping[str, list[Draft]]:
    wanted: dict[str, list[Draft]] = defaultdict(list)
    for product_id in sorted(placed):
        draft = placed[product_id]
        if draft.album is not None:
            wanted[draft.album].append(draft)
    return dict(sorted(wanted.items()))


def _title(drafts: list[Draft], link: AlbumLink | None) -> str:
    """Choose between titles that fold alike: the one that stands, else the first in order."""
    titles = {draft.album_title for draft in drafts}
    return link.title if link and link.title in titles else min(titles)


def _find_or_add(
    wanted: Mapping[str, list[Draft]],
    links: dict[str, AlbumLink],
    standing: Standing,
    photo: str | None,
    plan: AlbumPlan,
) -> frozenset[str]:
    """Give every wanted key an album: found under its title (a link is added), else made new."""
    taken = {link.album_id for link in standing.album_links}
    free: dict[str, Album] = {}
    # The oldest of several under one title wins: it comes last.
    for one in sorted(standing.reading.albums, key=lambda one: -one.album_id):
        if one.album_id not in taken:
            free[fold_name(plain_name(one.title))] = one
    added: set[str] = set()
    for key in [key for key in wanted if key not in links]:
        album = free.get(key)
        if album is not None:
            link = AlbumLink(
                key=key,
                album_id=album.album_id,
                title=album.title,
                is_made=False,
                is_hidden=album.is_hidden,
            )
            links[key] = link
            plan.albums.append(TakeAlbum(link=link))
        elif not standing.reading.is_whole:
            continue  # It may stand unseen, and nothing is made twice.
        elif len(standing.reading.albums) + len(added) < ALBUMS_MAX:
            added.add(key)
            plan.albums.append(AddAlbum(key=key, title=_title(wanted[key], None), photo=photo))
        else:
            plan.problems += [_note(draft, "vk_limit_albums") for draft in wanted[key]]
    return frozenset(added)


def _edit(
    link: AlbumLink, title: str, *, is_hidden: bool, photo: str | None, plan: AlbumPlan
) -> None:
    """Rename, show, hide or cover an album that we made; another's stays as its owner made it."""
    # A cover that VK refused is no cover; it is not tried again on every run.
    cover = photo if link.photo is not None and photo is not None else link.photo
    is_same = (link.title, link.is_hidden, link.photo) == (title, is_hidden, cover)
    if link.is_made and not is_same:
        plan.edits.append(EditAlbum(link=link, title=title, is_hidden=is_hidden, photo=cover))


def _put(
    key: str,
    link: AlbumLink | None,
    album: Album | None,
    drafts: list[Draft],
    shelf: Shelf,
    plan: AlbumPlan,
) -> None:
    album_id = link.album_id if link else None
    outside = [draft for draft in drafts if not _is_inside(draft, album_id, shelf)]
    room = max(ALBUM_ITEMS_MAX - (album.count if album else 0), 0)
    ids = [draft.product_id for draft in outside[:room]]
    for start in range(0, len(ids), PUT_MAX):
        chunk = tuple(ids[start : start + PUT_MAX])
        plan.puts.append(PutInAlbum(key=key, product_ids=chunk, album_id=album_id))
    plan.problems += [_note(draft, "vk_limit_album") for draft in outside[room:]]


def _is_inside(draft: Draft, album_id: int | None, shelf: Shelf) -> bool:
    item = shelf.items.get(draft.product_id)
    return item is not None and album_id in item.album_ids


def _plan_takes(shelf: Shelf, links: Mapping[str, AlbumLink], plan: AlbumPlan) -> None:
    ours = {link.album_id: key for key, link in links.items()}
    for product_id in sorted(shelf.placed.keys() & shelf.items.keys()):
        draft, item = shelf.placed[product_id], shelf.items[product_id]
        elsewhere = sorted(
            one for one in item.album_ids if ours.get(one, draft.album) != draft.album
        )
        if elsewhere:
            link = shelf.links[product_id]
            plan.takes.append(TakeFromAlbum(link=link, album_ids=tuple(elsewhere)))


def _busy_albums(shelf: Shelf, standing: Standing, plan: AlbumPlan) -> frozenset[int]:
    """Tell which albums still show something once this plan is applied, whoever put it there."""
    count: Counter[int] = Counter()
    for item in standing_items(standing.reading).values():
        if item.item_id not in shelf.leaving:
            count.update(item.album_ids)
    for take in plan.takes:
        count.subtract(take.album_ids)
    return frozenset(album_id for album_id, left in count.items() if left > 0)


def _note(draft: Draft, code: str) -> Problem:
    return Problem(
        product_id=draft.product_id,
        store_id=draft.store_ids[0],
        name=draft.name,
        code=code,
    )
