"""Albums of a market: market.getAlbums, addAlbum, addToAlbum and their kin."""

from typing import Annotated

from msgspec import Meta, Struct

from evosync.sandbox.vk.answers import album_json, items_of_album
from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.methods.writing import live_item, move, own_photo
from evosync.sandbox.vk.parameters import Natural
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Album, Community

Title = Annotated[str, Meta(min_length=1, max_length=128)]
SomeIds = Annotated[list[Natural], Meta(min_length=1)]

COUNT_MAX = 100  # market.getAlbums, parameter "count"


class GetAlbums(Struct, frozen=True, kw_only=True):
    """Parameters of market.getAlbums."""

    owner_id: int
    offset: Natural = 0
    count: Natural = 50


class GetAlbumById(Struct, frozen=True, kw_only=True):
    """Parameters of market.getAlbumById."""

    owner_id: int
    album_ids: SomeIds


class AddAlbum(Struct, frozen=True, kw_only=True):
    """Parameters of market.addAlbum."""

    owner_id: int
    title: Title
    photo_id: Natural = 0
    main_album: bool = False
    is_hidden: bool = False


class OneAlbum(Struct, frozen=True, kw_only=True):
    """Parameters of market.deleteAlbum."""

    owner_id: int
    album_id: Natural


class EditAlbum(OneAlbum, frozen=True, kw_only=True):
    """Parameters of market.editAlbum; the title is always needed."""

    title: Title
    photo_id: Natural = 0
    main_album: bool = False
    is_hidden: bool = False


class AddToAlbum(Struct, frozen=True, kw_only=True):
    """Parameters of market.addToAlbum."""

    owner_id: int
    item_ids: SomeIds
    album_ids: SomeIds


class RemoveFromAlbum(Struct, frozen=True, kw_only=True):
    """Parameters of market.removeFromAlbum."""

    owner_id: int
    item_id: Natural
    album_ids: SomeIds


class ReorderAlbums(Struct, frozen=True, kw_only=True):
    """Parameters of market.reorderAlbums."""

    owner_id: int
    album_id: int
    before: Natural | None = None
    after: Natural | None = None


def get_albums(call: Call, params: GetAlbums) -> Answer:
    """A page of albums; hidden ones for administrators only."""
    community = call.market_to_read(params.owner_id)
    if params.count > COUNT_MAX and not call.world.knobs.clamps_count:
        raise bad_parameter("count", f"should be at most {COUNT_MAX}")
    albums = call.world.albums(community.community_id)
    if not call.administers(community):
        albums = [album for album in albums if not album.is_hidden]
    page = albums[params.offset : params.offset + min(params.count, COUNT_MAX)]
    return {"count": len(albums), "items": [album_json(call, community, album) for album in page]}


def get_album_by_id(call: Call, params: GetAlbumById) -> Answer:
    """Albums by id; unknown ones are left out."""
    community = call.market_to_read(params.owner_id)
    found = [community.albums.get(album_id) for album_id in params.album_ids]
    albums = [album_json(call, community, album) for album in found if album is not None]
    return {"count": len(albums), "items": albums}


def add_album(call: Call, params: AddAlbum) -> Answer:
    """A new album in front of the others."""
    community = call.market_to_write(params.owner_id, refused=15)
    if len(community.albums) >= call.world.knobs.max_albums:
        raise Refused(1407)
    album = Album(album_id=call.world.next_id(), title="", updated_at=call.now)
    _write(call, community, album, params)
    community.albums[album.album_id] = album
    community.album_order.insert(0, album.album_id)
    return {"market_album_id": album.album_id, "albums_count": len(community.albums)}


def edit_album(call: Call, params: EditAlbum) -> Answer:
    """All fields are written; a cover that is not sent again is lost, or stays by a switch."""
    community = call.market_to_write(params.owner_id, refused=15)
    album = _album(community, params.album_id)
    cover = album.photo_id
    _write(call, community, album, params)
    if not (params.photo_id or call.world.knobs.edit_album_loses_cover):
        album.photo_id = cover
    return 1


def delete_album(call: Call, params: OneAlbum) -> Answer:
    """The album goes, its items stay in the market."""
    community = call.market_to_write(params.owner_id, refused=15)
    album = _album(community, params.album_id)
    del community.albums[album.album_id]
    community.album_order.remove(album.album_id)
    return 1


def add_to_album(call: Call, params: AddToAlbum) -> Answer:
    """Every item into every album, or nothing: one item that is there already is 1404."""
    community = call.market_to_write(params.owner_id, refused=15)
    albums = [_album(community, album_id) for album_id in dict.fromkeys(params.album_ids)]
    item_ids = list(dict.fromkeys(params.item_ids))
    for item_id in item_ids:
        live_item(community, item_id)
    for album in albums:
        if not set(album.item_ids).isdisjoint(item_ids):
            raise Refused(1404)
        standing = len(items_of_album(community, album))
        if standing + len(item_ids) > call.world.knobs.max_items_in_album:
            raise Refused(1406)
    for album in albums:
        album.item_ids[:0] = item_ids
        album.updated_at = call.now
    return 1


def remove_from_album(call: Call, params: RemoveFromAlbum) -> Answer:
    """One item out of the albums; one that is not in them is no error."""
    community = call.market_to_write(params.owner_id, refused=15)
    item = live_item(community, params.item_id)
    for album in [_album(community, album_id) for album_id in params.album_ids]:
        if item.item_id in album.item_ids:
            album.item_ids.remove(item.item_id)
            album.updated_at = call.now
    return 1


def reorder_albums(call: Call, params: ReorderAlbums) -> Answer:
    """Put an album before or after another one."""
    community = call.market_to_write(params.owner_id)
    move(
        community.album_order,
        params.album_id,
        before=params.before,
        after=params.after,
        missing=1402,
    )
    return 1


def _album(community: Community, album_id: int) -> Album:
    album = community.albums.get(album_id)
    if album is None:
        raise Refused(1402)
    return album


def _write(call: Call, community: Community, album: Album, params: AddAlbum | EditAlbum) -> None:
    if params.main_album and params.is_hidden:
        raise Refused(1446)
    album.photo_id = own_photo(call, community, params.photo_id) if params.photo_id else 0
    album.title = params.title
    album.is_hidden = params.is_hidden
    album.updated_at = call.now
    if params.main_album:
        for other in community.albums.values():
            other.is_main = False
    album.is_main = params.main_album


METHODS = (
    Method(name="market.getAlbums", params=GetAlbums, run=get_albums, scope="market"),
    Method(name="market.getAlbumById", params=GetAlbumById, run=get_album_by_id, scope="market"),
    Method(name="market.addAlbum", params=AddAlbum, run=add_album, scope="market", writes=True),
    Method(name="market.editAlbum", params=EditAlbum, run=edit_album, scope="market", writes=True),
    Method(
        name="market.deleteAlbum", params=OneAlbum, run=delete_album, scope="market", writes=True
    ),
    Method(
        name="market.addToAlbum", params=AddToAlbum, run=add_to_album, scope="market", writes=True
    ),
    Method(
        name="market.removeFromAlbum",
        params=RemoveFromAlbum,
        run=remove_from_album,
        scope="market",
        writes=True,
    ),
    Method(
        name="market.reorderAlbums",
        params=ReorderAlbums,
        run=reorder_albums,
        scope="market",
        writes=True,
    ),
)
