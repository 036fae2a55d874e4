"""What pages do better with scripts: colours, search as one types, passwords shown, one sending."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import PHONE, Person
from tests.browser.conftest import Newcomer
from tests.browser.town import PASSWORD, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

DARK, LIGHT = "rgb(33, 37, 41)", "rgb(255, 255, 255)"


async def test_chosen_colours_stay_and_those_of_the_system_are_followed(
    town: Town, newcomer: Newcomer
) -> None:
    fyodor = await newcomer(town.stand.url)
    await fyodor.sign_in("fyodor@example.com", PASSWORD)
    page = fyodor.page
    await page.emulate_media(color_scheme="dark")
    await has_ground(fyodor, DARK)

    await page.goto("/profile/change-password")
    await page.locator(".side summary").click()
    await fyodor.press("Светлые")
    await expect(page).to_have_url(f"{town.stand.url}/profile/change-password")
    await has_ground(fyodor, LIGHT)
    # Colours are the person's, not the browser's.
    phone = await newcomer(town.stand.url, color_scheme="dark")
    await phone.sign_in("fyodor@example.com", PASSWORD)
    await has_ground(phone, LIGHT)

    await page.locator(".side summary").click()
    await fyodor.press("Как в системе")
    await has_ground(fyodor, DARK)


async def has_ground(person: Person, colour: str) -> None:
    await expect(person.page.locator("body")).to_have_css("background-color", colour)


async def test_people_are_found_as_one_types(town: Town, newcomer: Newcomer) -> None:
    olga = await newcomer(town.stand.url)
    await olga.sign_in("olga@example.com", PASSWORD)
    await olga.page.goto("/admin/users")
    await olga.page.evaluate("window.sameDocument = true")
    search = olga.page.get_by_role("searchbox")
    await search.press_sequentially("ДИНА")
    await expect(olga.page.locator("#found")).to_have_text("Найдено: 1")
    await expect(olga.page.locator("tbody tr")).to_have_count(1)
    await expect(olga.page).to_have_url(f"{town.stand.url}/admin/users?q=%D0%94%D0%98%D0%9D%D0%90")
    assert await olga.page.evaluate("window.sameDocument")
    await expect(search).to_be_focused()


async def test_whoever_was_signed_out_meanwhile_is_led_to_sign_in(
    town: Town, newcomer: Newcomer
) -> None:
    olga = await newcomer(town.stand.url)
    await olga.sign_in("olga@example.com", PASSWORD)
    await olga.page.goto("/admin/users")
    await olga.context.clear_cookies()
    await olga.page.get_by_role("searchbox").press_sequentially("д")
    await expect(olga.page).to_have_title("Вход — EvoSync")
    assert len(olga.troubles) == 1
    assert "401" in olga.troubles.pop()


async def test_a_password_may_be_looked_at(town: Town, newcomer: Newcomer) -> None:
    anna = await newcomer(town.stand.url)
    await anna.page.goto("/login")
    field, eye = anna.page.locator("#password"), anna.page.get_by_label("Показать пароль")
    await anna.fill(email="anna@example.com", password="не тот пароль")
    await eye.click()
    await expect(field).to_have_attribute("type", "text")
    await expect(eye).to_have_attribute("aria-pressed", "true")
    await anna.press("Войти")
    await expect(field).to_have_attribute("type", "password")


async def test_a_menu_closes_by_escape_and_by_a_press_elsewhere(
    town: Town, newcomer: Newcomer
) -> None:
    width, height = PHONE
    anna = await newcomer(town.stand.url, viewport={"width": width, "height": height})
    await anna.sign_in("anna@example.com", PASSWORD)
    button, way_out = (
        anna.page.locator(".topbar summary"),
        anna.page.get_by_role("button", name="Выйти"),
    )
    await button.click()
    await expect(way_out).to_be_visible()
    await anna.page.keyboard.press("Escape")
    await expect(way_out).to_be_hidden()
    await button.click()
    await anna.page.mouse.click(20, height / 2)
    await expect(way_out).to_be_hidden()
    await button.click()
    await anna.press("Выйти")
    await expect(anna.page.get_by_role("status")).to_have_text("Вы вышли.")
    # What the browser keeps of her pages is not shown to whoever goes back.
    await anna.page.go_back()
    await expect(anna.page).to_have_title("Вход — EvoSync")
