"""Who gets what from the pages of problems: nobody on the stage has goods."""

from tests.web.route_rows import NOT_FOUND, OK, active, row

TROUBLES = (
    row("GET /problems", active(OK)),
    row("GET /problems", active(OK), at="/problems?code=no_price&page=2"),
    row("GET /problems", active(OK), at="/problems?q=%25_%27"),
    row("GET /problems/{pid}", active(NOT_FOUND), at="/problems/no-such-product?store=x"),
    row("POST /problems/{pid}/retry", active(NOT_FOUND), at="/problems/no-such-product/retry"),
)
