"""`POST /user/create|verify|token`: what Evotor's cloud calls when a shop installs the application.

It waits ten seconds for the answer, and calls again until it hears 200
(contract, 6.3 and 6.6): so each call is kept first, and acted on afterwards.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import evotor_users
from evosync.accounts.evotor_users import Applicant
from evosync.accounts.refusals import Refused
from evosync.db.notices import NewNotice, save_notice
from evosync.evotor.notices import (
    ACCOUNT_EXISTS,
    APP_TOKEN,
    CREDENTIALS,
    OTHER_ACCOUNT,
    BadNotice,
    Notice,
    read_notice,
    without_secrets,
)
from evosync.jobs.candidates import try_candidates
from evosync.web.auth import visit_of
from evosync.web.description import Description
from evosync.web.state import desk_of, state_of
from evosync.web.webhook_log import logged, took

PREFIXES = ("", "/api/v1")
NAMES = ("create", "verify", "token")
PATHS = frozenset(f"{prefix}/user/{name}" for prefix in PREFIXES for name in NAMES)


# What is taken, for the description; `evosync.evotor.notices` reads it.
EvotorUserId = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["01-000000000000001"])
]
EvotorToken = Annotated[str, Meta(pattern=r"^[!-~]{1,2000}$")]


class NewAccount(msgspec.Struct, kw_only=True, rename="camel"):
    """Somebody installs the application and has no account here; forms may add fields."""

    user_id: EvotorUserId
    email: str | None = None
    name: str | None = None
    phone: str | None = None


class Credentials(msgspec.Struct, kw_only=True, rename="camel"):
    """Somebody installs the application and has an account here."""

    user_id: EvotorUserId
    username: str
    password: str


class DeliveredToken(msgspec.Struct, kw_only=True, rename="camel"):
    """The token by which we read that shop."""

    user_id: EvotorUserId
    token: EvotorToken


class Created(msgspec.Struct, kw_only=True, rename="camel"):
    """The account stands; `token` is how Evotor names this user to us."""

    user_id: str
    token: str


class Verified(msgspec.Struct, kw_only=True, rename="camel"):
    """The account is theirs. Evotor bills, if anybody does."""

    user_id: str
    has_billing: bool
    token: str


class Taken(msgspec.Struct, kw_only=True):
    """The token is kept."""


class NoticeError(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why a call cannot be carried out, by Evotor's codes."""

    code: int
    reason: str | None = None
    subject: str | None = None


class NoticeErrors(msgspec.Struct, kw_only=True):
    """The errors of one call."""

    errors: list[NoticeError]


_ERRORS = {
    400: ("Не то прислано: 2001, 2002, 2003", NoticeErrors),
    401: ("Не тот секрет: 1001; не те почта и пароль: 1006", NoticeErrors),
    409: ("Связано с другой учётной записью: 2004, 2005", NoticeErrors),
    503: ("Вебхуки не настроены", NoticeErrors),
}
CREATE = Description(
    summary="Эвотор: завести учётную запись",
    group="Вебхуки Эвотора",
    takes=NewAccount,
    answers={200: ("Заведена, сейчас или раньше", Created), **_ERRORS},
)
VERIFY = Description(
    summary="Эвотор: войти в учётную запись",
    group="Вебхуки Эвотора",
    takes=Credentials,
    answers={200: ("Это она", Verified), **_ERRORS},
)
TOKEN = Description(
    summary="Эвотор: ключ доступа к магазину",
    group="Вебхуки Эвотора",
    takes=DeliveredToken,
    answers={200: ("Сохранён", Taken), **_ERRORS},
)

Act = Callable[[Request, Notice], Awaitable[msgspec.Struct]]

_ANSWERS = {
    evotor_users.WRONG: (401, CREDENTIALS),
    evotor_users.OTHER: (409, OTHER_ACCOUNT),
    evotor_users.EXISTS: (409, ACCOUNT_EXISTS),
}


async def create(request: Request) -> Response:
    """Make an account, or answer as the first time."""
    return await logged(request, "create", _answered(request, "create", _create))


async def verify(request: Request) -> Response:
    """Tie an account to the Evotor user."""
    return await logged(request, "verify", _answered(request, "verify", _verify))


async def token(request: Request) -> Response:
    """Keep a token, and try it behind the answer."""
    return await logged(request, "token", _answered(request, "token", _token))


async def _answered(request: Request, kind: str, act: Act) -> Response:
    desk = desk_of(request)
    secret = desk.settings.evotor_webhook_secret
    if not secret:
        return _errors(503, NoticeError(code=APP_TOKEN, reason="webhooks are not set up"))
    if not _is_evotor(request.headers.get("authorization", ""), secret):
        return _errors(401, NoticeError(code=APP_TOKEN))
    body = await request.body()
    took(request, body=body)
    try:
        answer = await act(request, read_notice(body))
    except BadNotice as bad:
        kept = NewNotice(
            kind=kind, evotor_user_id=None, body={"bytes": len(body)}, error=str(bad.code)
        )
        await desk.database.write(save_notice, kept, None, desk.clock())
        error = NoticeError(code=bad.code, reason=bad.reason or None, subject=bad.subject or None)
        return _errors(400, error)
    except Refused as refused:
        status, code = _ANSWERS[refused.code]
        return _errors(status, NoticeError(code=code))
    return _json(200, answer)


async def _create(request: Request, notice: Notice) -> Created:
    applicant = Applicant(
        evotor_user_id=notice.user_id,
        email=notice.email,
        name=notice.name,
        phone=notice.phone,
    )
    known = await evotor_users.create_from_evotor(
        desk_of(request), applicant, _kept("create", notice)
    )
    _try_later(request, known.user_id)
    return Created(user_id=notice.user_id, token=known.token)


async def _verify(request: Request, notice: Notice) -> Verified:
    applicant = Applicant(
        evotor_user_id=notice.user_id,
        email=notice.needed("username", "email", "login").strip(),
        password=notice.needed("password"),
    )
    known = await evotor_users.verify_from_evotor(
        desk_of(request), applicant, _kept("verify", notice), visit_of(request).address
    )
    _try_later(request, known.user_id)
    return Verified(user_id=notice.user_id, has_billing=False, token=known.token)


async def _token(request: Request, notice: Notice) -> Taken:
    desk, delivered = desk_of(request), notice.needed_key("token")
    kept = replace(_kept("token", notice), sealed=desk.vault.seal(delivered))
    user_id = await evotor_users.token_from_evotor(desk, notice.user_id, delivered, kept)
    if user_id is not None:
        _try_later(request, user_id)
    return Taken()


def _kept(kind: str, notice: Notice) -> NewNotice:
    return NewNotice(kind=kind, evotor_user_id=notice.user_id, body=without_secrets(notice.fields))


def _try_later(request: Request, user_id: int) -> None:
    """Try what was delivered for a user, behind the answer."""
    state = state_of(request)
    took(request, user_id=user_id)

    async def look() -> None:
        if await try_candidates(state.opened, user_id):
            await state.mirroring.read_soon(user_id)

    # Of each delivery: one that comes while another is tried would else wait for the next round.
    state.desk.errands.begin(f"token {secrets.token_hex(8)}", look)


def _is_evotor(header: str, secret: str) -> bool:
    """Tell whether a call brings the secret: as Bearer, as Basic's password, or bare."""
    scheme, _, rest = header.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            given = rest.strip()
        case "basic":
            given = _password_of(rest.strip())
        case _:
            given = header.strip()
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _password_of(pair: str) -> str:
    try:
        return base64.b64decode(pair, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _errors(status: int, *errors: NoticeError) -> Response:
    return _json(status, NoticeErrors(errors=list(errors)))


def _json(status: int, answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
