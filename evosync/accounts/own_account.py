"""What people do to their own account: name, e-mail, password, phone, its end."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from evosync.accounts.addresses import checked_email, checked_phone
from evosync.accounts.administration import clear_away, shut_for_deletion
from evosync.accounts.desk import CONFIRM_LIFETIME, Actor, Desk
from evosync.accounts.passwords import hash_password, verify_password
from evosync.accounts.recovery import forgot_url
from evosync.accounts.refusals import NoSuchUser, Refused
from evosync.accounts.sign_in import Visit
from evosync.accounts.signed_links import LinkKind
from evosync.accounts.throttling import Limit
from evosync.alerts import letters
from evosync.db import account_changes, accounts, sessions
from evosync.db.accounts import User
from evosync.db.journal import write_act
from evosync.db.roles import lock_keys
from evosync.db.types import Tx

CODE_LIFETIME = timedelta(minutes=10)
CODE_DIGITS = 6

WRONG_PASSWORD = "Это не ваш нынешний пароль."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEdit:
    """What is to stand in one's own account."""

    name: str
    email: str
    time_zone: str
    password: str = field(repr=False, default="")


async def edit_own(desk: Desk, user: User, wanted: OwnEdit, visit: Visit) -> str | None:
    """Change one's name and time zone; an e-mail waits for its confirmation.

    An e-mail opens the account, so another one asks for the password.
    Returns the e-mail that a letter was sent to, if any. Whether another
    account has it is not told: that is what the letter is for. Raises Refused
    and TooMany.
    """
    email, now = checked_email(wanted.email), desk.clock()
    is_new = accounts.fold_email(email) != accounts.fold_email(user.email or "")
    if is_new:
        await prove(desk, user, wanted.password, field="current")
        await desk.throttle.admit(Limit.LETTER_BY_ACCOUNT, f"own {user.id}")

    async def change(tx: Tx) -> User:
        standing = await _standing(tx, user)
        await account_changes.set_name(tx, user.id, wanted.name, now)
        await account_changes.set_look(tx, user.id, now, time_zone=wanted.time_zone)
        if is_new:
            _still_proven(user, standing, field="current")
            await account_changes.set_new_email(tx, user.id, email, now)
        elif email != user.email:
            await account_changes.respell_email(tx, user.id, email, now)
        await write_act(tx, desk.act("account.edited", Actor.of(user, visit.address), user))
        return await _standing(tx, user)

    changed = await desk.database.write(change)
    if not is_new:
        return None
    link = desk.links.make(LinkKind.CONFIRM, changed)
    hours = int(CONFIRM_LIFETIME.total_seconds()) // 3600
    desk.post.later(letters.confirm_new_email_letter(email, link=link, hours=hours))
    return email


async def drop_new_email(desk: Desk, user: User) -> None:
    """Stay with the e-mail that is: the one that waits was mistyped, or is not wanted."""
    await desk.database.write(account_changes.drop_new_email, user.id, desk.clock())


async def set_theme(desk: Desk, user: User, theme: str) -> None:
    """Show pages light, dark, or as the machine does ("auto")."""
    await desk.database.write(account_changes.set_look, user.id, desk.clock(), theme=theme)


async def change_password(
    desk: Desk, user: User, old: str, new: str, visit: Visit, *, session: str
) -> None:
    """Set another password and end all other sessions; `session` (a hash) goes on.

    Raises Refused, WeakPassword and TooMany.
    """
    await prove(desk, user, old, field="current")
    hashed = await hash_password(new, about=(user.email or "", user.name))

    async def change(tx: Tx) -> None:
        _still_proven(user, await _standing(tx, user), field="current")
        await account_changes.set_password(tx, user.id, hashed, desk.clock())
        await sessions.end_sessions(tx, user.id, but=session)
        actor = Actor.of(user, visit.address)
        await write_act(tx, desk.act("account.password_changed", actor, user))

    await desk.database.write(change)
    if user.email:
        desk.post.later(letters.password_changed_letter(user.email, link=forgot_url(desk)))


async def prove(desk: Desk, user: User, password: str, *, field: str = "password") -> None:
    """Make sure that it is the account's own person. Raises Refused and TooMany."""
    await desk.throttle.admit(Limit.OWN_PASSWORD, str(user.id))
    if not await verify_password(password, user.password_hash):
        raise Refused(WRONG_PASSWORD, field=field)


async def delete_own(desk: Desk, user: User, password: str, visit: Visit) -> None:
    """Delete one's own account; goods in VK stay. Raises Refused and TooMany."""
    await prove(desk, user, password)

    async def shut(tx: Tx) -> None:
        # The keys first, as everybody does: in another order two would wait for each other.
        await lock_keys(tx)
        standing = await _standing(tx, user)
        _still_proven(user, standing)
        await shut_for_deletion(desk, tx, standing)
        await write_act(tx, desk.act("account.deleted", Actor.of(user, visit.address), user))

    await desk.database.write(shut)
    await clear_away(desk, user.id)


async def take_phone(desk: Desk, user: User, phone: str, password: str) -> None:
    """Send a code to a phone; it counts when the code comes back. Raises Refused and TooMany.

    A phone opens the account as an e-mail does, so it asks for the password.
    """
    number = checked_phone(phone)
    await prove(desk, user, password, field="current")
    await desk.throttle.admit(Limit.PHONE_CODE_SENT, str(user.id))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    sealed = desk.vault.seal(code)

    async def change(tx: Tx) -> None:
        _still_proven(user, await _standing(tx, user), field="current")
        await account_changes.set_phone(tx, user.id, number, desk.clock(), sealed_code=sealed)

    await desk.database.write(change)
    await desk.sms.send(number, f"Код EvoSync: {code}")


async def confirm_phone(desk: Desk, user: User, code: str, visit: Visit) -> None:
    """Believe the phone whose code came back. Raises Refused and TooMany."""
    await desk.throttle.admit(Limit.PHONE_CODE_TRIED, str(user.id))
    now = desk.clock()

    async def spend(tx: Tx) -> bool:
        standing = await _standing(tx, user)
        if standing.phone_code is None or standing.phone_code_sent_at is None:
            return False
        if now - standing.phone_code_sent_at > CODE_LIFETIME:
            return False
        if not hmac.compare_digest(desk.vault.open(standing.phone_code).encode(), code.encode()):
            return False
        await account_changes.confirm_phone(tx, user.id, now)
        await write_act(
            tx, desk.act("account.phone_confirmed", Actor.of(user, visit.address), user)
        )
        return True

    if not await desk.database.write(spend):
        raise Refused("Код не подошёл или устарел. Запросите новый.", field="code")
    if user.email:
        # A link to a new password may go there from now on.
        desk.post.later(letters.phone_confirmed_letter(user.email, link=forgot_url(desk)))


async def drop_phone(desk: Desk, user: User, visit: Visit) -> None:
    """Forget the phone."""

    async def change(tx: Tx) -> None:
        await _standing(tx, user)
        await account_changes.set_phone(tx, user.id, None, desk.clock())
        actor = Actor.of(user, visit.address)
        await write_act(tx, desk.act("account.phone_dropped", actor, user))

    await desk.database.write(change)


async def _standing(tx: Tx, user: User) -> User:
    """Return the account as its rows are now: it may have been shut a moment ago."""
    standing = await accounts.find_user(tx, user.id, will_save=True)
    if standing is None or not standing.may_come_in:
        raise NoSuchUser
    return standing


def _still_proven(user: User, standing: User, *, field: str = "password") -> None:
    """Make sure that the password was not changed while another one was compared and made."""
    if standing.password_changed_at != user.password_changed_at:
        raise Refused(WRONG_PASSWORD, field=field)
