"""Who gets what from each route. A new route needs a row here, one for each of its methods.

A row is `row("POST /address/{id}", to_whom(…), at=…, form=…)`: the route as
`evosync.web.app` lists it, what each kind of person gets, the address that is
asked for (where it is not the route itself) and a form that would be taken.
Words in braces are those of `Stage.words`. A row of POST whose act is done
says `done(where it leads)`: then, and only then, rows have changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.web.crowd import EMAILS, GUEST, PASSWORD, Who

NEW_PASSWORD = "четыре медных самовара у окна"


@dataclass(frozen=True, slots=True)
class Answer:
    """A number, where it leads, and whether something is different afterwards."""

    status: int
    to: str | None = None
    changes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """One method of one route: what is asked, and what each kind of person gets."""

    route: str
    method: str
    answers: Mapping[Who, Answer]
    at: str
    form: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    case: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.at} {self.case}".strip()


OK = Answer(200)
FORBIDDEN = Answer(403)
NOT_FOUND = Answer(404)
NOT_TAKEN = Answer(422)
VOID = Answer(410)
SIGN_IN = Answer(303, "{sign_in}")  # a GET says there where to go on to
CONFIRM_FIRST = Answer(303, "/confirm-email")
MADE = Answer(200, changes=True)

Answers = dict[Who, Answer]


def to(place: str) -> Answer:
    """Lead elsewhere."""
    return Answer(303, place)


def done(place: str) -> Answer:
    """Do it, and lead on."""
    return Answer(303, place, changes=True)


def anyone(answer: Answer, signed_in: Answer | None = None) -> Answers:
    """Answer everybody, or those who are signed in otherwise."""
    return split(answer, signed_in or answer, signed_in or answer)


def split(outside: Answer, pending: Answer, inside: Answer) -> Answers:
    """Answer those who are not signed in, who wait for a confirmation, and the rest."""
    by_kind = {Who.ANONYMOUS: outside, Who.SUSPENDED: outside, Who.PENDING: pending}
    return {who: by_kind.get(who, inside) for who in Who}


def active(answer: Answer) -> Answers:
    """Answer whoever is signed in and active."""
    return split(SIGN_IN, CONFIRM_FIRST, answer)


def permitted(answer: Answer) -> Answers:
    """Answer administrators; a user is forbidden, be it their own account."""
    return active(answer) | {Who.USER: FORBIDDEN, Who.ANOTHER: FORBIDDEN}


def row(
    route: str,
    answers: Answers,
    *,
    case: str = "",
    at: str | None = None,
    form: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> RouteRow:
    """Make a row of a method and a path; a second one for both has a `case`."""
    method, path = route.split()
    return RouteRow(
        route=path,
        method=method,
        answers=answers,
        case=case,
        at=at or path,
        form=form or {},
        settings=settings or {},
    )


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

ROWS = (*PUBLIC, *OWN_PAGES, *ADMIN_PAGES)
