"""Hands on the keyboard alone: Tab, Enter, Space and Escape are enough for everything."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.town import PASSWORD, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

FARTHEST = 80  # presses of Tab
_FOCUSED = """() => {
  const each = document.activeElement;
  if (each === document.body) return "";
  const label = each.labels?.[0]?.innerText;
  return (each.getAttribute("aria-label") || label || each.innerText || "").trim();
}"""
_IS_SEEN = """() => {
  const each = document.activeElement, box = each.getBoundingClientRect();
  const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const drawn = getComputedStyle(each).outlineStyle !== "none";
  return drawn && above !== null && (each.contains(above) || above.contains(each));
}"""


async def test_a_person_is_invited_and_suspended_without_a_mouse(
    town: Town, newcomer: Newcomer
) -> None:
    boris = await newcomer(town.stand.url)
    page, keys = boris.page, boris.page.keyboard
    await page.goto("/login")
    await tab_to(page, "Почта")
    await keys.type("boris@example.com")
    await tab_to(page, "Пароль")
    await keys.type(PASSWORD)
    await enter(boris, "Главная")

    await tab_to(page, "Управление")
    await enter(boris, "Люди")
    await tab_to(page, "Пригласить")
    await enter(boris, "Приглашение")
    await tab_to(page, "Почта")
    await keys.type("keys@example.com")
    await tab_to(page, "Имя")
    await keys.type("Зина")
    await tab_to(page, "Отправить приглашение")
    await enter(boris, "Зина")

    dialog = page.get_by_role("dialog")
    await tab_to(page, "Приостановить")
    await keys.press("Enter")
    await expect(dialog).to_be_visible()
    assert await page.evaluate(_FOCUSED) == "Не приостанавливать"
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await page.evaluate(_FOCUSED) == "Приостановить"

    # Space opens it too, and what stands behind it is out of reach.
    await keys.press("Space")
    reached = {await press_tab(page) for _ in range(6)}
    assert reached <= {"Не приостанавливать", "Приостановить", ""}
    await tab_to(page, "Приостановить")
    await keys.press("Space")
    await expect(page.get_by_role("status")).to_contain_text("приостановлена")


async def test_the_first_key_leads_past_the_menu(town: Town, newcomer: Newcomer) -> None:
    anna = await newcomer(town.stand.url)
    await anna.page.goto("/login")
    assert await press_tab(anna.page) == "К содержанию"
    await anna.page.keyboard.press("Enter")
    assert await anna.page.evaluate("document.activeElement.id") == "content"


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until this has the focus; all that has it on the way must be seen to have it."""
    for _ in range(FARTHEST):
        if await press_tab(page) == name:
            return
    raise AssertionError(f"Tab does not come to «{name}»")


async def press_tab(page: Page) -> str:
    await page.keyboard.press("Tab")
    name = str(await page.evaluate(_FOCUSED))
    assert not name or await page.evaluate(_IS_SEEN), f"«{name}» hides that it has the focus"
    return name


async def enter(person: Person, title: str) -> None:
    async with person.page.expect_navigation():
        await person.page.keyboard.press("Enter")
    await expect(person.page).to_have_title(f"{title} — EvoSync")
