"""The tables of the catalog, read back as a program reads them."""

import csv
import io
from urllib.parse import unquote

import httpx
import pytest

from evosync.catalog.problem import Problem
from evosync.db import problems
from evosync.web.state import AppState
from tests.builders import SHOP, group, product, store, store_reading
from tests.many_goods import ManyGoods
from tests.web.people import Person
from tests.web.till import Till

STORE = f"/catalog/stores/{SHOP}"


@pytest.fixture
async def till(state: AppState, anna: Person) -> Till:
    """Give a till with four products, one of them in VK."""
    till = Till(state=state, user_id=anna.id)
    goods = (
        product("assam", name="=Ассам; «вес»", price=590_50, parent_id="tea", code="00031"),
        product("cup", name="Чашка", price=None, parent_id="cups", barcodes=("4600000000017", "5")),
        product("bag", name="Пакет", quantity=None),
        product("jam", name="Варенье", allow_to_sell=False),
    )
    groups = (group(), group("cups", name="Посуда", parent_id="tea"))
    await till.connect()
    await till.read(store_reading(*goods, store=store(), groups=groups))
    await till.choose_all()
    await till.publish("assam")
    return till


async def table(browser: httpx.AsyncClient, address: str) -> tuple[str, list[list[str]]]:
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff".encode())
    name = unquote(answer.headers["content-disposition"].partition("UTF-8''")[2])
    text = answer.content.decode("utf-8-sig")
    return name, list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


async def test_products_with_all_that_is_known_of_them(
    annas: httpx.AsyncClient, till: Till
) -> None:
    now = till.state.desk.clock()
    told = [Problem(product_id="cup", store_id=SHOP, name="Чашка", code="no_price")]
    await till.state.database.write(problems.save_problems, till.user_id, told, now)
    name, [head, *rows] = await table(annas, f"{STORE}/products/export.csv?sort=name")
    assert name == "Товары — Чайная на Садовой.csv"
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert list(by_name) == ["'=Ассам; «вес»", "Варенье", "Пакет", "Чашка"]
    assam = by_name["'=Ассам; «вес»"]
    assert assam["Группа"] == "Чай"
    assert assam["Код"] == "'00031"
    assert (assam["Цена в кассе"], assam["Цена в VK"]) == ("590,5", "100")
    assert (assam["Остаток"], assam["Единица"], assam["Состояние"]) == ("7", "шт", "В VK")
    assert assam["Карточка в VK"].startswith("http")
    cup = by_name["Чашка"]
    assert (cup["Цена в кассе"], cup["Штрихкоды"]) == ("", "4600000000017, 5")
    assert (cup["Состояние"], cup["Причина"]) == ("Нет цены", "В Эвоторе не указана цена.")
    assert by_name["Пакет"]["Остаток"] == ""
    assert by_name["Варенье"]["Состояние"] == "Не продаётся"


async def test_the_table_holds_what_the_page_shows(annas: httpx.AsyncClient, till: Till) -> None:
    _, [_, *rows] = await table(annas, f"{STORE}/products/export.csv?q=ча&state=waiting")
    assert [row[0] for row in rows] == ["Чашка"]
    _, rows = await table(annas, f"{STORE}/products/export.csv?q=яяя")
    assert len(rows) == 1


async def test_groups_and_stores(annas: httpx.AsyncClient, till: Till) -> None:
    name, [head, *rows] = await table(annas, f"{STORE}/groups/export.csv")
    assert name == "Группы — Чайная на Садовой.csv"
    assert [row[:4] for row in rows] == [
        ["Чай", "", "да", "1"],
        ["Посуда", "Чай", "да", "1"],
        ["Без группы", "", "да", "2"],
    ]
    name, [head, row] = await table(annas, "/catalog/stores/export.csv")
    assert name == "Магазины.csv"
    assert dict(zip(head, row, strict=True)) == {
        "Магазин": "Чайная на Садовой",
        "Адрес": "",
        "Выбран": "да",
        "Состояние": "Прочитан",
        "Групп": "2",
        "Товаров": "4",
    }


async def test_a_long_table_comes_whole(
    annas: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    await ManyGoods(user_id=anna.id, community_id=7, count=1_201).save(state.database)
    _, [_, *rows] = await table(annas, f"{STORE}/products/export.csv")
    assert len({row[2] for row in rows}) == len(rows) == 1_201
