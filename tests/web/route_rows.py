"""What the table of routes is made of: a row, and what each kind of person may get."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.web.crowd import Who


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


def active_by_json(answer: Answer) -> Answers:
    """Answer whoever is signed in and active, where programs ask."""
    return split(Answer(401), FORBIDDEN, answer)


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
