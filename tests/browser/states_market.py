"""The pages of the goods in VK: no community, not read, albums; items found and not."""

from tests.browser.state import state_of

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
]
