"""Who gets what from the pages of runs: a user's own, and everybody's."""

from tests.web.crowd import Who
from tests.web.route_rows import (
    NOT_FOUND,
    OK,
    Answer,
    Answers,
    active,
    active_by_json,
    done,
    permitted,
    row,
    to,
)

RUN, QUEUED = "/runs/{run}", "/runs/{queued}"


def owned(answer: Answer) -> Answers:
    """Answer the user whose run it is; to all others there is none."""
    return active(NOT_FOUND) | {Who.USER: answer}


RUNS = (
    row("GET /runs", active(OK)),
    row("GET /runs", active(OK), at="/runs?show=failed&page=-1"),
    row("GET /runs/{id}", owned(OK), at=RUN),
    row("GET /runs/{id}", owned(OK), at=QUEUED),
    row("GET /runs/{id}", owned(OK), at=QUEUED + "?part=live", case="its part"),
    row(
        "GET /runs/{id}/events",
        active_by_json(NOT_FOUND) | {Who.USER: OK},
        at=RUN + "/events",
    ),
    # Nobody has connected anything, so that no run begins.
    row(
        "POST /runs/{id}/approve",
        owned(done(RUN)),
        at=RUN + "/approve",
        form={"digest": "{digest}", "answer": "apply"},
    ),
    row(
        "POST /runs/{id}/approve",
        owned(to(RUN)),
        at=RUN + "/approve",
        case="an old question",
        form={"digest": "0" * 64, "answer": "apply"},
    ),
    row("POST /runs/{id}/cancel", owned(done(QUEUED)), at=QUEUED + "/cancel"),
    row("POST /runs/{id}/cancel", owned(to(RUN)), at=RUN + "/cancel", case="which has ended"),
)
ADMIN_RUNS = (
    row("GET /admin/runs", permitted(OK)),
    row("GET /admin/runs", permitted(OK), at="/admin/runs?show=failed&user={user}"),
    row(
        "POST /admin/runs/{id}/cancel",
        permitted(done("/admin/runs")),
        at="/admin/runs/{queued}/cancel",
    ),
    row(
        "POST /admin/runs/{id}/cancel",
        permitted(to("/admin/runs")),
        at="/admin/runs/{run}/cancel",
        case="which has ended",
    ),
    row("POST /admin/runs/{id}/again", permitted(to("/admin/runs")), at="/admin/runs/{run}/again"),
)
