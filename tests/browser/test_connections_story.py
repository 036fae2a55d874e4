"""The story of two ends: nothing connected, all connected, one cut off, and what is checked on."""

import re

import pytest
from playwright.async_api import expect

from evosync.sandbox.vk.faults import VkFault
from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.connecting import (
    VK_PERSON,
    card,
    checked_at,
    choose,
    come_in,
    connect_evotor,
    connect_vk,
    consent,
    has_badge,
    is_told,
)
from tests.browser.served import ANNA, Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

GREEN = "В порядке"


async def test_both_ends_are_connected_and_one_is_cut_off(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await come_in(served, newcomer)
    page = anna.page
    await anna.follow("Подключения")
    await expect(page.locator("main")).to_contain_text("Нет подключений — нажмите «Добавить»")
    await anna.follow("Добавить")
    assert await offered(anna) == ["Эвотор", "ВКонтакте"]

    await take(anna, "Эвотор")
    await try_evotor_key(anna, "not-a-key", "Эвотор не принимает этот ключ.")
    assert await served.evotor() is None
    await try_evotor_key(anna, served.world.evotor_token, "В порядке: Чайная")
    await anna.press("Проверить и сохранить")
    await is_told(anna, "Эвотор подключён.")
    await expect(card(anna, "Эвотор")).to_contain_text("Магазин «Чайная")

    await anna.follow("Добавить")
    assert await offered(anna) == ["ВКонтакте"]
    await take(anna, "ВКонтакте")
    await anna.follow("Войти в VK")
    await consent(anna)
    await is_told(anna, "Вы вошли в VK. Осталось выбрать сообщество.")
    await choose(anna, "Чайная")
    await is_told(anna, "Сообщество подключено.")
    await expect(card(anna, "ВКонтакте")).to_contain_text(f"{VK_PERSON}, сообщество «Чайная»")
    for title in ("Эвотор", "ВКонтакте"):
        await expect(card(anna, title).locator(".state")).to_have_text(GREEN)
    await anna.follow("Добавить")
    await expect(page.locator("main")).to_contain_text("Все доступные сервисы подключены")
    await anna.follow("Вернуться к подключениям")

    await disconnect_evotor(anna)
    assert await served.evotor() is None
    await anna.follow("Добавить")
    assert await offered(anna) == ["Эвотор"]


async def test_what_is_connected_is_checked_round_by_round(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await come_in(served, newcomer)
    await connect_evotor(anna, served)
    await connect_vk(anna)
    first, shown = await served.vk(), await checked_at(anna, "ВКонтакте")
    await served.a_round_later()
    later = await served.vk()
    assert first is not None
    assert later is not None
    assert later.health.is_online
    assert first.health.last_checked_at is not None
    assert later.health.last_checked_at is not None
    assert later.health.last_checked_at > first.health.last_checked_at
    assert await checked_at(anna, "ВКонтакте") > shown

    # VK falls silent: nobody has to do anything, and nobody is written to.
    served.world.vk.faults.add(VkFault(method="users.get", error=10, times=None))
    await until_vk_is(served, is_online=False)
    await has_badge(anna, "ВКонтакте", "Нет ответа")
    await has_badge(anna, "Эвотор", GREEN)
    served.world.vk.faults.clear()
    await until_vk_is(served, is_online=True)
    await has_badge(anna, "ВКонтакте", GREEN)
    assert not served.stand.mail.letters


async def test_whoever_was_signed_out_by_vk_is_told_once_and_led_back(
    served: Served, newcomer: Newcomer
) -> None:
    anna = await come_in(served, newcomer)
    await connect_evotor(anna, served)
    await connect_vk(anna)
    sign_in = await served.vk()
    assert sign_in is not None
    assert sign_in.vk_user_id is not None

    served.world.vkid.revoke_all(sign_in.vk_user_id)
    letter = await served.stand.letter(ANNA, "Нет связи: ВКонтакте")
    assert f"{served.stand.url}/connections" in letter
    await has_badge(anna, "ВКонтакте", "Сломано")
    await has_badge(anna, "Эвотор", GREEN)

    await served.a_round_later()
    await anna.follow("Войти в VK")
    await consent(anna)
    # The community is theirs still, so that it is not asked for again.
    await is_told(anna, "ВКонтакте подключён.")
    await has_badge(anna, "ВКонтакте", GREEN)
    assert "Связь восстановлена: ВКонтакте." in await served.stand.letter(ANNA, "Снова работает")
    await served.a_round_later()
    told = [str(each["Subject"]) for each in served.stand.mail.letters]
    assert told == ["Нет связи: ВКонтакте", "Снова работает"]


async def test_whoever_waits_for_the_right_has_a_letter_to_send(
    served: Served, newcomer: Newcomer
) -> None:
    served.world.vkid.knobs.withheld_scopes = ("market",)
    anna = await come_in(served, newcomer)
    page = anna.page
    await anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await connect_vk(anna)
    await expect(page).to_have_title("ВКонтакте — EvoSync")
    await expect(page.locator("h1 + .state")).to_have_text("Ждём разрешения VK")
    letter = page.locator("#letter-text")
    await expect(letter).to_contain_text(f"vk.com/club{served.world.community_id}")
    await page.get_by_role("button", name="Скопировать письмо").click()
    await expect(page.get_by_role("status").filter(has_text="Скопировано")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == (await letter.inner_text()).strip()
    written_to = page.get_by_role("link", name="Написать в VK")
    await expect(written_to).to_have_attribute("href", re.compile(r"^mailto:devsupport@corp\.vk"))

    await anna.press("Проверить сейчас")
    await expect(page.locator("h1 + .state")).to_have_text("Ждём разрешения VK")
    for token in served.world.vk.state.tokens.values():
        token.scopes.append("market")
    await anna.press("Проверить сейчас")
    await is_told(anna, "ВКонтакте в порядке.")
    await expect(page.locator("h1 + .state")).to_have_text(GREEN)
    assert not served.stand.mail.letters


async def offered(anna: Person) -> list[str]:
    return await anna.page.locator("main section h2").all_inner_texts()


async def take(anna: Person, title: str) -> None:
    async with anna.page.expect_navigation():
        await card(anna, title).get_by_role("link", name="Подключить").click()


async def try_evotor_key(anna: Person, key: str, answer: str) -> None:
    await anna.fill(token=key)
    await anna.page.get_by_role("button", name="Проверить", exact=True).click()
    await expect(anna.page.locator(".answer")).to_contain_text(answer)


async def disconnect_evotor(anna: Person) -> None:
    page = anna.page
    ask = card(anna, "Эвотор").get_by_role("button", name="Отключить")
    dialog = page.get_by_role("dialog")
    await ask.click()
    await expect(dialog).to_contain_text("Товары в VK останутся, но обновляться не будут.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(ask).to_be_focused()
    await ask.click()
    async with page.expect_navigation():
        await dialog.get_by_role("button", name="Отключить", exact=True).click()
    await is_told(anna, "Эвотор отключён. Товары в VK остались.")
    await expect(card(anna, "Эвотор")).to_have_count(0)


async def until_vk_is(served: Served, *, is_online: bool) -> None:
    for _ in range(20):
        await served.a_round_later()
        sign_in = await served.vk()
        assert sign_in is not None
        if sign_in.health.is_online is is_online:
            return
    raise AssertionError(f"no check found that VK is online: {is_online}")
