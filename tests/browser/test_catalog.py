"""Switches of the catalog by hand: in place with a script, by the keyboard, and without one."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from evosync.web.auth import COOKIE
from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.test_keyboard import tab_to
from tests.browser.town import Town
from tests.builders import SHOP

pytestmark = pytest.mark.asyncio(loop_scope="session")

GROUPS = f"/catalog/stores/{SHOP}/groups"


async def tamara(town: Town, newcomer: Newcomer, **options: Any) -> Person:
    person = await newcomer(town.stand.url, **options)
    cookie: Any = {"name": COOKIE, "value": town.keys["tamara"], "url": town.stand.url}
    await person.context.add_cookies([cookie])
    await person.page.goto(GROUPS)
    return person


async def is_on(page: Page, name: str, *, on: bool) -> None:
    switch = page.get_by_role("switch", name=name, exact=True)
    await expect(switch).to_have_attribute("aria-checked", "true" if on else "false")


async def test_a_switch_is_turned_in_place_by_the_keyboard(town: Town, newcomer: Newcomer) -> None:
    page = (await tamara(town, newcomer)).page
    await tab_to(page, "Сладкое к чаю")
    await page.keyboard.press("Space")
    await expect(page.locator("#told")).to_contain_text("3 товара не пойдут в VK.")
    await is_on(page, "Сладкое к чаю", on=False)
    await expect(page.get_by_role("switch", name="Сладкое к чаю")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#told")).to_contain_text("+3 товара пойдут в VK.")
    await is_on(page, "Сладкое к чаю", on=True)
    await expect(page.locator("#state")).to_contain_text("всего 34 товара")


async def test_a_question_comes_as_a_dialog_and_escape_leaves_all_as_it_was(
    town: Town, newcomer: Newcomer
) -> None:
    page = (await tamara(town, newcomer)).page
    button = page.get_by_role("button", name="Выключить с подгруппами")
    await button.click()
    dialog = page.get_by_role("dialog", name="Скрыть 30 товаров в VK?")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("button", name="Не выключать")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(button).to_be_focused()
    await is_on(page, "Чай", on=True)
    await button.click()
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Не выключать").click()
    await is_on(page, "Чай", on=True)


async def test_without_a_script_all_of_it_works(town: Town, newcomer: Newcomer) -> None:
    person = await tamara(town, newcomer, java_script_enabled=False)
    page = person.page
    for said, on in (("3 товара не пойдут", False), ("+3 товара пойдут", True)):
        async with page.expect_navigation():
            await page.get_by_text("Сладкое к чаю").click()
        await expect(page.get_by_role("status").first).to_contain_text(said)
        await is_on(page, "Сладкое к чаю", on=on)
    await person.press("Выключить с подгруппами")
    await expect(page.get_by_role("heading", name="Скрыть 30 товаров в VK?")).to_be_visible()
    await person.follow("Не выключать")
    await page.goto(GROUPS)
    await is_on(page, "Чай", on=True)
