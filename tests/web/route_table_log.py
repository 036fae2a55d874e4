"""Who gets what from the log of requests, which holds nothing yet."""

from tests.web.route_rows import NOT_FOUND, OK, permitted, row

FILTERED = "?user=boris&service=vk&status=failed&period=week&method=market&run=1&before=1-1"

REQUEST_LOG = (
    row("GET /admin/logs", permitted(OK)),
    row("GET /admin/logs", permitted(OK), at=f"/admin/logs{FILTERED}"),
    row("GET /admin/logs/{id}", permitted(NOT_FOUND), at="/admin/logs/1"),
)
