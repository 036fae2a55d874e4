import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import BORIS, SHOP, SHOP_ID, Api

DAY_S = 86_400


async def listed(api: Api, **params: object) -> list[int]:
    answer = await api.ok("market.get", owner_id=SHOP, **params)
    return [item["id"] for item in answer["items"]]


async def test_the_newest_item_comes_first(api: Api, vk: VkWorld) -> None:
    first, second, third = [await api.add() for _ in range(3)]
    assert await listed(api) == [third, second, first]
    assert await listed(api, count=1, offset=1) == [second]
    assert await listed(api, offset=3) == []
    vk.knobs.listing_order = "oldest"
    assert await listed(api) == [first, second, third]


async def test_count_is_of_the_whole_list(api: Api) -> None:
    for _ in range(3):
        await api.add()
    answer = await api.ok("market.get", owner_id=SHOP, count=1)
    assert (answer["count"], len(answer["items"])) == (3, 1)
    assert "variants" not in answer


@pytest.mark.parametrize(
    ("method", "count", "maximum"),
    [("market.get", 201, 200), ("market.search", 201, 200), ("market.getAlbums", 101, 100)],
)
async def test_a_page_has_a_greatest_size(
    api: Api, vk: VkWorld, method: str, count: int, maximum: int
) -> None:
    assert await api.code(method, owner_id=SHOP, count=count) == 100
    assert "items" in await api.ok(method, owner_id=SHOP, count=maximum)
    vk.knobs.clamps_count = True
    assert "items" in await api.ok(method, owner_id=SHOP, count=count)


async def test_hidden_items_show_only_to_an_administrator_who_asks(api: Api) -> None:
    shown, hidden = await api.add(), await api.add(deleted=1)
    assert await listed(api) == [shown]
    assert await listed(api, with_disabled=1) == [hidden, shown]
    assert await listed(api.by(BORIS), with_disabled=1) == [shown]


async def test_extended_answers_tell_albums_photos_and_rights(api: Api, photo_id: int) -> None:
    item_id = await api.add(main_photo_id=photo_id, sku="tea-1", url="https://chai.ru/1", weight=50)
    album = await api.ok("market.addAlbum", owner_id=SHOP, title="Чаи")
    album_id = album["market_album_id"]
    await api.ok("market.addToAlbum", owner_id=SHOP, item_ids=item_id, album_ids=album_id)
    [plain] = (await api.ok("market.get", owner_id=SHOP))["items"]
    [full] = (await api.ok("market.get", owner_id=SHOP, extended=1, need_variants=1))["items"]
    assert (plain["sku"], plain["url"]) == ("tea-1", "https://chai.ru/1")
    assert plain["price"]["amount"] == "12950"
    assert plain["category"]["parent"]["is_v2"]
    assert not {"albums_ids", "photos"} & plain.keys()
    assert full["albums_ids"] == [album_id]
    assert [photo["id"] for photo in full["photos"]] == [photo_id]
    assert (full["can_edit"], full["can_recover"], full["weight"]) == (True, False, 50)
    picture = await api.client.get(plain["thumb_photo"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert [
        item["id"]
        for item in (await api.ok("market.get", owner_id=SHOP, album_id=album_id))["items"]
    ] == [item_id]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("", "", 2),
        ("2025-10-04", "", 1),
        ("", "2025-10-03", 1),
        ("2025-10-03", "2025-10-04", 2),
        ("2025-10-05", "", 0),
    ],
)
async def test_items_are_filtered_by_the_day_of_their_change(
    api: Api, clock: HandClock, first: str, last: str, found: int
) -> None:
    await api.add()
    clock.at += DAY_S
    await api.add()
    assert len(await listed(api, date_from=first, date_to=last)) == found


@pytest.mark.parametrize(
    ("params", "code"),
    [
        pytest.param({}, 100, id="no owner"),
        pytest.param({"owner_id": SHOP_ID}, 100, id="positive owner"),
        pytest.param({"owner_id": -999}, 15, id="unknown owner"),
        pytest.param({"owner_id": SHOP, "album_id": 7}, 1402, id="unknown album"),
        pytest.param({"owner_id": SHOP, "date_from": "03.10.2025"}, 100, id="wrong date"),
    ],
)
async def test_wrong_readings_are_refused(api: Api, params: dict[str, object], code: int) -> None:
    assert await api.code("market.get", **params) == code


async def test_a_closed_market_is_not_read(api: Api, vk: VkWorld) -> None:
    item_id = await api.add()
    vk.state.communities[SHOP_ID].market_enabled = False
    assert await api.code("market.get", owner_id=SHOP) == 1525
    assert await api.code("market.getById", item_ids=f"{SHOP}_{item_id}") == 1525


async def test_items_are_found_by_full_id(api: Api) -> None:
    item_id, hidden, deleted = await api.add(), await api.add(deleted=1), await api.add()
    await api.ok("market.delete", owner_id=SHOP, item_id=deleted)
    ids = ",".join(f"{SHOP}_{number}" for number in (item_id, hidden, deleted, 9)) + ",-999_1"
    answer = await api.ok("market.getById", item_ids=ids)
    assert {item["id"]: item["availability"] for item in answer["items"]} == {
        item_id: 0,
        hidden: 2,
        deleted: 1,
    }
    assert answer["count"] == 3
    assert (await api.by(BORIS).ok("market.getById", item_ids=ids))["count"] == 1


@pytest.mark.parametrize("ids", ["", "12", "-101_x", "x_12", ",".join(["-101_1"] * 101)])
async def test_wrong_full_ids_are_refused(api: Api, ids: str) -> None:
    assert await api.code("market.getById", item_ids=ids) == 100


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"q": "зелёный"}, ["Чай зелёный"], id="word"),
        pytest.param({"q": "ЧАЙ китай"}, ["Чай чёрный", "Чай зелёный"], id="words and case"),
        pytest.param({"q": "tea-2"}, ["Чай чёрный"], id="sku"),
        pytest.param({"price_from": 20000}, ["Чай чёрный"], id="kopecks from"),
        pytest.param({"price_to": 20000}, ["Чай зелёный"], id="kopecks to"),
        pytest.param({"sort": 2, "rev": 0}, ["Чай зелёный", "Чай чёрный"], id="cheapest first"),
        pytest.param({"sort": 1, "rev": 1}, ["Чай чёрный", "Чай зелёный"], id="newest first"),
        pytest.param({"status": "2"}, ["Кофе в зёрнах"], id="hidden"),
        pytest.param({"status": "0,2", "q": "кофе"}, ["Кофе в зёрнах"], id="both"),
    ],
)
async def test_search_filters_and_sorts(
    api: Api, clock: HandClock, params: dict[str, object], found: list[str]
) -> None:
    await api.add("Чай зелёный", sku="tea-1", price="100")
    clock.at += 1
    await api.add("Чай чёрный", sku="tea-2", price="300")
    await api.add("Кофе в зёрнах", description="Арабика, 1 кг", deleted=1)
    answer = await api.ok("market.search", owner_id=SHOP, **params)
    assert [item["title"] for item in answer["items"]] == found
    assert (answer["count"], answer["view_type"]) == (len(found), 1)


async def test_categories_are_a_tree(api: Api) -> None:
    answer = await api.ok("market.getCategories")
    leaves = {leaf["id"] for root in answer["items"] for leaf in root["children"]}
    assert {40015, 40932} <= leaves
