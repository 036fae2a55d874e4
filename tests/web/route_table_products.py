"""Who gets what from the page of products and the tables to keep. Nobody's till was ever read."""

from tests.web.route_rows import NOT_FOUND, OK, active, row

PRODUCTS = (
    row("GET /catalog/stores/{id}/products", active(NOT_FOUND), at="/catalog/stores/x/products"),
    row("GET /catalog/stores/export.csv", active(OK)),
    row(
        "GET /catalog/stores/{id}/groups/export.csv",
        active(NOT_FOUND),
        at="/catalog/stores/x/groups/export.csv",
    ),
    row(
        "GET /catalog/stores/{id}/products/export.csv",
        active(NOT_FOUND),
        at="/catalog/stores/x/products/export.csv",
    ),
)
