"""Who gets what from the page of products and the tables to keep. Nobody's till was ever read."""

from tests.web.route_rows import NOT_FOUND, active, row

PRODUCTS = (
    row("GET /catalog/stores/{id}/products", active(NOT_FOUND), at="/catalog/stores/x/products"),
)
