"""What Anna does to connect her shop, step by step, and what she looks at."""

from playwright.async_api import Locator, expect

from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.served import ANNA, Served
from tests.browser.town import PASSWORD

VK_PERSON = "Анна Чайкина"


async def come_in(served: Served, newcomer: Newcomer) -> Person:
    """Let Anna sign in; her browser may go to the sandbox, which plays Evotor and VK."""
    anna = await newcomer(served.stand.url, friends=(served.sandbox,))
    await anna.sign_in(ANNA, PASSWORD)
    return anna


async def connect_evotor(anna: Person, served: Served) -> None:
    """Connect the till by its key."""
    await anna.page.goto("/evotor")
    await anna.fill(token=served.world.evotor_token)
    await anna.press("Проверить и сохранить")
    await is_told(anna, "Эвотор подключён.")


async def connect_vk(anna: Person) -> None:
    """Sign in at VK and choose the first community."""
    await anna.page.goto("/vk")
    await anna.follow("Войти в VK")
    await consent(anna)
    await choose(anna, "Чайная")


async def consent(anna: Person, answer: str = "Разрешить") -> None:
    """Answer what the service that signs people in asks."""
    await expect(anna.page.get_by_role("heading", name="Программа просит доступ")).to_be_visible()
    await anna.press(answer)


async def choose(anna: Person, community: str) -> None:
    """Choose a community among those that are offered."""
    await expect(anna.page).to_have_title("Выбор сообщества — EvoSync")
    await anna.page.locator("label").filter(has_text=f"{community}\n").first.click()
    await anna.press("Подключить сообщество")


def card(anna: Person, title: str) -> Locator:
    """Give the card of an end."""
    return anna.page.get_by_role("region", name=title, exact=True)


async def is_told(anna: Person, words: str) -> None:
    """See that the page says so at its top."""
    await expect(anna.page.locator("main").get_by_role("status").first).to_contain_text(words)


async def has_badge(anna: Person, title: str, word: str) -> None:
    """See on the page of connections how an end is."""
    await anna.page.goto("/connections")
    await expect(card(anna, title).locator(".state")).to_have_text(word)


async def checked_at(anna: Person, title: str) -> str:
    """Read on the page of connections when an end was checked last."""
    await anna.page.goto("/connections")
    return await card(anna, title).locator(".card-footer time").get_attribute("datetime") or ""
