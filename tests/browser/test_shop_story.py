"""The owner's day: goods chosen, looked at, sent, followed; what the till changes, VK shows."""

import re
import time

import pytest
from playwright.async_api import Locator, expect

from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.shop import LESNAYA_ID
from evosync.sandbox.vk.state import Item
from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.connecting import come_in, connect_evotor, connect_vk
from tests.browser.served import Served
from tests.flow.stand import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHOSEN = ("Чай", "Зелёный чай")
DEARER = "Сенча Асамуши"
DELETED = "Генмайча с обжаренным рисом"
LONG_MS = 60_000
FIRST_ROUND_S = 31  # after the start
PRICELESS = "Чай без цены, 50 г"


async def test_an_owner_puts_goods_in_vk_and_they_follow_the_till(
    served: Served, newcomer: Newcomer
) -> None:
    began = time.monotonic()
    anna = await come_in(served, newcomer)
    await connect_evotor(anna, served)
    await connect_vk(anna)
    await choose(anna)
    planned = await send_first(anna, served)
    assert len(visible(served)) == planned > 30

    # Whoever looks for tea finds it.
    await anna.page.goto(f"{served.sandbox}/storefront/")
    await expect(anna.page.locator("ul.cards li")).to_have_count(planned)
    await expect(anna.page.locator("ul.cards")).to_contain_text(DEARER)
    await until_the_timers_first_round_is_past(began)

    await a_dearer_product_is_one_change(anna, served)
    served.world.delete_product(named(served, DELETED).id)
    await synchronize(anna)
    await expect(anna.page.locator("main")).to_contain_text(said("1 скрыт"))
    assert DELETED not in {item.title for item in visible(served)}
    assert len(visible(served)) == planned - 1

    await why(anna, PRICELESS, "В Эвоторе не указана цена")
    await a_group_goes_and_comes_back(anna, served)


async def choose(anna: Person) -> None:
    """Switch on a store and two groups of it."""
    await anna.page.goto("/catalog")
    await turn(anna, "Чайная на Лесной")
    await anna.page.goto(f"/catalog/stores/{LESNAYA_ID}/groups")
    for group in CHOSEN:
        await turn(anna, group)
    await expect(anna.page.locator("main")).to_contain_text(said("Выбрано: 2 группы"))


async def send_first(anna: Person, served: Served) -> int:
    """Look at what would be sent, and send just that; returns how many goods it is."""
    page = anna.page
    await page.goto("/sync/preview")
    await anna.press("Проверить")
    button = page.get_by_role("button", name=re.compile("^Подтвердить и отправить"))
    await expect(button).to_be_visible(timeout=LONG_MS)
    assert not visible(served)
    [planned] = re.findall(r"Добавим\s(\d+)\sтовар", await anna.text())
    await button.click()
    await has_ended(anna, "Готово")
    return int(planned)


async def a_dearer_product_is_one_change(anna: Person, served: Served) -> None:
    product = named(served, DEARER)
    served.world.set_price(product.id, 4321)
    await synchronize(anna)
    await expect(anna.page.locator("main")).to_contain_text(said("1 изменён"))
    row = anna.page.get_by_role("row").filter(has_text=DEARER)
    await expect(row).to_contain_text(said("3 900 ₽"))
    await expect(row).to_contain_text(said("4 321 ₽"))
    [item] = [one for one in visible(served) if one.title == DEARER]
    assert item.price == 4321_00


async def why(anna: Person, name: str, sentence: str) -> None:
    """Ask why a product is not in VK."""
    await anna.page.goto("/problems")
    await anna.page.get_by_role("searchbox").fill(name)
    await anna.press("Найти")
    await anna.page.get_by_role("link", name=re.compile(name)).first.click()
    await expect(anna.page.locator("h1")).to_have_text(name)
    await expect(anna.page.locator("main")).to_contain_text(sentence)


async def a_group_goes_and_comes_back(anna: Person, served: Served) -> None:
    cards = {item.item_id for item in visible(served)}
    for is_back in (False, True):
        await anna.page.goto(f"/catalog/stores/{LESNAYA_ID}/groups")
        await turn(anna, "Зелёный чай")
        await synchronize(anna)
        assert ({item.item_id for item in visible(served)} == cards) is is_back


async def test_much_that_leaves_the_till_waits_for_a_yes(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await come_in(served, newcomer)
    await connect_evotor(anna, served)
    await connect_vk(anna)
    page, world = anna.page, served.world
    await page.goto("/catalog")
    await anna.press("Выбрать всё")
    await page.goto("/sync/preview")
    await anna.press("Проверить")
    await page.get_by_role("button", name=re.compile("^Подтвердить и отправить")).click()
    await has_ended(anna, "Готово")
    before = len(visible(served))

    world.shop.delete_products([each.id for each in products(served)[:70]])
    await synchronize(anna, "Ждёт вас")
    assert len(visible(served)) == before
    await expect(page.get_by_role("link", name=re.compile("^Запуски")).first).to_contain_text("1")
    question = page.get_by_role("region", name=re.compile(r"^Скрыть \d+ товар"))
    await question.get_by_role("button", name=re.compile(r"^Скрыть \d+ товар")).click()
    await has_ended(anna, "Готово")
    assert 0 < len(visible(served)) < 0.7 * before
    await page.go_back()
    await page.reload()
    await expect(question).to_have_count(0)


async def turn(anna: Person, name: str) -> None:
    """Press the switch of a row, and see that it has turned."""
    button = switch(anna, name)
    was = await button.get_attribute("aria-checked")
    await button.click()
    await expect(button).to_have_attribute("aria-checked", "false" if was == "true" else "true")


def switch(anna: Person, name: str) -> Locator:
    return anna.page.get_by_role("switch", name=re.compile(rf"^\s*{name}\s*(новая|новый)?\s*$"))


async def synchronize(anna: Person, ends: str = "Готово") -> None:
    await anna.page.goto("/sync")
    await anna.press("Синхронизировать")
    await has_ended(anna, ends)


async def has_ended(anna: Person, word: str) -> None:
    """Watch a run until its page says by itself that it ended."""
    await expect(anna.page).to_have_url(re.compile(r"/runs/\d+"))
    await expect(anna.page.locator("h1 ~ .state, .state").first).to_have_text(word, timeout=LONG_MS)


def said(words: str) -> re.Pattern[str]:
    """Look for words whatever blanks stand between them."""
    return re.compile(words.replace(" ", r"\s"))


async def until_the_timers_first_round_is_past(began: float) -> None:
    """Wait for it: it would else take a change before the button does."""
    await until(lambda: time.monotonic() > began + FIRST_ROUND_S, "the timer's first round", 60)


def visible(served: Served) -> list[Item]:
    """List what a buyer sees."""
    return served.world.vk.visible_items(served.world.community_id)


def products(served: Served) -> list[ProductState]:
    return [one for store in served.world.evotor.stores() for one in store.products.values()]


def named(served: Served, name: str) -> ProductState:
    return next(one for one in products(served) if one.name == name)


def titles(served: Served) -> set[str]:
    return {item.title for item in visible(served)}


def price_in_vk(served: Served, title: str) -> int:
    return next(item.price for item in visible(served) if item.title == title)
