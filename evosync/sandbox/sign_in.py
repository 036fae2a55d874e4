"""What both fake sign-ins share: troubles, refusals, the page that asks a person, the way back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.sandbox.faults import Fault, Faults
from evosync.sandbox.rendering import page
from evosync.sandbox.stricken import respond_under

# Whether the person is asked on a page, says yes at once, or no.
Consent = Literal["ask", "grant", "refuse"]

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFault(Fault):
    """One trouble for the next calls of a program that signs somebody in.

    Attributes:
        call: a pattern; the calls are `auth` (a code for tokens), `refresh`
            and, of VK ID, `revoke`, `logout` and `user_info`.
        error: the OAuth error to answer with; with `after_work`, the call is
            carried out all the same.
        detail: its error_description.

    """

    call: str = "*"
    error: str | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        """Refuse what makes no sense; raises ValueError."""
        Fault.__post_init__(self)
        if self.error is not None and (self.replaces_answer or self.cut):
            raise ValueError("error excludes status, drop, hang and cut")
        if self.error is None and self.detail:
            raise ValueError("detail needs an error")

    @property
    def works(self) -> bool:
        """Whether a call that it strikes is carried out, if nothing but the error keeps it."""
        return self.error is None or self.after_work


class OAuthRefused(Exception):
    """The answer is an OAuth error; `status` only where it is not the usual one."""

    def __init__(self, error: str, description: str, *, status: int | None = None) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Somebody who may sign in, as the page lists them."""

    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the page asks: who signs in, and whether the program may have these rights."""

    service: str
    people: Iterable[Choice]
    rights: Iterable[str]
    asked: Mapping[str, str]
    style: str

    def show(self) -> Response:
        """Return the page; its form sends `asked` again, with `person` and `answer`."""
        return page("consent.html", question=self, people=list(self.people), rights=self.rights)


async def read_parameters(request: Request) -> dict[str, str]:
    """Return the parameters of the query and of the form; those of the form win."""
    async with request.form() as form:
        body = {key: value for key, value in form.items() if isinstance(value, str)}
    return dict(request.query_params) | body


def needed(given: Mapping[str, str], name: str) -> str:
    """Return a parameter that must be there; raises OAuthRefused."""
    value = given.get(name, "")
    if not value:
        raise OAuthRefused("invalid_request", f"{name} is missing or invalid")
    return value


def is_registered(address: str, registered: tuple[str, ...], ending: str) -> bool:
    """Tell whether a browser may be sent there: to one of the list or, if it is empty, by path."""
    if registered:
        return address in registered
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that do not fit
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.fragment
    return is_web and parts.path.endswith(ending)


def send_back(address: str, params: Mapping[str, object]) -> Response:
    """Send the browser back to the program, the parameters added to its address."""
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *params.items()])
    return RedirectResponse(parts._replace(query=query).geturl(), status_code=_SEE_OTHER)


def show_mistake(service: str, sentence: str, style: str) -> Response:
    """Tell the person that the program has sent them here with a wrong request."""
    return page("consent_mistake.html", 400, service=service, sentence=sentence, style=style)


def answer_call(
    faults: Faults[SignInFault],
    call: str,
    work: Callable[[], object],
    refuse: Callable[[OAuthRefused], Response],
) -> Response:
    """Carry out a call whose request is read, and answer it, unless a fault strikes."""
    fault = faults.take(lambda waiting: fnmatchcase(call, waiting.call))

    async def respond() -> Response:
        try:
            body = work() if fault is None or fault.works else None
        except OAuthRefused as refused:
            return refuse(refused)
        if fault is not None and fault.error is not None:
            return refuse(OAuthRefused(fault.error, fault.detail))
        return json_answer(body)

    return respond_under(fault, respond, body_is_read=True)


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with JSON that nobody may keep."""
    return Response(
        msgspec.json.encode(body),
        status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
