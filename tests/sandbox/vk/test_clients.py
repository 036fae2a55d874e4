"""Two independent VK clients work against the fake VK as they are."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import vk_api
from vk_api.requests_pool import vk_request_one_param_pool
from vkbottle import API
from vkbottle.exception_factory import VKAPIError
from vkbottle_types.objects import PhotosPhoto
from vkbottle_types.responses.market import MarketGetExtendedResponse

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.redirected import Redirected
from tests.sandbox.vk.scene import ANNA, ANNA_ID, SHOP, SHOP_ID

GOOD: dict[str, Any] = {"owner_id": SHOP, "description": "Китайский, 50 г", "category_id": 40932}


@pytest.fixture
async def bottle(server: str) -> AsyncIterator[API]:
    """Give vkbottle, pointed at the fake VK."""
    api = API(ANNA)
    api.API_URL = f"{server}/method/"
    yield api
    await api.http_client.close()


@pytest.fixture
def session(server: str, tmp_path: Path) -> vk_api.VkApi:
    """Give vk_api, pointed at the fake VK."""
    http = requests.Session()
    http.mount("https://api.vk.ru/", Redirected(server))
    session = vk_api.VkApi(
        token=ANNA,
        session=http,
        api_version="5.199",
        config_filename=str(tmp_path / "vk_config.json"),
    )
    session.RPS_DELAY = 0  # the rate is not what these tests are about
    return session


async def test_vkbottle_finds_its_way_with_models_of_every_answer(bottle: API) -> None:
    [person] = await bottle.users.get()
    assert (person.id, person.first_name) == (ANNA_ID, "Анна")
    found = await bottle.groups.get_by_id(group_id=SHOP_ID)
    assert found.groups is not None
    assert found.groups[0].name == "Чайная"
    tree = await bottle.market.get_categories()
    assert 40932 in {leaf.id for root in tree.items for leaf in root.children or []}

    added = await bottle.market.add(
        name="Чай зелёный", price=129.5, sku="tea", stock_amount=5, **GOOD
    )
    album = await bottle.market.add_album(owner_id=SHOP, title="Чаи")
    assert (album.albums_count, isinstance(album.market_album_id, int)) == (1, True)
    placed: dict[str, Any] = {
        "item_ids": [added.market_item_id],
        "album_ids": [album.market_album_id],
    }
    assert await bottle.market.add_to_album(owner_id=SHOP, **placed) == 1
    edit: dict[str, Any] = {"item_id": added.market_item_id, "price": 99, "old_price": 200}
    assert await bottle.market.edit(owner_id=SHOP, **edit) == 1

    albums = await bottle.market.get_albums(owner_id=SHOP)
    assert [(each.title, each.count) for each in albums.items] == [("Чаи", 1)]
    plain = await bottle.market.get(owner_id=SHOP, extended=False)
    [item] = plain.items
    assert (item.title, item.price.amount, item.price.discount_rate) == ("Чай зелёный", "9900", -50)
    by_id = await bottle.market.get_by_id(item_ids=[f"{SHOP}_{item.id}"], extended=False)
    assert by_id.items[0].sku == "tea"


async def test_extended_items_fit_the_models_but_for_their_photos(
    bottle: API, server: str, picture: Callable[..., bytes]
) -> None:
    door = await bottle.market.get_product_photo_upload_server(group_id=SHOP_ID)
    files = {"file": ("tea.png", picture())}
    async with httpx.AsyncClient() as browser:
        uploaded = (await browser.post(door.upload_url, files=files)).text
    saved = await bottle.market.save_product_photo(upload_response=uploaded)
    good = GOOD | {"name": "Чай зелёный", "main_photo_id": saved.photo_id}
    await bottle.market.add(**good)
    params = {"owner_id": SHOP, "extended": 1, "need_variants": 1}
    raw = await bottle.request("market.get", params)
    # The published schema says `photos` is a list; these models say it is one photo.
    [photo] = raw["response"]["items"][0].pop("photos")
    assert PhotosPhoto(**photo).id == saved.photo_id
    [item] = MarketGetExtendedResponse(**raw).response.items
    assert (item.albums_ids, item.can_edit, item.title) == ([], True, "Чай зелёный")


async def test_vkbottle_raises_the_error_of_its_code(bottle: API) -> None:
    with pytest.raises(VKAPIError[1403]):
        await bottle.market.edit(owner_id=SHOP, item_id=9, price=1)


def test_vk_api_calls_one_by_one(session: vk_api.VkApi, vk: VkWorld) -> None:
    api = session.get_api()
    item_id = api.market.add(name="Чай «Люкс» & Ко", price="12.50", **GOOD)["market_item_id"]
    assert api.market.edit(owner_id=SHOP, item_id=item_id, stock_amount=3) == 1
    [item] = api.market.get(owner_id=SHOP, extended=1)["items"]
    assert (item["title"], item["stock_amount"]) == ("Чай «Люкс» & Ко", 3)
    with pytest.raises(vk_api.exceptions.ApiError, match="Item not found"):
        api.market.delete(owner_id=SHOP, item_id=9)
    assert vk.requests == 4


def test_vk_api_pools_calls_of_one_method(session: vk_api.VkApi, vk: VkWorld) -> None:
    names = [f'Чай № {number} "{"!" * 30 if number == 7 else ""}"' for number in range(30)]
    with vk_api.VkRequestsPool(session) as pool:
        added = [pool.method("market.add", GOOD | {"name": name}) for name in names]
    assert [number for number, each in enumerate(added) if not each.ok] == [7]
    assert added[7].error["error_code"] == 100
    assert (vk.calls["execute"], len(vk.items(SHOP_ID))) == (2, 29)
    titles = {item.item_id: item.title for item in vk.items(SHOP_ID)}
    assert titles[added[29].result["market_item_id"]] == names[29]


def test_vk_api_pools_calls_of_several_methods(session: vk_api.VkApi) -> None:
    with vk_api.VkRequestsPool(session) as pool:
        added = pool.method("market.add", GOOD | {"name": "Чай\n'зелёный'"})
        failed = pool.method("market.delete", {"owner_id": SHOP, "item_id": 9})
        listed = pool.method("market.get", {"owner_id": SHOP})
    assert listed.result["items"][0]["id"] == added.result["market_item_id"]
    assert failed.error["error_code"] == 1403


def test_vk_api_pools_one_parameter(session: vk_api.VkApi, vk: VkWorld) -> None:
    names = ["Чай чёрный", "Чай", "Чай белый"]
    added, errors = vk_request_one_param_pool(session, "market.add", "name", names, GOOD)
    assert added.keys() == {"Чай чёрный", "Чай белый"}
    assert errors["Чай"]["error_code"] == 100
    assert [item.title for item in vk.items(SHOP_ID)] == ["Чай белый", "Чай чёрный"]
