"""The demo as a newcomer walks it: what it prints is enough to see goods arrive."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Newcomer
from tests.browser.connecting import card
from tests.flow.process import Running, started
from tests.flow.stand import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

STOP_DEADLINE_S = 20.0
_WINDOW = re.compile(r"Витрина: +(\S+/)storefront/")
_SERVICE = re.compile(r"Сервис: +(\S+)/  \(вход: (\S+), пароль: (\S+)\)")


async def test_whoever_starts_the_demo_sees_both_ends_green_and_goods_arrive(
    tmp_path: Path, newcomer: Newcomer
) -> None:
    async with started(tmp_path, "demo", "--port", "0") as demo:
        await until(lambda: "Ctrl+C" in demo.out or has_ended(demo), "the demo prints addresses")
        sandbox, (service, email, password) = read(_WINDOW, demo)[0], read(_SERVICE, demo)
        anna = await newcomer(service, friends=(sandbox,))
        await anna.sign_in(email, password)
        await expect(anna.page).to_have_url(f"{service}/profile")
        await anna.follow("Подключения")
        for title in ("Эвотор", "ВКонтакте"):
            await expect(card(anna, title).locator(".state")).to_have_text("В порядке")
        await anna.follow("Добавить")
        await expect(anna.page.locator("main")).to_contain_text("Все доступные сервисы подключены")

        # The shop window loads itself anew, so that nothing has to be pressed.
        await anna.page.goto(f"{sandbox}storefront/")
        goods = anna.page.locator("ul.cards li")
        await expect(goods.first).to_be_visible()
        await expect(goods.first.locator(".price")).to_contain_text("₽")
        await expect(goods.first.locator("img")).to_have_count(1)

        await anna.page.goto(f"{service}/profile")
        await expect(anna.page.locator("main")).to_contain_text("Последний запуск")

        # What takes long is looked at behind the page, which shows it as it comes.
        await anna.page.goto(f"{service}/admin/doctor")
        await anna.press("Проверить всё")
        again = anna.page.get_by_role("button", name="Проверить снова")
        await expect(again).to_be_visible(timeout=20_000)
        checks = anna.page.locator("#checks")
        await expect(checks).to_contain_text("Подключено 1, работает 1, проверено сейчас 1.")
        await expect(checks.locator(".state-danger")).to_have_count(0)
        await anna.page.close()
        assert await demo.terminate(STOP_DEADLINE_S) == 0, demo.err


def has_ended(demo: Running) -> bool:
    return demo.process.returncode is not None


def read(pattern: re.Pattern[str], demo: Running) -> tuple[str, ...]:
    found = pattern.search(demo.out)
    assert found is not None, (demo.out, demo.err)
    return found.groups()
