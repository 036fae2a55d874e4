"""The pages of the catalog: stores, the tree of groups, a question before much goes off sale."""

from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.state import state_of
from tests.builders import SECOND_SHOP, SHOP

STORES, GROUPS = "Товары в кассе", f"/catalog/stores/{SHOP}/groups"


async def ask_too_much(person: Person) -> None:
    """Press what would take most goods off sale, and come no further than the question."""
    await person.page.get_by_role("button", name="Выключить с подгруппами").click()
    await expect(person.page.get_by_role("dialog")).to_be_visible()


CATALOG = [
    state_of("catalog", "no till", "/catalog", STORES, "boris"),
    state_of("catalog-stores", "several", "/catalog/stores", STORES, "tamara"),
    state_of("catalog-stores", "being read", "/catalog/stores", STORES, "clara"),
    state_of("catalog-groups", "tree", GROUPS, "Чайная", "tamara"),
    state_of("catalog-groups", "question", GROUPS, "Чайная", "tamara", ask_too_much),
    state_of(
        "catalog-groups",
        "deep and long",
        f"/catalog/stores/{SECOND_SHOP}/groups",
        "Чайная на вокзале, павильон 7: Подарочные наборы к празднику весны и труда, не удалять "
        "до инвентаризации, спросить Свету",
        "tamara",
    ),
]
