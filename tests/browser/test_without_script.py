"""Scripts switched off: every page is plain forms and links, and all can be done."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.town import PASSWORD, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def plain(town: Town, newcomer: Newcomer, email: str) -> Person:
    person = await newcomer(town.stand.url, java_script_enabled=False)
    await person.sign_in(email, PASSWORD)
    return person


async def test_a_profile_is_edited(town: Town, newcomer: Newcomer) -> None:
    fyodor = await plain(town, newcomer, "fyodor@example.com")
    await fyodor.page.locator(".side summary").click()
    await fyodor.follow("Профиль")
    await fyodor.fill(name="")
    await fyodor.press("Сохранить")
    await expect(fyodor.page.locator("#name-error")).to_be_visible()
    await fyodor.fill(name="Фёдор Второй")
    await fyodor.page.get_by_label("Часовой пояс").select_option("Омск")
    await fyodor.press("Сохранить")
    await expect(fyodor.page.get_by_role("status")).to_have_text("Сохранено.")
    await expect(fyodor.page.get_by_label("Имя")).to_have_value("Фёдор Второй")


async def test_colours_are_chosen(town: Town, newcomer: Newcomer) -> None:
    eva = await plain(town, newcomer, "eva@example.com")
    for colours, chosen in (("Тёмные", "dark"), ("Светлые", "light")):
        await eva.page.locator(".side summary").click()
        await eva.press(colours)
        await expect(eva.page.locator("html")).to_have_attribute("data-bs-theme", chosen)


async def test_somebody_is_suspended_through_the_dialog(town: Town, newcomer: Newcomer) -> None:
    boris = await plain(town, newcomer, "boris@example.com")
    await boris.page.goto("/admin/users?q=shop7-the-tea")
    await boris.follow("Лавка № 7")
    dialog = boris.page.get_by_role("dialog")
    ask = boris.page.get_by_role("button", name="Приостановить")
    await ask.click()
    await expect(dialog).to_be_visible()
    await boris.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await ask.click()
    await dialog.get_by_role("button", name="Не приостанавливать").click()
    await expect(dialog).to_be_hidden()
    await ask.click()
    async with boris.page.expect_navigation():
        await dialog.get_by_role("button", name="Приостановить", exact=True).click()
    await expect(boris.page.get_by_role("status")).to_contain_text("приостановлена")
