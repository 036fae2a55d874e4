"""Why goods are not in VK: reasons with their goods, searches, what waits beside each page."""

import re

import httpx
import pytest
from starlette.applications import Starlette

from evosync.catalog.problem import REASONS
from evosync.web.reasons import SHOWN
from evosync.web.state import AppState
from tests.builders import SHOP, product, store, store_reading
from tests.web.conftest import HandClock
from tests.web.people import Person, add_person, browser
from tests.web.shop import GREEN, RED
from tests.web.trade import Trade, card_of, many, told

ODD = "Чай 100%_\\'\" <b>😀"


@pytest.fixture
def trade(state: AppState, anna: Person) -> Trade:
    return Trade(state, anna.id)


async def page_of(client: httpx.AsyncClient, address: str = "/problems") -> str:
    answer = await client.get(address)
    assert answer.status_code == 200
    return re.sub(r"[ \n]+", " ", answer.text)


def title_of(page: str) -> str:
    found = re.search(r"<title>(.*?) — EvoSync</title>", page)
    assert found is not None
    return found[1]


def sections(page: str) -> dict[str, str]:
    """Read the titles of the sections, each with its count."""
    row = r'<h2 id="section-\d">(.*?)</h2> <span class="text-body-secondary">(.*?)</span>'
    return dict(re.findall(row, page))


def counts(page: str) -> dict[str, str]:
    """Read what stands beside the entries of the side bar."""
    row = r'<span class="flex-grow-1">([^<]*)</span> <span class="count">(\d+)'
    return dict(re.findall(row, page))


async def test_before_anything_was_read_the_page_says_what_to_do(
    trade: Trade, annas: httpx.AsyncClient
) -> None:
    page = await page_of(annas)
    assert title_of(page) == "Проблемы"
    assert "Подключить кассу" in page
    assert "Всё в порядке" not in page
    await trade.shop.connect(GREEN, None)
    assert "Подключить кассу" not in await page_of(annas)


async def test_with_nothing_amiss_all_is_well(trade: Trade, annas: httpx.AsyncClient) -> None:
    await trade.open(product())
    page = await page_of(annas)
    assert "Ни один товар не ждёт вас." in page
    assert "Всё в порядке" in page
    assert counts(page) == {}


async def test_reasons_stand_by_whom_they_wait_for(trade: Trade, annas: httpx.AsyncClient) -> None:
    await trade.open(*many(30))
    await trade.tell(
        *(told("no_price", f"p{number}", f"Чай {number}") for number in range(5)),
        told("vk_rejected", "p6", "Чай 6", why="мало слов"),
        told("not_for_sale", "p7", "Чай 7"),
        told("name_adjusted", "p8", "Чай 8", title="Чай"),
        # One with two reasons to wait is one product that waits.
        told("photo_refused", "p6", "Чай 6", why="мала"),
    )
    page = await page_of(annas)
    assert title_of(page) == "(6) Проблемы"
    assert "6\u00a0товаров ждут вас, у 1\u00a0товара всё так и должно быть." in page
    assert sections(page) == {
        "Ждут вас": "7",
        "Ничего делать не нужно": "1",
        "Стоят в VK, но с примечанием": "1",
    }
    assert "Чай 0, Чай 1, Чай 2 и ещё 2" in page
    assert "Как указать цену" in page
    assert counts(page) == {"Проблемы": "6"}
    main = page.partition("<main")[2]
    assert main.count("btn-primary") == 2  # one of the page, one in a dialog


@pytest.mark.parametrize("code", SHOWN)
async def test_every_reason_can_stand_on_the_page_and_be_listed(
    code: str, trade: Trade, annas: httpx.AsyncClient
) -> None:
    await trade.open(product())
    if code in REASONS:
        await trade.tell(told(code))
    page = await page_of(annas)
    listed = await page_of(annas, f"/problems?code={code}")
    assert "{" not in page.partition("<main")[2]
    assert "{" not in listed.partition("<main")[2]
    assert (SHOWN[code].told in page) == (code in REASONS)
    assert SHOWN[code].told in listed


async def test_what_keeps_all_goods_comes_first(trade: Trade, annas: httpx.AsyncClient) -> None:
    await trade.shop.connect(GREEN, RED)
    await trade.read(store_reading(product(), store=store(SHOP)))
    await trade.tell(told("store_not_paid", "", "Вторая", store="Вторая", why="402"))
    page = await page_of(annas)
    assert "Касается всех товаров" in page
    assert "Ключ больше не подходит." in page
    assert "Вы ещё не подтвердили первую отправку." in page
    assert "Приложение не оплачено для магазина «Вторая» в Эвоторе" in page
    assert title_of(page) == "(3) Проблемы"
    assert counts(page) == {"Проблемы": "3", "Подключения": "1"}
    await trade.set(confirmed_at=trade.now)
    assert "Синхронизация выключена." in await page_of(annas)


async def test_a_held_run_is_told_and_counted_at_runs(
    trade: Trade, annas: httpx.AsyncClient, clock: HandClock
) -> None:
    await trade.open(product())
    run_id = await trade.hold()
    page = await page_of(annas)
    assert "Последний запуск ждёт вашего решения" in page
    assert f'href="/runs/{run_id}">Посмотреть и решить</a>' in page
    assert counts(page) == {"Запуски": "1"}
    clock.move(hours=25)
    page = await page_of(annas)
    assert "Последний запуск ждёт" not in page
    assert counts(page) == {}


async def test_the_goods_of_a_reason_come_by_pages(trade: Trade, annas: httpx.AsyncClient) -> None:
    goods = many(250, price=None)
    await trade.open(*goods)
    await trade.tell(*(told("no_price", each.id, each.name) for each in goods))
    page = await page_of(annas, "/problems?code=no_price&page=3")
    names = re.findall(r'<span class="fw-medium">(.*?)</span>', page)
    assert names == [f"Чай № {number}" for number in range(200, 250)]
    assert "201–250 из 250" in page
    for odd in ("-1", "0", "x", "99999999999", "1.5", ""):
        first = await page_of(annas, f"/problems?code=no_price&page={odd}")
        assert "1–100 из 250" in first
    assert "На этой странице товаров нет" in await page_of(annas, "/problems?code=no_price&page=9")
    assert title_of(await page_of(annas, "/problems?code=nonsense")) == "(250) Проблемы"


async def test_any_product_is_found_by_name_code_or_barcode(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    shown = product("p1", name="Улун «Те Гуань Инь»", code="217", barcodes=("4601234567890",))
    await trade.open(shown, product("p2", name=ODD, price=None), product("p3", name="Ёлочный чай"))
    await trade.publish(card_of(state, shown))

    async def found(words: str) -> list[str]:
        page = await annas.get("/problems", params={"q": words})
        assert page.status_code == 200
        return re.findall(r'href="/problems/(p\d)\?store=', page.text)

    assert await found("ГУАНЬ") == ["p1"]
    assert await found("217") == ["p1"]
    assert await found("4601234567890") == ["p1"]
    assert await found("елочный") == ["p3"]
    assert await found("чай") == ["p2", "p3"]
    for words in ("100%_", "%_\\'", "😀"):
        assert await found(words) == ["p2"]
    for words in ("%", "_", "'", "\\", "я" * 10_000, "\x00", '["', "460123456789"):
        assert set(await found(words)) <= {"p2"}
    page = await page_of(annas, "/problems?q=а&q=б")
    assert "В VK</span>" in await page_of(annas, "/problems?q=улун")
    assert "Нет цены</span>" in await page_of(annas, "/problems?q=100%25")
    assert title_of(page) == "Проблемы"


async def test_nothing_of_another_shop_is_told(
    trade: Trade, state: AppState, app: Starlette
) -> None:
    await trade.open(product(price=None))
    await trade.tell(told("no_price"))
    boris = await add_person(state, "boris@coffee.example")
    async with browser(app, boris) as theirs:
        for address in ("/problems", "/problems?code=no_price", "/problems?q=чай", "/profile"):
            page = await page_of(theirs, address)
            assert "Ассам" not in page
            assert counts(page) == {}


async def test_what_waits_stands_beside_every_page_but_not_beside_its_parts(
    trade: Trade, annas: httpx.AsyncClient
) -> None:
    await trade.open(product(price=None))
    await trade.tell(told("no_price"))
    assert counts(await page_of(annas, "/profile/edit")) == {"Проблемы": "1"}
    refused = await annas.post("/profile/edit", data={"name": "я" * 300})
    assert counts(re.sub(r"[ \n]+", " ", refused.text)) == {"Проблемы": "1"}
    part = await annas.get("/profile/edit", headers={"HX-Request": "true"})
    assert counts(re.sub(r"[ \n]+", " ", part.text)) == {}
