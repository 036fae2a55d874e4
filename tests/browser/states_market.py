"""The pages of the goods in VK: no community, not read, albums; items found and not; the file."""

from playwright.async_api import expect

from tests.browser.chromium import Person
from tests.browser.state import state_of


async def switch_file_on(person: Person) -> None:
    """Switch the file with goods on, unless that has been done."""
    box = person.page.locator("#feed-box")
    if await box.locator("#feed-url").count() == 0:
        await box.get_by_role("button", name="Включить").click()
    await expect(box.get_by_role("button", name="Скопировать")).to_be_visible()


_ITEMS = "/vk-catalog/albums/{}/products"

MARKET = [
    state_of("vk-catalog", "no community", "/vk-catalog/albums", "Товары в VK", "boris"),
    state_of("vk-catalog", "not read yet", "/vk-catalog/albums", "Товары в VK", "clara"),
    state_of("vk-catalog", "albums", "/vk-catalog/albums", "Товары в VK", "anna"),
    state_of("vk-catalog-products", "all", _ITEMS.format("all"), "Все товары в VK", "anna"),
    state_of(
        "vk-catalog-products",
        "nothing found",
        f"{_ITEMS.format(1)}?q=яяя&part=rejected",
        "Чай",
        "anna",
    ),
    state_of("sync", "file on", "/sync", "Синхронизация", "boris", switch_file_on),
]
