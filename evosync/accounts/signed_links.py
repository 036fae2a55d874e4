"""One-time links: signed over the state that they change, so that whoever uses one voids it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from evosync.accounts.refusals import LinkVoid
from evosync.db.accounts import User

PURPOSE = "links"
LONGEST_TOKEN = 500  # characters; ours are shorter

_BROKEN = "Ссылка повреждена. Откройте её из письма целиком."
_USED = "Эта ссылка уже использована или заменена новой."


class LinkKind(StrEnum):
    """What a link is for, and so the page that it leads to."""

    CONFIRM = "confirm-email"
    RESET = "reset-password"
    INVITE = "invite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes links and reads them. `keys` are the newest first; older ones still open theirs."""

    keys: Sequence[bytes] = field(repr=False)
    public_url: str
    lifetimes: dict[LinkKind, timedelta]
    clock: Callable[[], datetime]

    def make(self, kind: LinkKind, user: User) -> str:
        """Make the link for an account as it stands now."""
        token = self._serializer(kind).dumps([user.id, _state(kind, user)])
        return f"{self.public_url}/{kind.value}?token={token}"

    def read(self, kind: LinkKind, token: str) -> int:
        """Return the id of whose link it is, used or not. Raises LinkVoid."""
        return self._load(kind, token)[0]

    def check(self, kind: LinkKind, token: str, user: User | None) -> User:
        """Return the account if the link still does something to it. Raises LinkVoid."""
        user_id, state = self._load(kind, token)
        if user is None or user.id != user_id or state != _state(kind, user):
            raise LinkVoid(_USED)
        return user

    def _load(self, kind: LinkKind, token: str) -> tuple[int, str]:
        if len(token) > LONGEST_TOKEN:
            raise LinkVoid(_BROKEN)
        lifetime_s = int(self.lifetimes[kind].total_seconds())
        try:
            match self._serializer(kind).loads(token, max_age=lifetime_s):
                case [int() as user_id, str() as state]:
                    return user_id, state
                case _:
                    raise LinkVoid(_BROKEN)
        except SignatureExpired:
            raise LinkVoid("Срок этой ссылки вышел.") from None
        except BadSignature:
            raise LinkVoid(_BROKEN) from None

    def _serializer(self, kind: LinkKind) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            # itsdangerous signs with the last one.
            list(reversed(self.keys)),
            salt=kind.value,
            signer=_ClockSigner,
            signer_kwargs={"clock": self.clock},
        )


class _ClockSigner(TimestampSigner):
    """Signs by the clock that it is given."""

    def __init__(self, *args: Any, clock: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock().timestamp())


def _state(kind: LinkKind, user: User) -> str:
    """Return a digest of what using the link changes, or makes pointless."""
    ends = {
        LinkKind.CONFIRM: (user.new_email, user.email_confirmed_at),
        LinkKind.RESET: (user.password_hash, user.password_changed_at),
        LinkKind.INVITE: (user.password_hash, user.invited_at),
    }
    parts = [str(part) for part in (user.email, user.status, *ends[kind])]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
