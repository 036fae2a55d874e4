"""Who gets what from each route. A new route needs a row here, one for each of its methods.

A row is `row("POST /address/{id}", to_whom(…), at=…, form=…)`: the route as
`evosync.web.app` lists it, what each kind of person gets, the address that is
asked for (where it is not the route itself) and a form that would be taken.
Words in braces are those of `Stage.words`. A row of POST whose act is done
says `done(where it leads)`: then, and only then, rows have changed.
"""

from tests.web.crowd import EMAILS, GUEST, PASSWORD, Who
from tests.web.route_rows import (
    MADE,
    NOT_FOUND,
    NOT_TAKEN,
    OK,
    VOID,
    Answer,
    active,
    anyone,
    done,
    permitted,
    row,
    split,
    to,
)
from tests.web.route_table_catalog import CATALOG
from tests.web.route_table_ends import CALLED, ENDS
from tests.web.route_table_log import REQUEST_LOG
from tests.web.route_table_market import FEED, MARKET
from tests.web.route_table_metrics import NUMBERS
from tests.web.route_table_products import PRODUCTS
from tests.web.route_table_runs import ADMIN_RUNS, RUNS
from tests.web.route_table_sending import SENDING
from tests.web.route_table_sync import SYNC
from tests.web.route_table_troubles import TROUBLES

NEW_PASSWORD = "четыре медных самовара у окна"

OPEN = {"registration": "open"}
NEWCOMER = {"name": "Новый", "email": "newcomer@example.ru", "password": NEW_PASSWORD}
BORIS = "/admin/users/{another}"
PROVED = {"current": PASSWORD}
EDITED = {"name": "Борис", "email": "boris@example.ru", "role": "user", "time_zone": "Asia/Omsk"}

PUBLIC = (
    row("GET /", anyone(to("/login"), to("/profile"))),
    row("GET /health", anyone(OK)),
    row("GET /setup", anyone(VOID), at="/setup?key={key}"),
    row("POST /setup", anyone(VOID), form=NEWCOMER | {"key": "{key}"}),
    row("GET /login", anyone(OK, to("/profile"))),
    row(
        "POST /login",
        anyone(done("/profile")),
        form={"email": EMAILS[Who.USER], "password": PASSWORD},
    ),
    row(
        "POST /login",
        anyone(NOT_TAKEN),
        case="refused",
        form={"email": GUEST, "password": PASSWORD},
    ),
    row("GET /logout", anyone(to("/login"), OK)),
    row("POST /logout", anyone(to("/login"), done("/login"))),
    row("GET /register", anyone(NOT_FOUND)),
    row("POST /register", anyone(NOT_FOUND), form=NEWCOMER),
    row("GET /register", anyone(OK, to("/profile")), case="open", settings=OPEN),
    row("POST /register", anyone(MADE), form=NEWCOMER, case="open", settings=OPEN),
    row("GET /confirm-email", split(to("/resend-confirm"), OK, to("/profile"))),
    row("GET /confirm-email", anyone(OK), at="/confirm-email?token={confirm}"),
    row("GET /confirm-email", anyone(VOID), at="/confirm-email?token=x"),
    row(
        "POST /confirm-email",
        anyone(done("/profile")),
        form={"token": "{confirm}", "password": PASSWORD},
    ),
    row(
        "POST /confirm-email",
        anyone(NOT_TAKEN) | {Who.PENDING: done("/profile")},
        case="without the password",
        form={"token": "{confirm}"},
    ),
    row("GET /resend-confirm", anyone(OK)),
    row("POST /resend-confirm", anyone(OK), form={"email": EMAILS[Who.PENDING]}),
    row("GET /forgot-password", anyone(OK)),
    row("POST /forgot-password", anyone(OK), form={"address": EMAILS[Who.USER]}),
    row("GET /reset-password", anyone(OK), at="/reset-password?token={reset}"),
    row("GET /reset-password", anyone(VOID)),
    row(
        "POST /reset-password",
        anyone(done("/profile")),
        form={"token": "{reset}", "password": NEW_PASSWORD},
    ),
    row("GET /invite", anyone(OK), at="/invite?token={invite}"),
    row("GET /invite", anyone(VOID)),
    row(
        "POST /invite",
        anyone(done("/profile")),
        form={"token": "{invite}", "name": "Гость", "password": NEW_PASSWORD},
    ),
    row("GET /docs", anyone(OK)),
    row("GET /redoc", anyone(OK)),
    row("GET /openapi.json", anyone(OK)),
    row("GET /static", anyone(OK), at="/static/x/app.css"),
    row("GET /static", anyone(NOT_FOUND), at="/static/x/../app.py"),
)

# Everybody's own account goes, but for the last one of the system.
_GONE = active(done("/login")) | {Who.SYSTEM: NOT_TAKEN}

OWN_PAGES = (
    row("GET /profile", active(OK)),
    row("GET /profile/edit", active(OK)),
    row("POST /profile/edit", active(done("/profile/edit")), form=EDITED | PROVED),
    row("GET /profile/change-password", active(OK)),
    row(
        "POST /profile/change-password",
        active(done("/profile/edit")),
        form={"current": PASSWORD, "password": NEW_PASSWORD},
    ),
    row("GET /profile/delete", active(OK)),
    row("POST /profile/delete", _GONE, form={"password": PASSWORD}),
    row("GET /profile/phone", active(OK)),
    row(
        "POST /profile/phone",
        active(done("/profile/phone")),
        form={"phone": "+79161234567"} | PROVED,
    ),
    row("POST /profile/phone", active(NOT_TAKEN), case="code", form={"code": "000000"}),
    row("POST /profile/phone", active(done("/profile/phone")), case="drop", form={"drop": "1"}),
    row(
        "POST /profile/theme",
        active(done("/profile/edit")),
        form={"theme": "dark", "next": "/profile/edit"},
    ),
)

ADMIN_PAGES = (
    row("GET /admin/users", permitted(OK)),
    row("GET /admin/users", permitted(OK), at="/admin/users?q=boris&status=active&page=2"),
    row("GET /admin/users/new", permitted(OK)),
    row(
        "POST /admin/users/new",
        permitted(done("/admin/users/{next}")),
        form={"email": "newcomer@example.ru", "name": "", "role": "user"},
    ),
    row("GET /admin/users/{id}", permitted(OK), at=BORIS),
    row("GET /admin/users/{id}", permitted(OK), at="/admin/users/{system}"),
    row(
        "POST /admin/users/{id}/activate",
        permitted(done("/admin/users/{suspended}")),
        at="/admin/users/{suspended}/activate",
    ),
    row("POST /admin/users/{id}/suspend", permitted(done(BORIS)), at=BORIS + "/suspend"),
    row(
        "POST /admin/users/{id}/reset-password",
        permitted(done(BORIS)),
        at=BORIS + "/reset-password",
    ),
    row(
        "POST /admin/users/{id}/send-invite",
        permitted(done("/admin/users/{guest}")),
        at="/admin/users/{guest}/send-invite",
    ),
    row("POST /admin/users/{id}/send-invite", permitted(Answer(409)), at=BORIS + "/send-invite"),
    row("POST /admin/users/{id}/edit", permitted(done(BORIS)), at=BORIS + "/edit", form=EDITED),
    row("POST /admin/users/{id}/delete", permitted(done("/admin/users")), at=BORIS + "/delete"),
    row("GET /admin/roles", permitted(OK)),
    row(
        "POST /admin/roles/{id}/permissions",
        permitted(done("/admin/roles")),
        at="/admin/roles/{role}/permissions",
        form={"permission": "users.view"},
    ),
    row("GET /admin/audit", permitted(OK)),
)

ROWS = (
    *PUBLIC,
    *OWN_PAGES,
    *ENDS,
    *MARKET,
    *FEED,
    *SENDING,
    *SYNC,
    *TROUBLES,
    *CALLED,
    *ADMIN_PAGES,
    *NUMBERS,
    *REQUEST_LOG,
    *RUNS,
    *ADMIN_RUNS,
    *CATALOG,
    *PRODUCTS,
)
