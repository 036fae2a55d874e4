"""The page of one product: every gate, what mends it, and that no other's product is shown."""

import re
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from evosync.catalog.item import Availability, LinkState
from evosync.catalog.product import Product
from evosync.db import links, problems
from evosync.db.journal import list_acts
from evosync.engine.changes import Create
from evosync.engine.draft.product import Party, Row, draw_party
from evosync.engine.memory import Refusal
from evosync.engine.refusals import fingerprint_of
from evosync.web.state import AppState
from tests.builders import SECOND_SHOP, SHOP, product, rules, store, store_reading
from tests.web.people import Person, add_person, browser
from tests.web.trade import Trade, card_of, told

ASSAM = product(code="217", barcodes=("4601234567890",))


@pytest.fixture
def trade(state: AppState, anna: Person) -> Trade:
    return Trade(state, anna.id)


async def page_of(client: httpx.AsyncClient, address: str = "/problems/assam") -> str:
    answer = await client.get(address)
    assert answer.status_code == 200
    return re.sub(r"[ \n]+", " ", answer.text)


def state_of_page(page: str) -> tuple[str, str]:
    found = re.search(
        r'<p class="mt-1 mb-0"><i class="bi bi-\S+ ink-(\w+)"[^>]*></i> (.*?)</p>', page
    )
    assert found is not None
    return found[1], found[2]


def marks(page: str) -> list[str]:
    """Read the marks of the gates."""
    return re.findall(r'class="mark ([\w-]+)"', page)


async def test_a_product_that_nothing_keeps_waits_for_the_next_run(
    trade: Trade, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    page = await page_of(annas)
    assert state_of_page(page) == ("secondary", "Изменение отправится в ближайший запуск.")
    assert marks(page) == ["mark-done"] * 6 + ["mark-wait"]
    assert "Чайная на Садовой, Без группы" in page
    assert "100 ₽ в кассе".replace(" ₽", "\u00a0₽") in page


async def test_what_stands_as_it_should_is_said_to(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    await trade.publish(card_of(state, ASSAM))
    page = await page_of(annas)
    assert state_of_page(page) == ("success", "В VK всё верно.")
    assert marks(page) == ["mark-done"] * 7
    assert "видна покупателям" in page
    assert "Как этот товар стоит в VK" in page


async def test_a_price_that_was_given_since_is_seen(trade: Trade, annas: httpx.AsyncClient) -> None:
    free = replace(ASSAM, price=None)
    await trade.open(free)
    await trade.tell(told("no_price"))
    page = await page_of(annas)
    assert state_of_page(page) == ("warning", "Ждёт вас: в Эвоторе не указана цена.")
    assert marks(page)[3:] == ["mark-wait", "mark-later", "mark-later", "mark-later"]
    assert "Как указать цену" in page
    await trade.read(ASSAM)
    assert "Изменение отправится" in await page_of(annas)


async def test_a_question_shows_both_cards(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    _, theirs = card_of(state, ASSAM, 77, title="Чай чёрный «АССАМ»", price=95_00, sku=None)
    await trade.show(theirs)
    await trade.tell(told("awaiting_adoption", items="77"))
    page = await page_of(annas)
    assert state_of_page(page)[1].startswith("Ждёт вас: в VK уже есть товар с таким названием.")
    assert "Чай чёрный «АССАМ»" in page
    assert "95\u00a0₽" in page
    assert f"?w=product-{trade.place.community_id}_77" in page


async def test_a_product_that_is_off_or_unpaid_says_so(
    trade: Trade, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    await trade.switch_all(is_on=False)
    page = await page_of(annas)
    assert state_of_page(page) == ("secondary", "Магазин «Чайная на Садовой» не выбран для VK.")
    assert "Не публиковать этот товар" not in page


async def test_a_product_of_two_stores_is_shown_for_either(
    trade: Trade, annas: httpx.AsyncClient
) -> None:
    second = store_reading(
        replace(ASSAM, allow_to_sell=False), store=store(SECOND_SHOP, name="Вторая")
    )
    await trade.open(store_reading(ASSAM), second)
    page = await page_of(annas, f"/problems/assam?store={SECOND_SHOP}")
    assert re.search(r'aria-current="true">Вторая</a>', page)
    assert "продаётся в магазине «Чайная на Садовой»" in page
    odd = await page_of(annas, "/problems/assam?store=%27%22;DROP")
    assert re.search(r'aria-current="true">Чайная на Садовой</a>', odd)


async def test_a_product_that_left_the_till_is_shown_while_its_card_stands(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    await trade.publish(card_of(state, ASSAM))
    await trade.read(product("other", name="Другой"))
    page = await page_of(annas)
    assert '<h1 class="text-break">Чай чёрный «Ассам»</h1>' in page
    assert state_of_page(page) == ("secondary", "В кассе этого товара больше нет.")


@pytest.mark.parametrize(
    "address",
    ["/problems/nothing", "/problems/" + "я" * 5000, "/problems/%27%20OR%201", "/problems/%00"],
)
async def test_what_is_none_of_ones_own_is_not_found(
    address: str, trade: Trade, state: AppState, app: Starlette, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    assert (await annas.get(address)).status_code == 404
    assert (await annas.post(f"{address}/retry")).status_code == 404
    boris = await add_person(state, "boris@coffee.example")
    async with browser(app, boris) as theirs:
        assert (await theirs.get("/problems/assam")).status_code == 404
        assert (await theirs.post("/problems/assam/retry")).status_code == 404


def refusal_of(state: AppState, wanted: Product) -> Refusal:
    row = Row(product=wanted, name=wanted.name, home=None, place=0)
    party = Party(leader=wanted.id, rows=[row])
    made = draw_party(party, rules(photo=state.opened.photo), settled=True).draft
    assert made is not None
    return Refusal(
        product_id=wanted.id,
        part="create",
        fingerprint=fingerprint_of(Create(draft=made)),
        code=100,
        message="плохие слова",
        refused_at=state.desk.clock(),
    )


async def said(client: httpx.AsyncClient, address: str = "/problems/assam") -> str:
    """Press «Повторить» and read what the page says then."""
    answer = await client.post(f"{address}/retry", data={"store": SHOP}, follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url).endswith(f"{address}?store={SHOP}")
    found = re.search(r'class="alert[^>]*>.*?<div>(.*?)</div>', answer.text, re.DOTALL)
    assert found is not None
    return found[1]


async def test_a_refusal_is_dropped_and_the_product_sent_again(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    await trade.refuse(refusal_of(state, ASSAM))
    await trade.tell(told("vk_error", why="плохие слова", code="100"))
    page = await page_of(annas)
    assert state_of_page(page) == ("danger", "VK не принял товар: плохие слова (код 100).")
    assert "Повторим сами через 1 день." in page.replace("\u00a0", " ")
    assert await said(annas) == "Отправим товар снова: запуск уже поставлен в очередь."
    assert "Изменение отправится" in await page_of(annas)
    async with state.database.read() as tx:
        acts = await list_acts(tx)
        assert not await problems.list_problems(tx, trade.user_id)
    assert acts[0].action == "product.retried"
    assert acts[0].detail["product"] == ASSAM.name
    assert (await said(annas)).startswith("Этому товару повторять нечего")


async def test_a_card_that_was_deleted_is_to_come_back(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    lost, _ = card_of(state, ASSAM)
    await trade.state.database.write(
        links.save_new_links, trade.place, [replace(lost, state=LinkState.LOST)], None, trade.now
    )
    await trade.tell(told("gone_in_vk"))
    page = await page_of(annas)
    assert state_of_page(page) == ("warning", "Ждёт вас: карточку удалили в VK. Вернуть?")
    await trade.set(enabled=False)
    assert await said(annas) == (
        "Вернём карточку, когда начнутся запуски. Синхронизация выключена."
    )
    async with state.database.read() as tx:
        (link,) = await links.list_links(tx, trade.place)
    assert link.wish == "return"
    assert (await said(annas)).startswith("Этому товару повторять нечего")


async def test_a_card_that_was_hidden_is_to_be_shown(
    trade: Trade, state: AppState, annas: httpx.AsyncClient
) -> None:
    await trade.open(ASSAM)
    await trade.publish(card_of(state, ASSAM, availability=Availability.UNAVAILABLE))
    assert "карточку скрыли в VK вручную." in (await page_of(annas))
    assert await said(annas) == "Покажем карточку снова: запуск уже поставлен в очередь."
    assert "Изменение отправится" in await page_of(annas)
