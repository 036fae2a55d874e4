"""Who gets what of what operators look into: the log of requests, which is empty; the doctor."""

from tests.web.route_rows import NOT_FOUND, OK, permitted, row, to

FILTERED = "?user=boris&service=vk&status=failed&period=week&method=market&run=1&before=1-1"

REQUEST_LOG = (
    row("GET /admin/logs", permitted(OK)),
    row("GET /admin/logs", permitted(OK), at=f"/admin/logs{FILTERED}"),
    row("GET /admin/logs/{id}", permitted(NOT_FOUND), at="/admin/logs/1"),
    row("GET /admin/doctor", permitted(OK)),
    row("POST /admin/doctor", permitted(to("/admin/doctor"))),
)
