"""A forgotten password: a link to the e-mail or to the confirmed phone, and a new password."""

from evosync.accounts.addresses import checked_phone
from evosync.accounts.desk import RESET_LIFETIME, Actor, Desk
from evosync.accounts.invitations import invitation
from evosync.accounts.passwords import hash_password
from evosync.accounts.refusals import LinkVoid, Refused
from evosync.accounts.sign_in import SUSPENDED, Visit
from evosync.accounts.signed_links import LinkKind
from evosync.accounts.throttling import Limit, subscriber
from evosync.alerts import letters
from evosync.alerts.mail import Letter
from evosync.db import account_changes, accounts, sessions
from evosync.db.accounts import User, UserStatus
from evosync.db.journal import write_act
from evosync.db.types import Tx

_MINUTES = int(RESET_LIFETIME.total_seconds()) // 60


async def ask_for_reset(desk: Desk, address: str, visit: Visit) -> None:
    """Send a link to an e-mail or a confirmed phone, if there is one.

    Neither the answer nor its time tells whether there is: the account is
    looked for when the answer has gone. Raises TooMany.
    """
    await desk.throttle.admit(Limit.LETTER_BY_ADDRESS, subscriber(visit.address))
    known = _one_spelling(address)
    await desk.throttle.admit(Limit.RESET_BY_ACCOUNT, known)
    send = _send_by_mail if "@" in known else _send_by_phone
    desk.errands.begin(f"reset {known}", lambda: send(desk, known))


def reset_letter(desk: Desk, user: User) -> Letter:
    """Make the letter with the link to a new password."""
    link = desk.links.make(LinkKind.RESET, user)
    return letters.reset_letter(user.email or "", link=link, minutes=_MINUTES)


async def find_forgetful(desk: Desk, token: str) -> User:
    """Return whose password the link sets. Raises LinkVoid."""
    user_id = desk.links.read(LinkKind.RESET, token)
    async with desk.database.read() as tx:
        return _forgetful(desk, token, await accounts.find_user(tx, user_id))


async def reset_password(desk: Desk, token: str, password: str, visit: Visit) -> User:
    """Set another password; all sessions end. Returns the account, to be let in by the link.

    Raises LinkVoid, WeakPassword and TooMany.
    """
    await desk.throttle.admit(Limit.LINK_BY_ADDRESS, subscriber(visit.address))
    known = await find_forgetful(desk, token)
    hashed = await hash_password(password, about=(known.email or "", known.name))
    now = desk.clock()

    async def spend(tx: Tx) -> User:
        standing = await accounts.find_user(tx, known.id, will_save=True)
        user = _forgetful(desk, token, standing)
        await account_changes.set_password(tx, user.id, hashed, now)
        await sessions.end_sessions(tx, user.id)
        if user.is_pending:
            # The link came by letter: phones are only confirmed by those who are in already.
            await account_changes.set_email(tx, user.id, user.email or "", now)
            await account_changes.set_status(tx, user.id, UserStatus.ACTIVE, now)
        actor = Actor.of(user, visit.address)
        await write_act(tx, desk.act("account.password_reset", actor, user))
        return await accounts.find_user(tx, user.id) or user

    user = await desk.database.write(spend)
    if user.email:
        desk.post.later(letters.password_changed_letter(user.email, link=forgot_url(desk)))
    return user


async def _send_by_mail(desk: Desk, email: str) -> None:
    async with desk.database.read() as tx:
        user = await accounts.find_user_by_email(tx, email)
    if user is not None and user.may_come_in:
        # Who was invited and never came has no password to forget.
        is_reset = user.password_hash is not None
        desk.post.later(
            reset_letter(desk, user) if is_reset else invitation(desk, user, inviter="")
        )


async def _send_by_phone(desk: Desk, phone: str) -> None:
    async with desk.database.read() as tx:
        user = await accounts.find_user_by_phone(tx, phone)
    if user is not None and user.status is UserStatus.ACTIVE:
        link = desk.links.make(LinkKind.RESET, user)
        await desk.sms.send(phone, f"Новый пароль EvoSync: {link}")


def _forgetful(desk: Desk, token: str, standing: User | None) -> User:
    user = desk.links.check(LinkKind.RESET, token, standing)
    if not user.may_come_in:
        # The link came after the suspension, and only an administrator ends that.
        raise LinkVoid(SUSPENDED)
    return user


def _one_spelling(address: str) -> str:
    """Return an e-mail or a phone as whoever spells it otherwise would have it, too."""
    if "@" in address:
        return accounts.fold_email(address)
    try:
        return checked_phone(address)
    except Refused:
        return address


def forgot_url(desk: Desk) -> str:
    """Return where whoever did not change the password goes."""
    return f"{desk.settings.public_url}/forgot-password"
