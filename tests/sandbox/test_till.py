import re
from decimal import Decimal

import httpx
import pytest

from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, UNPAID_ID
from evosync.sandbox.till import read_price
from evosync.sandbox.world import NoSuchProduct, SandboxWorld


@pytest.fixture
def tea(world: SandboxWorld) -> ProductState:
    return world.add_product(
        "Чай <b>«Пробный»</b>", "2450.50", store_id=MIRA_ID, quantity=Decimal("1.5")
    )


def form(product_id: str, **more: str) -> dict[str, str]:
    return {"store": MIRA_ID, "q": "пробный", "product": product_id, **more}


async def test_the_page_shows_every_product_of_a_store(
    world: SandboxWorld, till: httpx.AsyncClient
) -> None:
    store = next(iter(world.evotor.stores()))
    answer = await till.get("/")
    assert answer.status_code == 200
    assert set(re.findall(r'id="p-([^"]+)"', answer.text)) == set(store.products)
    assert "Чай › Пуэр › Шу пуэр" in answer.text
    assert "(без названия)" in answer.text


async def test_nothing_typed_by_a_cashier_is_markup(
    till: httpx.AsyncClient, tea: ProductState
) -> None:
    page = (await till.get("/")).text + (await till.get("/", params={"q": "<i>"})).text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;alert(" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("ПРОБНЫЙ", True, id="any case"),
        pytest.param("пробный чай", True, id="words in any order"),
        pytest.param("кофе", False, id="another word"),
    ],
)
async def test_search_narrows_the_list(
    till: httpx.AsyncClient, tea: ProductState, query: str, found: bool
) -> None:
    answer = await till.get("/", params={"store": MIRA_ID, "q": query})
    assert (f"p-{tea.id}" in answer.text) is found


async def test_an_empty_search_says_so(till: httpx.AsyncClient) -> None:
    assert "По запросу «ничего» ничего нет." in (await till.get("/", params={"q": "ничего"})).text


async def test_an_unpaid_store_is_marked(till: httpx.AsyncClient) -> None:
    assert "не оплачено" in (await till.get("/", params={"store": UNPAID_ID})).text
    assert "не оплачено" not in (await till.get("/", params={"store": LESNAYA_ID})).text


async def test_a_new_price_is_taken_and_the_person_brought_back(
    till: httpx.AsyncClient, tea: ProductState
) -> None:
    answer = await till.post("/price", data=form(tea.id, price="1 290,50"))
    assert (answer.status_code, tea.price) == (303, Decimal("1290.50"))
    page = await till.get(answer.headers["location"])
    assert "Цена изменена." in page.text
    assert f"p-{tea.id}" in page.text
    assert 'value="1\u00a0290,50"' in page.text


async def test_the_shown_price_may_be_saved_again_unchanged(
    till: httpx.AsyncClient, tea: ProductState
) -> None:
    page = (await till.get("/", params={"store": MIRA_ID, "q": "пробный"})).text
    shown = re.findall(r'value="([^"]*)"> ₽', page)
    await till.post("/price", data=form(tea.id, price=shown[0]))
    assert tea.price == Decimal("2450.50")


async def test_a_wrong_price_changes_nothing_and_stays_in_the_field(
    till: httpx.AsyncClient, tea: ProductState
) -> None:
    answer = await till.post("/price", data=form(tea.id, price="даром"))
    assert (answer.status_code, tea.price) == (400, Decimal("2450.50"))
    assert "«даром» не похоже на цену" in answer.text
    assert 'value="даром"' in answer.text


async def test_one_is_sold(till: httpx.AsyncClient, tea: ProductState, world: SandboxWorld) -> None:
    answer = await till.post("/sell", data=form(tea.id, price="даром"))
    assert (answer.status_code, tea.quantity) == (303, Decimal("0.5"))
    (store, _) = world.places(tea.id)[0]
    assert [document.type for document in store.documents] == ["SELL"]


async def test_a_product_is_deleted_once(
    till: httpx.AsyncClient, tea: ProductState, world: SandboxWorld
) -> None:
    assert (await till.post("/delete", data=form(tea.id))).status_code == 303
    with pytest.raises(NoSuchProduct):
        world.places(tea.id)
    again = await till.post("/delete", data=form(tea.id))
    assert again.status_code == 404
    assert "Такого товара в этом магазине уже нет." in again.text


@pytest.mark.parametrize("name", ["price", "sell", "delete"])
async def test_an_empty_form_breaks_nothing(till: httpx.AsyncClient, name: str) -> None:
    assert (await till.post(f"/{name}")).status_code in {400, 404}
    assert (await till.get(f"/{name}")).status_code == 405


@pytest.mark.parametrize(
    ("text", "price"),
    [
        pytest.param("1290", "1290.00", id="whole"),
        pytest.param(" 1\u00a0290,5 ₽", "1290.50", id="as people write"),
        pytest.param("0", "0.00", id="nothing"),
        pytest.param("9999999.99", "9999999.99", id="highest"),
    ],
)
def test_prices_are_read_as_people_write_them(text: str, price: str) -> None:
    assert str(read_price(text)) == price


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "Напишите цену", id="empty"),
        pytest.param("₽", "Напишите цену", id="only the sign"),
        pytest.param("12,3,4", "не похоже", id="two commas"),
        pytest.param("NaN", "не похоже", id="NaN"),
        pytest.param("1e999999", "от 0 до", id="far too large"),
        pytest.param("-1", "от 0 до", id="below zero"),
        pytest.param("10000000", "от 0 до", id="too large"),
        pytest.param("1,005", "двух знаков", id="part of a kopeck"),
        pytest.param("я" * 500, "не похоже", id="very long"),
    ],
)
def test_a_wrong_price_is_answered_with_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        read_price(text)
    assert len(str(refused.value)) < 120
