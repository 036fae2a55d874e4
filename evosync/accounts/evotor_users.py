"""Accounts that come from Evotor's cabinet: made there, or tied to one that is here already."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from evosync.accounts.addresses import LONGEST_NAME, checked_email, checked_phone
from evosync.accounts.desk import Actor, Desk
from evosync.accounts.invitations import invitation
from evosync.accounts.passwords import verify_password
from evosync.accounts.refusals import Refused, TooMany
from evosync.accounts.throttling import Limit, subscriber
from evosync.db import account_changes, accounts, notices
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.journal import write_act
from evosync.db.notices import NewNotice
from evosync.db.types import Tx

PURPOSE = "evotor user token"
EVOTOR = Actor(name="Evotor")

WRONG = "wrong"
OTHER = "tied to another"
EXISTS = "exists"
"""Codes of refusals: what did not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Whoever installs the application: Evotor's id of them, and what they typed."""

    evotor_user_id: str
    email: str = ""
    name: str = ""
    phone: str = ""
    password: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An account that is tied to an Evotor user, and the token by which Evotor names it to us."""

    user_id: int
    token: str = field(repr=False)


def user_token(desk: Desk, evotor_user_id: str) -> str:
    """Make the token by which Evotor names this user to us: always the same under one key."""
    key = desk.vault.derive(PURPOSE)[0]
    digest = hmac.digest(key, evotor_user_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def create_from_evotor(desk: Desk, applicant: Applicant, notice: NewNotice) -> Known:
    """Make a pending account for an Evotor user; one that has an account keeps it.

    Its token is the same each time. A letter with a link to a password goes
    to the e-mail, where one was typed. Raises Refused (`EXISTS`) when the
    e-mail has an account: nobody gets into that without its password.
    """
    email, phone = _email_of(applicant), _phone_of(applicant)
    now, token = desk.clock(), user_token(desk, applicant.evotor_user_id)

    async def make(tx: Tx) -> tuple[User, str, bool] | None:
        standing = await notices.find_by_evotor_user(tx, applicant.evotor_user_id)
        is_new = standing is None
        if standing is None:
            standing = await _make(tx, desk, applicant, email, phone)
        if standing is None:
            # The same call may have come twice in one moment.
            is_new = False
            standing = await notices.find_by_evotor_user(tx, applicant.evotor_user_id)
        if standing is None:
            await notices.save_notice(tx, notice, None, now)
            return None
        kept = await _take_in(tx, desk, standing, applicant, notice, token)
        return standing, kept, is_new

    made = await desk.database.write(make)
    if made is None:
        raise Refused("exists", code=EXISTS)
    user, kept, is_new = made
    if is_new and user.email:
        await _invite(desk, user)
    return Known(user_id=user.id, token=desk.vault.open(kept))


async def verify_from_evotor(
    desk: Desk, applicant: Applicant, notice: NewNotice, address: str
) -> Known:
    """Tie an account to an Evotor user, by its e-mail and password.

    Raises Refused: `WRONG` for whatever does not fit, too many tries among
    them, and `OTHER` when either of the two is tied to another already.
    """
    try:
        await desk.throttle.admit(Limit.VERIFY_BY_ADDRESS, subscriber(address))
        await desk.throttle.admit(Limit.VERIFY_BY_ACCOUNT, accounts.fold_email(applicant.email))
    except TooMany:
        await desk.database.write(notices.save_notice, notice, None, desk.clock())
        raise Refused("too many", code=WRONG) from None
    async with desk.turns:
        async with desk.database.read() as tx:
            user = await accounts.find_user_by_email(tx, applicant.email)
        is_right = await verify_password(applicant.password, user.password_hash if user else None)
    if user is None or not is_right or user.status is not UserStatus.ACTIVE:
        await desk.database.write(notices.save_notice, notice, None, desk.clock())
        raise Refused("wrong", code=WRONG)
    kept = await desk.database.write(_tie, desk, user, applicant, notice)
    if kept is None:
        raise Refused("other", code=OTHER)
    return Known(user_id=user.id, token=desk.vault.open(kept))


async def token_from_evotor(
    desk: Desk, evotor_user_id: str, token: str, notice: NewNotice
) -> int | None:
    """Keep a delivered token until it is tried; one of an unknown user waits for the account.

    Returns whose tokens there are to try now, if anybody's.
    """

    async def keep(tx: Tx) -> int | None:
        now = desk.clock()
        user = await notices.find_by_evotor_user(tx, evotor_user_id)
        await notices.save_notice(tx, notice, None if user is None else user.id, now)
        if user is None:
            return None
        await notices.ensure_row(tx, user.id, now)
        await notices.add_candidate(tx, desk.vault, user.id, token, now)
        return user.id if user.may_come_in else None

    return await desk.database.write(keep)


async def _make(tx: Tx, desk: Desk, applicant: Applicant, email: str, phone: str) -> User | None:
    """Make an account and tie it, or neither; None when the e-mail or the Evotor user has one."""
    now = desk.clock()
    name = " ".join("".join(filter(str.isprintable, applicant.name)).split())[:LONGEST_NAME]
    new = NewUser(email=email or None, name=name, invited_at=now)
    async with tx.begin_nested() as both:
        user_id = await accounts.create_user(tx, new, now)
        if user_id is None:
            return None
        if not await notices.tie(tx, user_id, applicant.evotor_user_id, now):
            await both.rollback()
            return None
    if phone:
        await account_changes.set_phone(tx, user_id, phone, now)
    user = await accounts.find_user(tx, user_id)
    if user is not None:
        await write_act(tx, desk.act("account.evotor_created", EVOTOR, user))
    return user


async def _tie(
    tx: Tx, desk: Desk, user: User, applicant: Applicant, notice: NewNotice
) -> str | None:
    """Tie the two; None when either is tied to another. An empty account makes room."""
    now, evotor_id = desk.clock(), applicant.evotor_user_id
    standing = await accounts.find_user(tx, user.id, will_save=True)
    if standing is None or standing.evotor_user_id not in {None, evotor_id}:
        await notices.save_notice(tx, notice, None, now)
        return None
    holder = await notices.find_by_evotor_user(tx, evotor_id, will_save=True)
    if holder is not None and holder.id != user.id:
        if not holder.is_pending or holder.password_hash is not None:
            await notices.save_notice(tx, notice, None, now)
            return None
        # Made by a press on «новая учётная запись» that nobody went on with.
        await notices.move_delivered(tx, desk.vault, holder.id, user.id, now)
        await notices.tie(tx, holder.id, None, now)
    if standing.evotor_user_id is None:
        await notices.tie(tx, user.id, evotor_id, now)
        await write_act(tx, desk.act("account.evotor_tied", EVOTOR, user))
    token = user_token(desk, evotor_id)
    return await _take_in(tx, desk, user, applicant, notice, token)


async def _take_in(
    tx: Tx, desk: Desk, user: User, applicant: Applicant, notice: NewNotice, token: str
) -> str:
    """Keep the notice and our token; tokens that came before the account are this user's now."""
    now = desk.clock()
    await notices.save_notice(tx, notice, user.id, now)
    kept = await notices.keep_api_token(tx, user.id, desk.vault.seal(token), now)
    waited = await notices.take_waiting(tx, applicant.evotor_user_id, user.id, now)
    for sealed in reversed(waited):
        await notices.add_candidate(tx, desk.vault, user.id, desk.vault.open(sealed), now)
    return kept


async def _invite(desk: Desk, user: User) -> None:
    try:
        await desk.throttle.admit(Limit.LETTER_BY_ACCOUNT, accounts.fold_email(user.email or ""))
    except TooMany:
        return
    desk.post.later(invitation(desk, user, inviter=""))


def _email_of(applicant: Applicant) -> str:
    """Return the e-mail if it is one: what a form's field holds may be a name or a phone."""
    try:
        return checked_email(applicant.email) if applicant.email else ""
    except Refused:
        return ""


def _phone_of(applicant: Applicant) -> str:
    try:
        return checked_phone(applicant.phone) if applicant.phone else ""
    except Refused:
        return ""
