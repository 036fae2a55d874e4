"""Who gets what from the goods in VK and from the file with goods. Nothing is connected."""

from tests.web.route_rows import NOT_FOUND, OK, active, anyone, done, row, to

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

FEED = (
    row("GET /feed/{secret}.yml", anyone(NOT_FOUND), at="/feed/nobody-knows-it.yml"),
    row(
        "GET /feed/pictures/{sha256}.jpg",
        anyone(NOT_FOUND),
        at=f"/feed/pictures/{'0' * 64}.jpg",
    ),
    row("POST /sync/feed", active(done("/sync")), form={"on": "1"}),
    row("POST /sync/feed", active(to("/sync")), case="still off", form={"on": "0"}),
    row("POST /sync/feed", active(to("/sync")), case="no link yet", form={"renew": "1"}),
    row("POST /sync/feed", active(to("/sync")), case="unclear", form={"on": "yes"}),
)
