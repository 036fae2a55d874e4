"""The page of a store's products: none, one, three hundred in every state, found and not found."""

from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.goods import EMPTY_SHOP
from tests.browser.state import state_of
from tests.builders import SECOND_SHOP, SHOP

PAGE = f"/catalog/stores/{SHOP}/products"
TITLE = "Чайная на Лесной: товары"


async def type_words(person: Person) -> None:
    """Look for something, as far as the list that comes by itself, then for what waits of it."""
    await person.page.get_by_label("Название, код или штрихкод").press_sequentially("Чай № 2")
    await expect(person.page.locator("#found")).to_have_text("Найдено: 110")
    await person.page.get_by_role("link", name="В VK").last.click()
    await expect(person.page.locator(".chip[aria-current]")).to_contain_text("В VK")


PRODUCTS = [
    state_of("catalog-products", "many", PAGE, TITLE, "ulyana"),
    state_of("catalog-products", "found", PAGE, TITLE, "ulyana", type_words),
    state_of("catalog-products", "nothing found", f"{PAGE}?q=яяя&state=off", TITLE, "ulyana"),
    state_of(
        "catalog-products",
        "one",
        f"/catalog/stores/{SECOND_SHOP}/products",
        "Ларёк: товары",
        "ulyana",
    ),
    state_of(
        "catalog-products",
        "none",
        f"/catalog/stores/{EMPTY_SHOP}/products",
        "Новая точка: товары",
        "ulyana",
    ),
]
