"""Signing in and out: one answer for a wrong e-mail and a wrong password, and in the same time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from evosync.accounts.desk import Actor, Desk
from evosync.accounts.passwords import hash_again, needs_rehash, verify_password
from evosync.accounts.refusals import Refused, TooMany
from evosync.accounts.throttling import Limit, subscriber
from evosync.db import account_changes, accounts, sessions
from evosync.db.accounts import User, UserStatus
from evosync.db.journal import list_addresses, write_act
from evosync.db.sessions import NewSession, Session
from evosync.db.types import Tx

IDLE_LIFETIME = timedelta(days=30)
"""A session that is not used for so long ends; one that is, at `WHOLE_LIFETIME`."""

WHOLE_LIFETIME = timedelta(days=180)
TOUCH_EVERY = timedelta(minutes=10)
KNOWN_FOR = timedelta(days=90)
SIGNED_IN = "account.signed_in"

WRONG = "Почта или пароль не подходят."
SUSPENDED = "Учётная запись приостановлена. Спросите того, кто установил EvoSync."


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """From where somebody comes: the address and the browser's own words for itself."""

    address: str
    user_agent: str = ""


async def sign_in(desk: Desk, email: str, password: str, visit: Visit) -> str:
    """Begin a session and return the cookie's value.

    Raises Refused for whatever does not fit, and TooMany after too many
    tries, before anything is hashed. A pending account may sign in.
    """
    await admit_sign_in(desk, email, visit)
    async with desk.turns:
        async with desk.database.read() as tx:
            user = await accounts.find_user_by_email(tx, email)
        is_right = await verify_password(password, user.password_hash if user else None)
        if user is None or not is_right:
            raise Refused(WRONG)
        if not user.may_come_in:
            raise Refused(SUSPENDED if user.status is UserStatus.SUSPENDED else WRONG)
        fresh = await hash_again(password) if needs_rehash(user.password_hash or "") else None
        return await begin_session(desk, user, visit, rehashed=fresh)


async def begin_session(
    desk: Desk, user: User, visit: Visit, *, rehashed: str | None = None
) -> str:
    """Begin a session of an account and return the cookie's value. Raises Refused.

    The account is looked at once more: it may have been suspended, or its
    password changed, while this one was compared.
    """
    key, now = secrets.token_urlsafe(32), desk.clock()
    new = NewSession(
        key=key,
        user_id=user.id,
        address=visit.address,
        user_agent=visit.user_agent,
        expires_at=now + IDLE_LIFETIME,
    )

    async def begin(tx: Tx) -> bool:
        standing = await accounts.find_user(tx, user.id, will_save=True)
        if standing is None or not standing.may_come_in:
            return False
        if standing.password_changed_at != user.password_changed_at:
            return False
        if rehashed is not None:
            await account_changes.replace_hash(tx, user.id, rehashed, now)
        await sessions.create_session(tx, new, now)
        await account_changes.set_signed_in(tx, user.id, now)
        await write_act(tx, desk.act(SIGNED_IN, Actor.of(user, visit.address), user))
        return True

    if not await desk.database.write(begin):
        raise Refused(WRONG)
    return key


async def find_session(desk: Desk, key: str) -> Session | None:
    """Find the session of a cookie's value, and let it last on; None when it ended."""
    now = desk.clock()
    async with desk.database.read() as tx:
        session = await sessions.find_session(tx, key, now)
    if session is None or not session.user.may_come_in:
        return None
    if now - session.last_seen_at >= TOUCH_EVERY:
        # Whoever only looks must not wait for another process that writes.
        desk.errands.begin(f"touch {session.id_hash}", lambda: _touch(desk, session))
    return session


async def admit_sign_in(desk: Desk, email: str, visit: Visit) -> None:
    """Count a try to sign in. Raises TooMany.

    What an account takes from one address is little, and what it takes in all
    is much. Once that is used up by somebody who has hundreds of addresses, it
    still takes the addresses that its person came in from of late; from any
    other one there is the link to a new password, which comes in by itself.
    """
    whose, account = subscriber(visit.address), accounts.fold_email(email)
    await desk.throttle.admit(Limit.SIGN_IN_BY_ADDRESS, whose)
    await desk.throttle.admit(Limit.SIGN_IN_BY_BOTH, f"{whose} {account}")
    try:
        await desk.throttle.admit(Limit.SIGN_IN_BY_ACCOUNT, account)
    except TooMany:
        async with desk.database.read() as tx:
            since = desk.clock() - KNOWN_FOR
            known = await list_addresses(tx, account, SIGNED_IN, since)
        if whose not in map(subscriber, known):
            raise


async def _touch(desk: Desk, session: Session) -> None:
    now = desk.clock()
    until = min(now + IDLE_LIFETIME, _end_of(session))
    await desk.database.write(sessions.touch_session, session.id_hash, until, now)


async def sign_out(desk: Desk, session: Session) -> None:
    """End a session."""
    await desk.database.write(sessions.end_session, session.id_hash)


def _end_of(session: Session) -> datetime:
    return session.created_at + WHOLE_LIFETIME
