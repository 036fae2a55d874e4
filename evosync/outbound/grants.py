"""OAuth 2: a question for tokens, and what came of it. The services' own modules word the question.

RFC 6749, sections 5 and 6; PKCE is RFC 7636.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import msgspec

from evosync.errors import TryLater
from evosync.outbound.client import Client, Request, Unreachable
from evosync.redact import mask_text

_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})

# A lease is held meanwhile, which must outlast two tries of it.
TIMEOUT_S = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens that were given. What the service did not tell is None."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False, default=None)
    expires_in_s: int | None = None
    scope: str | None = None
    user_id: int | None = None
    state: str | None = None

    def ends_at(self, given_at: datetime) -> datetime | None:
        """Return when the access token ends; None when nobody told."""
        if self.expires_in_s is None:
            return None
        return given_at + timedelta(seconds=self.expires_in_s)


# What says that these very tokens are of no use any more: RFC 6749, section 5.2, and RFC 6750.
_SPENT = frozenset({"invalid_grant", "invalid_token"})

# What is said of who asks: a setting of ours that is wrong (RFC 6749, section 5.2).
_OURS = frozenset(
    {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)

# What says nothing of them: RFC 6749, section 4.1.2.1, RFC 8628, and plain words of gateways.
_PASSING = frozenset(
    {"server_error", "temporarily_unavailable", "slow_down", "too_many_requests", "internal_error"}
)


class Denied(Exception):
    """The service said no: its own short word for why, free of secrets."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    @property
    def is_final(self) -> bool:
        """Whether it is said of the code or the refresh token, and not of who asks with it."""
        return self.why in _SPENT

    @property
    def is_ours(self) -> bool:
        """Whether whoever installed EvoSync has to mend it, and not the person."""
        return self.why in _OURS


class _Answer(msgspec.Struct):
    error: object = None
    access_token: object = None
    refresh_token: object = None
    expires_in: object = None
    scope: object = None
    user_id: object = None
    state: object = None


async def ask_grant(client: Client, request: Request, *, service: str) -> Grant:
    """Ask for tokens once. Raises Denied, and TryLater when there was no answer to understand.

    Only the service's own JSON is a no: a page of a gateway must not cost
    anybody their sign-in. `service` is what the sentence of a TryLater calls it.
    """
    later = TryLater(f"{service} не ответил. Попробуйте через минуту.", code="unreachable")
    try:
        answer = await client.send(request)
    except Unreachable as error:
        later.cause = error.cause
        raise later from None
    try:
        told = msgspec.json.decode(answer.body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = _Answer()
    why = mask_text(str(told.error))[:100]
    is_passing = answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if told.error is not None and not is_passing and why not in _PASSING:
        raise Denied(why)
    if told.error is not None or not isinstance(told.access_token, str) or not told.access_token:
        later.cause = f"HTTP {answer.status}, no tokens in the answer"
        raise later
    return Grant(
        access_token=told.access_token,
        refresh_token=_text(told.refresh_token),
        expires_in_s=_number(told.expires_in),
        scope=_text(told.scope),
        user_id=_number(told.user_id),
        state=_text(told.state),
    )


def make_secret() -> str:
    """Make a state, or a PKCE verifier: 43 to 128 of RFC 7636's characters."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    match value:
        case bool():
            return None
        case int() if value > 0:
            return value
        case str() if value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value) or None
        case _:
            return None
