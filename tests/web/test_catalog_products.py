"""The products of one store: what becomes of each, found by name, code or barcode, by pages."""

import html
import re
from typing import Any

import httpx
import pytest

from evosync.catalog.problem import Problem
from evosync.db import problems
from evosync.web.state import AppState
from tests.builders import SHOP, group, product, store, store_reading
from tests.many_goods import ManyGoods
from tests.web.counting import counted
from tests.web.ends import page_of
from tests.web.people import Person, add_person, browser
from tests.web.till import Till

PAGE = f"/catalog/stores/{SHOP}/products"
GOODS = (
    product("ceylon", name="Цейлон", price=None, parent_id="tea", code="00031"),
    product("assam", name="Ассам", price=590_00, parent_id="tea"),
    product("bag", name="<b>Пакет</b> & «крафт»", barcodes=("4600000000017",)),
)


@pytest.fixture
def till(state: AppState, anna: Person) -> Till:
    return Till(state=state, user_id=anna.id)


@pytest.fixture
async def shop(till: Till) -> Till:
    """Give a till with three products on, one of them in VK."""
    await till.connect()
    await till.read(store_reading(*GOODS, store=store(), groups=(group(),)))
    await till.choose_all()
    await till.publish("assam")
    return till


async def page(browser: httpx.AsyncClient, **query: Any) -> str:
    answer = await browser.get(PAGE, params=query)
    assert answer.status_code == 200
    return answer.text


def names(text: str) -> list[str]:
    """List the products of a page, in order."""
    found = re.findall(r"fw-medium[^>]* text-break[^>]*>([^<]+)</(?:a|span)>", text)
    return [html.unescape(one) for one in found]


def words(text: str) -> str:
    """Return what is to be read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


async def test_each_product_tells_what_becomes_of_it(annas: httpx.AsyncClient, shop: Till) -> None:
    text = await page(annas)
    assert names(text) == ["Цейлон", "Ассам", "<b>Пакет</b> & «крафт»"]
    told = words(text)
    assert "1 товар из 3 стоит в VK. 1 ждёт вас, 1 ждёт отправки." in told
    assert "Все 3 В VK 1 Ждут вас 1 Ждут отправки 1 Не публикуются 0" in told
    assert "Чай · 00031" in told
    assert "Нет цены" in told
    # No mirror is on, so that nothing is promised.
    assert "Ждёт отправки" in told
    await shop.mirror()
    assert "Отправится скоро" in words(await page(annas))
    # VK shows 100 roubles where the till says 590.
    assert "Обновится скоро" in words(await page(annas, q="ассам"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({"q": "4600000000017"}, ["<b>Пакет</b> & «крафт»"], id="barcode"),
        pytest.param({"q": "0003"}, ["Цейлон"], id="code"),
        pytest.param({"state": "waiting"}, ["Цейлон"], id="what waits"),
        pytest.param({"group": "none"}, ["<b>Пакет</b> & «крафт»"], id="no group"),
        pytest.param({"group": "tea", "sort": "name"}, ["Ассам", "Цейлон"], id="group by name"),
        pytest.param({"q": "%_\\'\"😀"}, [], id="signs"),
        pytest.param({"q": "я" * 10_000}, [], id="long"),
    ],
)
async def test_a_query_finds_products(
    annas: httpx.AsyncClient, shop: Till, query: dict[str, str], found: list[str]
) -> None:
    text = await page(annas, **query)
    assert names(text) == found
    assert f"{len(found)} из 3 товаров: " in words(text)
    assert ("Ничего не нашлось" in text) == (not found)


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"},
        {"page": "9999"},
        {"sort": "product_id; drop"},
        {"state": "all' or 1=1"},
        {"group": "of another"},
        {"q": ["", "Цейлон"], "page": ["1", "2"]},
    ],
    ids=str,
)
async def test_what_no_list_knows_is_not_asked_for(
    annas: httpx.AsyncClient, shop: Till, query: dict[str, Any]
) -> None:
    found = names(await page(annas, **query))
    assert found == (["Цейлон"] if "q" in query else names(await page(annas)))


async def test_chips_and_the_table_to_keep_hold_on_to_the_rest_of_the_query(
    annas: httpx.AsyncClient, shop: Till
) -> None:
    text = html.unescape(await page(annas, q="а&б", group="tea", state="off", sort="price"))
    kept = "q=%D0%B0%26%D0%B1&group=tea"
    assert f'{PAGE}?{kept}&state=in_vk&sort=price"' in text
    assert f'{PAGE}/export.csv?{kept}&state=off&sort=price"' in text


async def test_what_is_switched_off_says_so_and_when_it_leaves(
    annas: httpx.AsyncClient, shop: Till
) -> None:
    await shop.mirror()
    asked = page_of(await annas.post(f"{PAGE}/assam/toggle", data={"on": "0"}))
    answer = await annas.post(f"{PAGE}/assam/toggle", data=asked.values)
    assert answer.status_code == 303
    assert "Скроется скоро" in words(await page(annas, state="off"))


async def test_what_vk_refused_is_told_by_its_reason(annas: httpx.AsyncClient, shop: Till) -> None:
    now = shop.state.desk.clock()
    told = [Problem(product_id="assam", store_id=SHOP, name="Ассам", code="vk_rejected")]
    await shop.state.database.write(problems.save_problems, shop.user_id, told, now)
    text = await page(annas, state="waiting")
    assert names(text) == ["Цейлон", "Ассам"]
    assert "VK отклонил" in words(text)


async def test_a_store_without_goods_says_what_to_do(annas: httpx.AsyncClient, till: Till) -> None:
    await till.read(store_reading(store=store()))
    text = words(await page(annas))
    assert "В кассе нет товаров этого магазина." in text
    assert "Прочитать сейчас" in text


async def test_a_store_of_somebody_else_is_no_page(
    annas: httpx.AsyncClient, state: AppState, till: Till
) -> None:
    boris = await add_person(state, "boris@tea.example", name="Борис")
    await till.read(store_reading(*GOODS, store=store()))
    async with browser(annas._transport.app, boris) as his:  # type: ignore[attr-defined]
        assert (await his.get(PAGE)).status_code == 404
        assert (await his.get(f"{PAGE}/export.csv")).status_code == 404


async def test_a_page_asks_as_often_for_many_goods_as_for_one(
    annas: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    asked, sizes = {}, {}
    for count in (1, 300, 15_000):
        await ManyGoods(user_id=anna.id, community_id=7, count=count).save(state.database)
        await page(annas)  # the goods are read but once
        with counted(state.database) as statements:
            text = await page(annas, q="№")
        asked[count], sizes[count] = len(statements), len(names(text))
    assert sizes == {1: 1, 300: 100, 15_000: 100}
    assert asked[300] == asked[15_000]
    assert max(asked.values()) <= 30, asked
