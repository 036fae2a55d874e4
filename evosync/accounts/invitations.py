"""Invitations: a pending account, a letter with a link, and the person who comes by it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from evosync.accounts.addresses import checked_email
from evosync.accounts.desk import Actor, Desk
from evosync.accounts.passwords import hash_password
from evosync.accounts.refusals import LinkVoid, NoSuchUser, Refused
from evosync.accounts.registration import make_account
from evosync.accounts.sign_in import SUSPENDED, Visit
from evosync.accounts.signed_links import LinkKind
from evosync.accounts.throttling import Limit, subscriber
from evosync.alerts import letters
from evosync.alerts.mail import Letter
from evosync.db import account_changes, accounts, sessions
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.journal import write_act
from evosync.db.roles import RoleName, lock_keys, set_role
from evosync.db.types import Tx

EXISTS = "Учётная запись с этой почтой уже есть."


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is to be invited, and as what."""

    email: str
    name: str = ""
    role: RoleName = RoleName.USER


Check = Callable[[Tx, User], Awaitable[None]]
"""Asks, in the same transaction, whether an actor may; raises Refused."""


async def all_right(_tx: Tx, _user: User) -> None:
    """Ask nothing: the command line may."""


async def invite(desk: Desk, guest: Guest, actor: Actor, check: Check = all_right) -> User:
    """Make a pending account; the letter is the caller's to send. Raises Refused."""
    now = desk.clock()
    new = NewUser(
        email=checked_email(guest.email), name=guest.name, role=guest.role, invited_at=now
    )

    async def make(tx: Tx) -> User | None:
        await lock_keys(tx)
        detail = {"role": guest.role.value}
        user = await make_account(
            tx, new, now, lambda user: desk.act("account.invited", actor, user, detail)
        )
        if user is not None:
            await check(tx, user)
        return user

    made = await desk.database.write(make)
    if made is None:
        raise Refused(EXISTS, field="email")
    return made


async def invite_again(
    desk: Desk,
    user_id: int,
    actor: Actor,
    check: Check = all_right,
    *,
    role: RoleName | None = None,
) -> User:
    """Void the earlier invitation for a new one, as another role if it is said.

    Raises Refused when there is none to renew.
    """
    now = desk.clock()

    async def renew(tx: Tx) -> User | None:
        await lock_keys(tx)
        user = await accounts.find_user(tx, user_id, will_save=True)
        if user is None:
            raise NoSuchUser
        if not user.is_pending or not user.email:
            return None
        await check(tx, user)
        # Who registered in the guest's name must not come in with a password of their own.
        await account_changes.set_invited(tx, user_id, now)
        await sessions.end_sessions(tx, user_id)
        if role is not None:
            await set_role(tx, user_id, role)
        detail = {} if role is None else {"role": role.value}
        await write_act(tx, desk.act("account.invited", actor, user, detail))
        return await accounts.find_user(tx, user_id)

    renewed = await desk.database.write(renew)
    if renewed is None:
        raise Refused("Приглашать можно только того, кто ещё не вошёл и у кого есть почта.")
    return renewed


def invitation(desk: Desk, user: User, *, inviter: str) -> Letter:
    """Make the letter of an invitation."""
    return letters.invite_letter(
        user.email or "",
        link=desk.links.make(LinkKind.INVITE, user),
        inviter=inviter,
        hours=desk.settings.invite_expire_hours,
    )


async def find_guest(desk: Desk, token: str) -> User:
    """Return who is invited by the link. Raises LinkVoid."""
    user_id = desk.links.read(LinkKind.INVITE, token)
    async with desk.database.read() as tx:
        return _guest(desk, token, await accounts.find_user(tx, user_id))


async def accept(desk: Desk, token: str, name: str, password: str, visit: Visit) -> User:
    """Let the guest in: a password, a name, an active account with a believed e-mail.

    Raises LinkVoid, WeakPassword and TooMany.
    """
    await desk.throttle.admit(Limit.LINK_BY_ADDRESS, subscriber(visit.address))
    known = await find_guest(desk, token)
    hashed = await hash_password(password, about=(known.email or "", name))
    now = desk.clock()

    async def spend(tx: Tx) -> User | None:
        standing = await accounts.find_user(tx, known.id, will_save=True)
        user = _guest(desk, token, standing)
        await account_changes.set_password(tx, user.id, hashed, now)
        # Somebody else may have registered in the guest's name before.
        await sessions.end_sessions(tx, user.id)
        await account_changes.set_name(tx, user.id, name or user.name, now)
        await account_changes.set_email(tx, user.id, user.email or "", now)
        await account_changes.set_status(tx, user.id, UserStatus.ACTIVE, now)
        actor = Actor.of(user, visit.address)
        await write_act(tx, desk.act("account.invitation_accepted", actor, user))
        return await accounts.find_user(tx, user.id)

    accepted = await desk.database.write(spend)
    if accepted is None:
        raise Refused("Учётную запись удалили.")
    return accepted


def _guest(desk: Desk, token: str, standing: User | None) -> User:
    user = desk.links.check(LinkKind.INVITE, token, standing)
    if not user.may_come_in:
        # The link came after the suspension, and only an administrator ends that.
        raise LinkVoid(SUSPENDED)
    return user
