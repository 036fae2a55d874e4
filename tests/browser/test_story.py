"""The story of an installation: from the link in its log to an account that is shut out."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.stand import Stand

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLGA, ANNA = "olga@example.com", "anna@example.com"
FIRST, SECOND = "самовар на углях 7", "чашка без блюдца 4"


async def test_the_first_account_invites_a_person_and_shuts_them_out(
    stand: Stand, newcomer: Newcomer
) -> None:
    olga = await newcomer(stand.url)
    await set_up(olga, stand)
    await invite(olga)
    page_of_anna = olga.page.url
    # She opens the letter at home, and is signed in once she has set a password.
    home = await newcomer(stand.url)
    await accept(home, stand)

    # In the shop she signs in on another machine, and goes on to what she wanted.
    shop = await newcomer(stand.url)
    await shop.page.goto("/profile/edit")
    await expect(shop.page).to_have_url(f"{stand.url}/login?next=/profile/edit")
    await shop.fill(email="Anna@Example.com", password=FIRST)
    await shop.press("Войти")
    await expect(shop.page).to_have_url(f"{stand.url}/profile/edit")

    # A new password ends the session at home, and only that.
    await shop.follow("Сменить пароль")
    await shop.fill(current=FIRST, password=SECOND)
    await shop.press("Сменить пароль")
    await expect(shop.page.get_by_role("status")).to_contain_text("Пароль изменён")
    await home.page.goto("/profile")
    await expect(home.page).to_have_title("Вход — EvoSync")
    assert "/forgot-password" in await stand.link(ANNA, "Пароль EvoSync изменён")

    # Olga suspends her: out at the next click, and no way back in.
    await olga.page.goto(page_of_anna)
    await suspend(olga)
    await shop.page.get_by_role("link", name="Главная").click()
    await expect(shop.page).to_have_title("Вход — EvoSync")
    await shop.sign_in(ANNA, SECOND)
    told = shop.page.get_by_role("alert")
    await expect(told).to_contain_text("Учётная запись приостановлена.")

    await it_was_all_written_down(olga)


async def set_up(olga: Person, stand: Stand) -> None:
    link = stand.setup_link()
    await olga.page.goto(link)
    await olga.fill(name="Ольга", email=OLGA, password=FIRST)
    await olga.press("Создать")
    await expect(olga.page.get_by_role("status")).to_contain_text("это ваша учётная запись")
    await olga.page.goto(link)
    await expect(olga.page).to_have_title("Ссылка не действует — EvoSync")
    await olga.follow("На главную")


async def invite(olga: Person) -> None:
    await olga.follow("Управление")
    await olga.follow("Пригласить")
    await olga.fill(email=ANNA, name="Аня")
    await olga.press("Отправить приглашение")
    await expect(olga.page.get_by_role("status")).to_contain_text(ANNA)


async def accept(anna: Person, stand: Stand) -> None:
    link = await stand.link(ANNA, "Приглашение в EvoSync")
    await anna.page.goto(link)
    await expect(anna.page.locator("main")).to_contain_text(ANNA)
    await expect(anna.page.get_by_label("Имя")).to_have_value("Аня")
    await anna.fill(name="Анна", password=FIRST)
    await anna.press("Начать работу")
    await expect(anna.page).to_have_url(f"{stand.url}/profile")
    await expect(anna.page.locator(".side summary")).to_contain_text("Анна")
    # The link has done its work.
    await anna.page.goto(link)
    await expect(anna.page).to_have_title("Ссылка не действует — EvoSync")


async def suspend(olga: Person) -> None:
    await olga.page.get_by_role("button", name="Приостановить").click()
    dialog = olga.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Приостановить «Анна»?")
    async with olga.page.expect_navigation():
        await dialog.get_by_role("button", name="Приостановить", exact=True).click()
    await expect(olga.page.get_by_role("status")).to_contain_text("приостановлена")


async def it_was_all_written_down(olga: Person) -> None:
    await olga.page.goto("/admin/audit")
    rows = await olga.page.locator("tbody tr").all()
    told = [
        tuple([(await row.locator("td").nth(cell).inner_text()).strip() for cell in (1, 2, 3)])
        for row in reversed(rows)
    ]
    assert told == [
        (OLGA, "Создана первая учётная запись", ""),
        (OLGA, "Вход", ""),
        (OLGA, "Отправлено приглашение, роль «Пользователь»", ANNA),
        (ANNA, "Приглашение принято", ""),
        (ANNA, "Вход", ""),
        (ANNA, "Вход", ""),
        (ANNA, "Пароль изменён", ""),
        (OLGA, "Учётная запись приостановлена", ANNA),
    ]
