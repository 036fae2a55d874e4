"""What goes by mail: a forgotten password, an account for everybody, another address."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.stand import Stand

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANNA = "anna@example.com"
FIRST, SECOND = "самовар на углях 7", "чашка без блюдца 4"


async def test_whoever_forgot_the_password_sets_another_by_mail(
    open_to_all: Stand, newcomer: Newcomer
) -> None:
    anna = await newcomer(open_to_all.url)
    await register(anna, open_to_all)
    phone = await newcomer(open_to_all.url)
    await phone.page.goto("/login")
    await phone.follow("Забыли пароль?")
    await phone.fill(address=ANNA)
    await phone.press("Прислать ссылку")
    assert "ссылка уже отправлена" in await phone.text()

    link = await open_to_all.link(ANNA, "Новый пароль для EvoSync")
    await phone.page.goto(link)
    # Too simple a one is told beside the field, and the link still works.
    await phone.fill(password="1234567890")
    await phone.press("Сохранить пароль")
    await expect(phone.page.locator("#password-error")).to_contain_text("подбирают первым")
    await phone.fill(password=SECOND)
    await phone.press("Сохранить пароль")
    await expect(phone.page.get_by_role("status")).to_contain_text("Пароль изменён")

    # Whoever was signed in is out; the old password and the link are no good any more.
    await anna.page.goto("/profile")
    await expect(anna.page).to_have_title("Вход — EvoSync")
    await anna.sign_in(ANNA, FIRST)
    await expect(anna.page.get_by_role("alert")).to_contain_text("не подходят")
    await anna.sign_in(ANNA, SECOND)
    await expect(anna.page).to_have_url(f"{open_to_all.url}/profile")
    await phone.page.goto(link)
    await expect(phone.page.get_by_role("link", name="Запросить новую ссылку")).to_be_visible()


async def test_an_open_service_lets_in_whoever_confirms_the_address(
    open_to_all: Stand, newcomer: Newcomer
) -> None:
    anna = await newcomer(open_to_all.url)
    await anna.page.goto("/register")
    await anna.fill(name="Анна", email=ANNA, password=FIRST)
    await anna.press("Зарегистрироваться")
    assert f"Мы написали на {ANNA}." in await anna.text()
    first = await open_to_all.link(ANNA, "Подтвердите почту")

    # Not confirmed yet, she comes no further than the page that says so.
    await anna.sign_in(ANNA, FIRST)
    await expect(anna.page).to_have_title("Подтвердите почту — EvoSync")
    await anna.page.goto("/profile/edit")
    await expect(anna.page).to_have_title("Подтвердите почту — EvoSync")
    await anna.press("Отправить ещё раз")
    await expect(anna.page).to_have_title("Проверьте почту — EvoSync")

    # Opening the link does not spend it. Elsewhere it asks for her password.
    phone = await newcomer(open_to_all.url)
    await phone.page.goto(first)
    await phone.fill(password=SECOND)
    await phone.press("Подтвердить")
    await expect(phone.page.locator("#password-error")).to_contain_text("с другим паролем")
    await anna.page.goto(first)
    await anna.press("Подтвердить")
    await expect(anna.page).to_have_url(f"{open_to_all.url}/profile")
    await expect(anna.page.get_by_role("status")).to_contain_text("Почта подтверждена.")

    # Who registers once more is told by mail alone that there is an account.
    boris = await newcomer(open_to_all.url)
    await boris.page.goto("/register")
    await boris.fill(name="Борис", email=ANNA, password=SECOND)
    await boris.press("Зарегистрироваться")
    assert f"Мы написали на {ANNA}." in await boris.text()
    await open_to_all.letter(ANNA, "У вас уже есть учётная запись EvoSync")


async def test_a_new_address_counts_once_it_is_confirmed(
    open_to_all: Stand, newcomer: Newcomer
) -> None:
    anna = await newcomer(open_to_all.url)
    await register(anna, open_to_all)
    fresh = "anna@tea.example.com"
    await anna.page.goto("/profile/edit")
    await anna.fill(email=fresh)
    await anna.press("Сохранить")
    await expect(anna.page.locator("#current-error")).to_be_visible()
    await anna.fill(current=FIRST)
    await anna.press("Сохранить")
    await expect(anna.page.get_by_role("status").first).to_contain_text(f"Мы написали на {fresh}")
    await expect(anna.page.get_by_label("Почта")).to_have_value(ANNA)

    phone = await newcomer(open_to_all.url)
    await phone.sign_in(fresh, FIRST)
    await expect(phone.page.get_by_role("alert")).to_contain_text("не подходят")

    await anna.page.goto(await open_to_all.link(fresh, "Подтвердите новую почту"))
    await anna.press("Подтвердить")
    await expect(anna.page.get_by_role("status")).to_contain_text(f"Теперь ваша почта — {fresh}.")
    assert fresh in await open_to_all.letter(ANNA, "Почта EvoSync изменена")
    await phone.sign_in(fresh, FIRST)
    await expect(phone.page).to_have_url(f"{open_to_all.url}/profile")


async def register(person: Person, stand: Stand) -> None:
    await person.page.goto("/register")
    await person.fill(name="Анна", email=ANNA, password=FIRST)
    await person.press("Зарегистрироваться")
    await person.page.goto(await stand.link(ANNA, "Подтвердите почту"))
    await person.fill(password=FIRST)
    await person.press("Подтвердить")
    await expect(person.page).to_have_url(f"{stand.url}/profile")
