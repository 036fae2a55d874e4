from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest

from evosync.sandbox.storefront import storefront_app
from evosync.sandbox.vk.state import Album, Community, Item, Photo
from evosync.sandbox.vk.world import VkWorld

SHOP_ID = 101
NASTY = "<script>alert('чай')</script> & \"Люкс\""


@pytest.fixture
def vk() -> VkWorld:
    world = VkWorld()
    world.add_community(SHOP_ID, "Чайная", [])
    return world


@pytest.fixture
def shop(vk: VkWorld) -> Community:
    return vk.state.communities[SHOP_ID]


@pytest.fixture
async def browser(vk: VkWorld) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(storefront_app(vk))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop.test", follow_redirects=True
    ) as browser:
        yield browser


_numbers = count(1)


def put(shop: Community, title: str = "Чай зелёный", **fields: Any) -> Item:
    """Put an item on the market."""
    item = Item(
        item_id=next(_numbers),
        title=title,
        description="Китайский, 50 г",
        category_id=1,
        price=129_000,
        created_at=0,
        updated_at=0,
    )
    for name, value in fields.items():
        setattr(item, name, value)
    shop.items[item.item_id] = item
    shop.order.insert(0, item.item_id)
    return item


async def test_the_only_community_opens_by_itself(
    browser: httpx.AsyncClient, vk: VkWorld, shop: Community
) -> None:
    put(shop)
    answer = await browser.get("/")
    assert answer.url.path == f"/{SHOP_ID}/"
    assert "Чай зелёный" in answer.text
    vk.add_community(102, "Кофейня", [])
    answer = await browser.get("/")
    assert "Чайная" in answer.text
    assert "Кофейня" in answer.text


async def test_a_market_that_is_switched_off_is_not_listed(
    browser: httpx.AsyncClient, vk: VkWorld
) -> None:
    vk.add_community(102, "Кофейня", []).market_enabled = False
    assert (await browser.get("/")).url.path == f"/{SHOP_ID}/"


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        pytest.param({"price": 129_000}, "1\u00a0290\u00a0₽", id="price"),
        pytest.param({"price": 12_950}, "129,50\u00a0₽", id="kopecks"),
        pytest.param({"old_price": 150_000}, "<s>1\u00a0500\u00a0₽</s>", id="old price"),
        pytest.param({"stock_amount": 7}, "В наличии: 7", id="stock"),
        pytest.param({"stock_amount": 0}, "Нет в наличии", id="no stock"),
        pytest.param({"stock_amount": -1}, "В наличии<", id="stock not counted"),
    ],
)
async def test_a_card_tells_price_and_stock(
    browser: httpx.AsyncClient, shop: Community, fields: dict[str, Any], seen: str
) -> None:
    item = put(shop, **fields)
    assert seen in (await browser.get(f"/{SHOP_ID}/")).text
    page = (await browser.get(f"/{SHOP_ID}/{item.item_id}")).text
    assert seen in page
    assert "Китайский, 50 г" in page


@pytest.mark.parametrize(
    "fields", [{"hidden": True}, {"deleted_at": 1.0}], ids=["hidden", "deleted"]
)
async def test_what_is_off_sale_is_not_shown(
    browser: httpx.AsyncClient, shop: Community, fields: dict[str, Any]
) -> None:
    item = put(shop, **fields)
    if item.deleted_at:
        shop.order.remove(item.item_id)
    market = await browser.get(f"/{SHOP_ID}/")
    assert "Чай зелёный" not in market.text
    assert "пока нет товаров" in market.text
    page = await browser.get(f"/{SHOP_ID}/{item.item_id}")
    assert page.status_code == 404
    assert "Такого товара нет" in page.text


async def test_nasty_names_are_only_text(browser: httpx.AsyncClient, shop: Community) -> None:
    item = put(shop, NASTY, description=NASTY)
    shop.name = NASTY
    shop.albums[9] = Album(album_id=9, title=NASTY, updated_at=0, item_ids=[item.item_id])
    shop.album_order = [9]
    for path in (f"/{SHOP_ID}/", f"/{SHOP_ID}/{item.item_id}"):
        text = (await browser.get(path)).text
        assert "<script" not in text
        assert "&lt;script&gt;" in text


async def test_albums_filter_and_show_only_what_is_on_sale(
    browser: httpx.AsyncClient, shop: Community
) -> None:
    tea, coffee, hidden = put(shop, "Чай"), put(shop, "Кофе"), put(shop, "Тайна", hidden=True)
    albums = {
        "Чаи": Album(album_id=1, title="Чаи", updated_at=0, item_ids=[tea.item_id, hidden.item_id]),
        "Пустая": Album(album_id=2, title="Пустая", updated_at=0, item_ids=[hidden.item_id]),
        "Скрытая": Album(
            album_id=3, title="Скрытая", updated_at=0, is_hidden=True, item_ids=[coffee.item_id]
        ),
    }
    shop.albums = {album.album_id: album for album in albums.values()}
    shop.album_order = list(shop.albums)
    market = (await browser.get(f"/{SHOP_ID}/")).text
    assert {title for title in albums if title in market} == {"Чаи"}
    shelf = (await browser.get(f"/{SHOP_ID}/", params={"album": 1})).text
    assert {title for title in ("Кофе", "Тайна") if title in shelf} == set()
    assert '<span class="title">Чай</span>' in shelf


async def test_a_long_market_is_turned_over_by_pages(
    browser: httpx.AsyncClient, shop: Community
) -> None:
    for number in range(61):
        put(shop, f"Чай № {number}")
    first = (await browser.get(f"/{SHOP_ID}/")).text
    last = (await browser.get(f"/{SHOP_ID}/", params={"page": "99"})).text
    assert (first.count('class="title"'), last.count('class="title"')) == (60, 1)
    assert "Чай № 0<" in last


async def test_a_picture_is_shown(browser: httpx.AsyncClient, vk: VkWorld, shop: Community) -> None:
    vk.state.photos[5] = Photo(
        photo_id=5,
        community_id=SHOP_ID,
        user_id=1,
        use="product",
        width=400,
        height=400,
        sha="abc",
        created_at=0,
    )
    vk.state.pictures["abc"] = b"jpeg"
    put(shop, photo_ids=[5])
    assert 'src="../picture/abc.jpg"' in (await browser.get(f"/{SHOP_ID}/")).text
    picture = await browser.get("/picture/abc.jpg")
    assert (picture.content, picture.headers["content-type"]) == (b"jpeg", "image/jpeg")


@pytest.mark.parametrize("path", ["/999/", "/picture/none.jpg", "/101/77", "/nowhere"])
async def test_what_is_not_there_is_told_kindly(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert "Такого товара нет" in answer.text


async def test_a_closed_market_has_no_window(browser: httpx.AsyncClient, shop: Community) -> None:
    shop.market_enabled = False
    assert (await browser.get(f"/{SHOP_ID}/")).status_code == 404


async def test_the_style_sheet_is_served(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/storefront.css")
    assert answer.headers["content-type"].startswith("text/css")
