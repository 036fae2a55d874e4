import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import BORIS, SHOP, SHOP_ID, Api


async def add_album(api: Api, title: str = "Чаи", **params: object) -> int:
    answer = await api.ok("market.addAlbum", owner_id=SHOP, title=title, **params)
    return int(answer["market_album_id"])


def put(items: list[int], albums: list[int]) -> dict[str, object]:
    """Parameters of addToAlbum."""
    return {
        "owner_id": SHOP,
        "item_ids": ",".join(map(str, items)),
        "album_ids": ",".join(map(str, albums)),
    }


async def test_an_album_is_made_shown_and_counted(api: Api, photo_id: int) -> None:
    item_id = await api.add()
    first = await add_album(api, "Чаи", photo_id=photo_id)
    answer = await api.ok("market.addAlbum", owner_id=SHOP, title="Сладости", is_hidden=1)
    assert answer["albums_count"] == 2
    await api.ok("market.addToAlbum", owner_id=SHOP, item_ids=item_id, album_ids=first)
    albums = await api.ok("market.getAlbums", owner_id=SHOP)
    assert albums["count"] == 2
    sweets, tea = albums["items"]
    assert (sweets["title"], sweets["is_hidden"], sweets["count"]) == ("Сладости", True, 0)
    assert (tea["id"], tea["owner_id"], tea["count"]) == (first, SHOP, 1)
    assert tea["photo"]["id"] == photo_id
    assert (await api.ok("market.getAlbumById", owner_id=SHOP, album_ids=f"{first},9"))[
        "count"
    ] == 1
    assert (await api.by(BORIS).ok("market.getAlbums", owner_id=SHOP))["count"] == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        pytest.param({"title": ""}, 100, id="no title"),
        pytest.param({"title": "А" * 129}, 100, id="title too long"),
        pytest.param({"title": "Чаи", "photo_id": 9}, 129, id="unknown cover"),
        pytest.param({"title": "Чаи", "main_album": 1, "is_hidden": 1}, 1446, id="main and hidden"),
    ],
)
async def test_a_wrong_album_is_refused(
    api: Api, vk: VkWorld, params: dict[str, object], code: int
) -> None:
    assert await api.code("market.addAlbum", owner_id=SHOP, **params) == code
    assert vk.albums(SHOP_ID) == []


async def test_an_edit_writes_every_field(api: Api, vk: VkWorld, photo_id: int) -> None:
    album_id = await add_album(api, "А" * 128, photo_id=photo_id)
    [album] = vk.albums(SHOP_ID)
    assert await api.code("market.editAlbum", owner_id=SHOP, album_id=album_id) == 100
    await api.ok(
        "market.editAlbum", owner_id=SHOP, album_id=album_id, title="Чай", photo_id=photo_id
    )
    assert (album.title, album.photo_id) == ("Чай", photo_id)
    await api.ok("market.editAlbum", owner_id=SHOP, album_id=album_id, title="Чай")
    assert album.photo_id == 0


async def test_one_album_is_the_main_one(api: Api, vk: VkWorld) -> None:
    await add_album(api, "Чаи", main_album=1)
    await add_album(api, "Сладости", main_album=1)
    assert [album.is_main for album in vk.albums(SHOP_ID)] == [True, False]


async def test_many_items_go_into_many_albums_in_one_call(api: Api) -> None:
    items = [await api.add(), await api.add()]
    albums = [await add_album(api), await add_album(api)]
    assert await api.ok("market.addToAlbum", **put(items, albums)) == 1
    for album in albums:
        listed = await api.ok("market.get", owner_id=SHOP, album_id=album)
        assert sorted(item["id"] for item in listed["items"]) == items


async def test_an_item_already_there_refuses_the_whole_call(api: Api, vk: VkWorld) -> None:
    first, second = await api.add(), await api.add()
    album = await add_album(api)
    await api.ok("market.addToAlbum", **put([first], [album]))
    assert await api.code("market.addToAlbum", **put([second, first], [album])) == 1404
    assert vk.albums(SHOP_ID)[0].item_ids == [first]


@pytest.mark.parametrize(
    ("items", "albums", "code"),
    [
        pytest.param([9], [], 100, id="no album"),
        pytest.param([], [9], 100, id="no item"),
        pytest.param([9], [9], 1402, id="unknown album"),
    ],
)
async def test_nothing_goes_nowhere(
    api: Api, items: list[int], albums: list[int], code: int
) -> None:
    assert await api.code("market.addToAlbum", **put(items, albums)) == code


async def test_an_unknown_or_deleted_item_goes_into_no_album(api: Api) -> None:
    item_id, album = await api.add(), await add_album(api)
    await api.ok("market.delete", owner_id=SHOP, item_id=item_id)
    for number in (item_id, 9):
        assert await api.code("market.addToAlbum", **put([number], [album])) == 1403


async def test_albums_have_room_for_so_many(api: Api, vk: VkWorld) -> None:
    vk.knobs.max_albums, vk.knobs.max_items_in_album = 1, 1
    first, second = await api.add(), await api.add()
    album = await add_album(api)
    assert await api.code("market.addAlbum", owner_id=SHOP, title="Ещё") == 1407
    assert await api.code("market.addToAlbum", **put([first, second], [album])) == 1406
    await api.ok("market.addToAlbum", **put([first], [album]))
    await api.ok("market.delete", owner_id=SHOP, item_id=first)
    await api.ok("market.addToAlbum", **put([second], [album]))


async def test_a_deleted_item_comes_back_into_its_albums(api: Api) -> None:
    item_id, album = await api.add(), await add_album(api)
    await api.ok("market.addToAlbum", **put([item_id], [album]))
    await api.ok("market.delete", owner_id=SHOP, item_id=item_id)
    assert (await api.ok("market.getAlbums", owner_id=SHOP))["items"][0]["count"] == 0
    await api.ok("market.restore", owner_id=SHOP, item_id=item_id)
    assert (await api.ok("market.getAlbums", owner_id=SHOP))["items"][0]["count"] == 1


async def test_an_item_leaves_an_album_and_an_album_leaves_the_market(
    api: Api, vk: VkWorld
) -> None:
    item_id, album = await api.add(), await add_album(api)
    await api.ok("market.addToAlbum", **put([item_id], [album]))
    leave = {"owner_id": SHOP, "item_id": item_id, "album_ids": album}
    assert await api.ok("market.removeFromAlbum", **leave) == 1
    assert await api.ok("market.removeFromAlbum", **leave) == 1
    assert vk.albums(SHOP_ID)[0].item_ids == []
    assert await api.ok("market.deleteAlbum", owner_id=SHOP, album_id=album) == 1
    assert vk.albums(SHOP_ID) == []
    assert len(vk.items(SHOP_ID)) == 1
    assert await api.code("market.deleteAlbum", owner_id=SHOP, album_id=album) == 1402
    assert await api.code("market.removeFromAlbum", **leave) == 1402


async def test_albums_and_what_is_in_them_are_reordered(api: Api, vk: VkWorld) -> None:
    items = [await api.add(), await api.add()]
    first, second = await add_album(api), await add_album(api)
    await api.ok("market.reorderAlbums", owner_id=SHOP, album_id=first, before=second)
    assert [album.album_id for album in vk.albums(SHOP_ID)] == [first, second]
    await api.ok("market.addToAlbum", **put(items, [first]))
    await api.ok(
        "market.reorderItems", owner_id=SHOP, album_id=first, item_id=items[0], after=items[1]
    )
    assert vk.albums(SHOP_ID)[0].item_ids == [items[1], items[0]]
    assert await api.code("market.reorderAlbums", owner_id=SHOP, album_id=9, after=first) == 1402


async def test_only_administrators_change_albums(api: Api) -> None:
    album = await add_album(api)
    stranger = api.by(BORIS)
    assert await stranger.code("market.addAlbum", owner_id=SHOP, title="Чужие") == 15
    assert await stranger.code("market.deleteAlbum", owner_id=SHOP, album_id=album) == 15
    assert await stranger.code("market.addToAlbum", **put([1], [album])) == 15
