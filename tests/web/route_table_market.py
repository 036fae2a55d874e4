"""Who gets what from the pages of the goods in VK. Nobody has connected anything."""

from tests.web.route_rows import NOT_FOUND, OK, active, row, to

MARKET = (
    row("GET /vk-catalog/albums", active(OK)),
    row(
        "GET /vk-catalog/albums/{id}/products",
        active(to("/vk-catalog/albums")),
        at="/vk-catalog/albums/all/products",
    ),
    row(
        "GET /vk-catalog/albums/{id}/products",
        active(NOT_FOUND),
        at="/vk-catalog/albums/1/products",
    ),
    row(
        "GET /vk-catalog/pictures/{kind}/{id}",
        active(NOT_FOUND),
        at="/vk-catalog/pictures/item/1",
    ),
)
