"""Who gets what from the pages of the mirror's settings. Nobody has connected anything."""

from tests.web.route_rows import NOT_TAKEN, OK, Answer, active, done, row, to

SETTINGS = {
    "refresh_evotor": "y",
    "mirror": "y",
    "price_multiplier": "1,10",
    "rounding": "10",
    "stock_mode": "real",
    "gone": "zero",
    "adopt": "never",
    "twins": "both",
}

SYNC = (
    row("GET /sync", active(OK)),
    row("POST /sync/settings", active(done("/sync")), form=SETTINGS),
    row(
        "POST /sync/settings",
        active(OK),
        case="for an example",
        form=SETTINGS | {"example": "1"},
    ),
    row("POST /sync/settings", active(NOT_TAKEN), case="without a word"),
    row(
        "POST /sync/settings",
        active(to("/sync")),
        case="to switch on what nobody looked at",
        form={"enabled": "1"},
    ),
    row("GET /sync/photo", active(OK)),
    row("POST /sync/photo", active(NOT_TAKEN), form={"picture": "no file"}),
    row("POST /sync/photo", active(to("/sync/photo")), case="back", form={"remove": "1"}),
    row("GET /sync/photo/picture", active(Answer(200))),
)
