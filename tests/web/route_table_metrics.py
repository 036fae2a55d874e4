"""Who gets what from the page of numbers: whoever brings its token, and nobody by a session."""

from tests.web.route_rows import NOT_FOUND, Answer, anyone, row

NUMBERS = (
    row("GET /metrics", anyone(NOT_FOUND)),
    row(
        "GET /metrics",
        anyone(Answer(401)),
        case="with a token set",
        settings={"metrics_token": "k" * 32},
    ),
)
