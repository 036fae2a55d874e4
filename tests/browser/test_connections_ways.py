"""Other ways to the two ends: Evotor's own sign-in, a refusal, no scripts, no mouse."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.connecting import (
    card,
    come_in,
    connect_evotor,
    connect_vk,
    consent,
    has_badge,
    is_told,
)
from tests.browser.served import ANNA, Served
from tests.browser.test_keyboard import enter, tab_to
from tests.browser.town import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_till_is_connected_by_signing_in_at_evotor(
    served_with_evotor: Served, newcomer: Newcomer
) -> None:
    served = served_with_evotor
    anna = await come_in(served, newcomer)
    await anna.page.goto("/evotor")
    await anna.follow("Подключить через Эвотор")
    await consent(anna, "Отмена")
    await is_told(anna, "Эвотор не дал доступа. Можно попробовать ещё раз.")
    assert await served.evotor() is None
    await anna.follow("Подключить через Эвотор")
    await consent(anna)
    await is_told(anna, "Эвотор подключён.")
    await has_badge(anna, "Эвотор", "В порядке")

    # Whoever goes back to the address they came by does not sign in a second time.
    await anna.page.goto("/evotor/callback?code=spent&state=spent")
    await expect(anna.page.get_by_role("alert")).to_contain_text("Вход начат давно")
    await has_badge(anna, "Эвотор", "В порядке")


async def test_whoever_refuses_at_vk_comes_back_with_nothing_changed(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await come_in(served, newcomer)
    await anna.page.goto("/vk")
    await anna.follow("Войти в VK")
    await consent(anna, "Отмена")
    await is_told(anna, "VK не дал доступа. Можно попробовать ещё раз.")
    assert await served.vk() is None
    await connect_vk(anna)
    first = await served.vk()

    # What stands already is not lost by a sign-in that is thought better of.
    await anna.page.goto("/vk")
    await unfold(anna)
    await anna.follow("Войти другим человеком")
    await consent(anna, "Отмена")
    await is_told(anna, "VK не дал доступа.")
    again = await served.vk()
    assert first is not None
    assert again is not None
    assert again.sealed_token == first.sealed_token


async def test_a_shop_is_connected_and_cut_off_without_scripts(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await newcomer(served.stand.url, friends=(served.sandbox,), java_script_enabled=False)
    await anna.sign_in(ANNA, PASSWORD)
    page = anna.page
    await page.goto("/evotor")
    await expect(page.get_by_role("button", name="Проверить", exact=True)).to_be_hidden()
    await anna.fill(token="not-a-key")
    await anna.press("Проверить и сохранить")
    await expect(page.locator("#token-error")).to_contain_text("Эвотор не принимает этот ключ.")
    await connect_evotor(anna, served)
    await connect_vk(anna)
    await has_badge(anna, "ВКонтакте", "В порядке")
    await page.goto("/vk")
    await anna.press("Проверить сейчас")
    await is_told(anna, "ВКонтакте в порядке.")

    await page.goto("/connections")
    await card(anna, "ВКонтакте").get_by_role("button", name="Отключить").click()
    dialog = page.get_by_role("dialog")
    async with page.expect_navigation():
        await dialog.get_by_role("button", name="Отключить", exact=True).click()
    await is_told(anna, "ВКонтакте отключён. Товары в сообществе остались.")
    assert await served.vk() is None


async def test_a_shop_is_connected_without_a_mouse(served: Served, newcomer: Newcomer) -> None:
    anna = await come_in(served, newcomer)
    page, keys = anna.page, anna.page.keyboard
    await tab_to(page, "Подключения")
    await enter(anna, "Подключения")
    await tab_to(page, "Добавить")
    await enter(anna, "Добавить подключение")
    await tab_to(page, "Подключить")
    await enter(anna, "Эвотор")
    await tab_to(page, "Ключ доступа")
    await keys.type(served.world.evotor_token)
    await tab_to(page, "Проверить")
    await keys.press("Enter")
    await expect(page.locator(".answer")).to_contain_text("В порядке: Чайная")
    await expect(page.get_by_role("button", name="Проверить", exact=True)).to_be_focused()
    await keys.press("Shift+Tab")
    await enter(anna, "Подключения")

    await page.goto("/vk")
    await tab_to(page, "Войти в VK")
    async with page.expect_navigation():
        await keys.press("Enter")
    await consent(anna)
    await tab_to(page, "Чайная\nvk.com/club217000777")
    await keys.press("Space")
    await keys.press("Tab")
    await enter(anna, "Подключения")
    await has_badge(anna, "ВКонтакте", "В порядке")


async def unfold(anna: Person) -> None:
    await anna.page.get_by_text("Подключить заново").click()
