"""How an account comes to be: the first one, those that register, and the e-mail confirmed."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from evosync.accounts.addresses import checked_email
from evosync.accounts.desk import CONFIRM_LIFETIME, Actor, Desk
from evosync.accounts.passwords import hash_password, verify_password
from evosync.accounts.refusals import LinkVoid, Refused
from evosync.accounts.sign_in import Visit, admit_sign_in
from evosync.accounts.signed_links import LinkKind
from evosync.accounts.throttling import Limit, subscriber
from evosync.alerts import letters
from evosync.db import account_changes, accounts, sessions
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.journal import Act, write_act
from evosync.db.roles import RoleName, lock_keys
from evosync.db.types import Tx

_HOURS = int(CONFIRM_LIFETIME.total_seconds()) // 3600

OWN_ONLY = "Новую почту подтверждает только сам человек: войдите и откройте ссылку ещё раз."
NOT_THAT_ONE = (
    "Учётную запись заводили с другим паролем. Если это были не вы или вы его забыли, "
    "задайте новый: «Забыли пароль?» на странице входа."
)
FIRST_BY_LINK = "Первую учётную запись создают по ссылке из журнала EvoSync."
TAKEN = "Эта почта уже занята другой учётной записью."


async def set_up(desk: Desk, key: str, new: NewUser, password: str, visit: Visit) -> User:
    """Make the first account, of the system. Raises LinkVoid, Refused and WeakPassword."""
    if not is_setup_key(desk, key):
        raise LinkVoid("Ссылка устарела: возьмите новую из журнала сервиса.")
    email = checked_email(new.email or "")
    hashed = await hash_password(password, about=(email, new.name))
    now = desk.clock()
    account = NewUser(
        email=email,
        name=new.name,
        role=RoleName.SYSTEM,
        status=UserStatus.ACTIVE,
        password_hash=hashed,
        email_confirmed_at=now,
    )

    async def make(tx: Tx) -> User | None:
        await lock_keys(tx)
        if await accounts.has_any_user(tx):
            return None
        return await make_account(
            tx,
            account,
            now,
            lambda user: desk.act("account.set_up", Actor.of(user, visit.address), user),
        )

    made = await desk.database.write(make)
    if made is None:
        raise LinkVoid("Первая учётная запись уже есть.")
    return made


async def make_account(
    tx: Tx, new: NewUser, now: datetime, entry: Callable[[User], Act]
) -> User | None:
    """Make an account and write that down; None when the e-mail has one already."""
    user_id = await accounts.create_user(tx, new, now)
    made = None if user_id is None else await accounts.find_user(tx, user_id)
    if made is not None:
        await write_act(tx, entry(made))
    return made


def is_setup_key(desk: Desk, key: str) -> bool:
    """Tell whether it is the key that this start printed."""
    return hmac.compare_digest(key.encode(errors="replace"), desk.setup_key.encode())


async def register(desk: Desk, new: NewUser, password: str, visit: Visit) -> None:
    """Make a pending account, and write to it; whoever has one already is written that.

    Neither the answer nor its time tells which: rows are asked when the
    answer has gone. Raises Refused, WeakPassword and TooMany.
    """
    email = checked_email(new.email or "")
    async with desk.database.read() as tx:
        if not await accounts.has_any_user(tx):
            raise Refused(FIRST_BY_LINK)
    await desk.throttle.admit(Limit.LETTER_BY_ADDRESS, subscriber(visit.address))
    await desk.throttle.admit(Limit.LETTER_BY_ACCOUNT, accounts.fold_email(email))
    hashed = await hash_password(password, about=(email, new.name))
    account = NewUser(email=email, name=new.name, password_hash=hashed)
    desk.errands.begin(
        f"register {accounts.fold_email(email)}", lambda: _register(desk, account, email, visit)
    )


async def resend(desk: Desk, email: str, visit: Visit) -> None:
    """Write once more to whoever waits for a confirmation. Raises TooMany, and tells nothing."""
    await desk.throttle.admit(Limit.LETTER_BY_ADDRESS, subscriber(visit.address))
    await desk.throttle.admit(Limit.LETTER_BY_ACCOUNT, accounts.fold_email(email))

    async def look() -> None:
        async with desk.database.read() as tx:
            user = await accounts.find_user_by_email(tx, email)
        if user is not None and user.is_pending and user.password_hash is not None:
            _write_to_confirm(desk, user)

    desk.errands.begin(f"resend {accounts.fold_email(email)}", look)


async def find_confirmed(desk: Desk, token: str) -> User:
    """Return whose e-mail the link confirms. Raises LinkVoid."""
    user_id = desk.links.read(LinkKind.CONFIRM, token)
    async with desk.database.read() as tx:
        return desk.links.check(LinkKind.CONFIRM, token, await accounts.find_user(tx, user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whose it is: the account that is signed in, and the password, where that is asked for."""

    viewer_id: int | None = None
    password: str = field(repr=False, default="")


async def confirm(desk: Desk, token: str, visit: Visit, proof: Proof) -> User:
    """Believe an e-mail: the first one of an account, which is active then, or a new one.

    Only by the account's own person. With a new e-mail that was mistyped a
    stranger would get the account; and whoever confirms what somebody else
    registered in their name would let that one in, so a first e-mail asks for
    the password it was registered with. Raises LinkVoid, TooMany, and Refused
    when another account took the new e-mail meanwhile.
    """
    user_id = desk.links.read(LinkKind.CONFIRM, token)
    now = desk.clock()
    await _prove(desk, await find_confirmed(desk, token), visit, proof)

    async def spend(tx: Tx) -> User:
        standing = await accounts.find_user(tx, user_id, will_save=True)
        user = desk.links.check(LinkKind.CONFIRM, token, standing)
        if not await account_changes.set_email(
            tx, user.id, user.new_email or user.email or "", now
        ):
            raise Refused(TAKEN)
        if user.is_pending:
            await account_changes.set_status(tx, user.id, UserStatus.ACTIVE, now)
            if proof.viewer_id != user.id:
                await sessions.end_sessions(tx, user.id)
        actor = Actor.of(user, visit.address)
        await write_act(tx, desk.act("account.email_confirmed", actor, user))
        return user

    user = await desk.database.write(spend)
    if user.new_email is not None and user.email is not None:
        desk.post.later(letters.email_changed_letter(user.email, new_email=user.new_email))
    return user


async def _prove(desk: Desk, user: User, visit: Visit, proof: Proof) -> None:
    if proof.viewer_id == user.id:
        return
    if user.new_email is not None:
        raise Refused(OWN_ONLY)
    await admit_sign_in(desk, user.email or "", visit)
    if not await verify_password(proof.password, user.password_hash):
        raise Refused(NOT_THAT_ONE, field="password")


async def _register(desk: Desk, account: NewUser, email: str, visit: Visit) -> None:
    made = await desk.database.write(
        make_account,
        account,
        desk.clock(),
        lambda user: desk.act("account.registered", Actor.of(user, visit.address), user),
    )
    if made is not None:
        _write_to_confirm(desk, made)
        return
    link = f"{desk.settings.public_url}/login"
    desk.post.later(letters.already_registered_letter(email, link=link))


def _write_to_confirm(desk: Desk, user: User) -> None:
    link = desk.links.make(LinkKind.CONFIRM, user)
    desk.post.later(letters.confirm_letter(user.email or "", link=link, hours=_HOURS))
