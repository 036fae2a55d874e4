"""Who gets what from the pages of the catalog. Nobody's till is connected, nor was it ever read."""

from tests.web.route_rows import NOT_FOUND, OK, Answer, active, row, to

_STORES = active(to("/catalog/stores"))
_ON = {"on": "1"}

CATALOG = (
    row("GET /catalog", _STORES),
    row("GET /catalog/stores", active(OK)),
    row("POST /catalog/stores/order", active(NOT_FOUND), form={"store": "x", "move": "up"}),
    row("POST /catalog/stores/order", active(Answer(400)), case="unclear", form={"move": "up"}),
    row("POST /catalog/refresh", _STORES),
    row("POST /catalog/select-all", _STORES, form=_ON),
    row("POST /catalog/select-all", active(Answer(400)), case="unclear", form={"on": "2"}),
    row(
        "POST /catalog/stores/{id}/toggle",
        active(NOT_FOUND),
        at="/catalog/stores/x/toggle",
        form=_ON,
    ),
    row("GET /catalog/stores/{id}/groups", active(NOT_FOUND), at="/catalog/stores/x/groups"),
    row(
        "POST /catalog/stores/{id}/groups/{gid}/toggle",
        active(NOT_FOUND),
        at="/catalog/stores/x/groups/none/toggle",
        form=_ON,
    ),
    row(
        "POST /catalog/stores/{id}/products/{pid}/toggle",
        active(NOT_FOUND),
        at="/catalog/stores/x/products/y/toggle",
        form=_ON,
    ),
    row(
        "POST /catalog/stores/{id}/new-groups",
        active(NOT_FOUND),
        at="/catalog/stores/x/new-groups",
        form=_ON,
    ),
)
