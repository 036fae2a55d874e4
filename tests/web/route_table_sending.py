"""Who gets what from the routes that show what would be sent, and send it."""

from tests.web.route_rows import OK, active, row, to

# Nothing is connected on the stage: whoever presses a button is led to where that is mended.
SENDING = (
    row("GET /sync/preview", active(OK)),
    row("GET /sync/preview", active(OK), at="/sync/preview?show=held&q=%25&page=-1&pairs=x"),
    row("POST /sync/preview", active(to("/connections"))),
    row("POST /sync/confirm", active(to("/sync/preview")), form={"preview": "1"}),
    row("POST /sync/run", active(to("/connections"))),
    row("POST /sync/run", active(to("/sync/preview")), case="by a preview", form={"preview": "1"}),
    row("POST /adoption", active(to("/sync/preview#pairs")), form={"all": "1", "answer": "yes"}),
)
