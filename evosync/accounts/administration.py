"""What one person does to another's account: each act checked, done and written down at once."""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from evosync.accounts import invitations
from evosync.accounts.addresses import checked_email
from evosync.accounts.desk import Actor, Desk
from evosync.accounts.invitations import Guest
from evosync.accounts.permissions import why_not_give, why_not_permit, why_not_touch
from evosync.accounts.refusals import NoSuchUser, NotThere, Refused
from evosync.accounts.registration import TAKEN
from evosync.alerts import letters
from evosync.db import account_changes, accounts, roles, sessions
from evosync.db.accounts import User, UserStatus
from evosync.db.deletion import delete_user, list_deleting
from evosync.db.journal import write_act
from evosync.db.roles import Role, RoleName
from evosync.db.types import Tx

PATIENCE_S = 5.0
"""How long a page waits for a deletion, so that the list after it is true nearly always."""

LAST_SYSTEM = "Это последний владелец сервиса: без него EvoSync останется без хозяина."


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to stand in an account."""

    name: str
    email: str
    role: RoleName
    time_zone: str


async def invite(desk: Desk, actor: User, guest: Guest, address: str) -> User:
    """Make a pending account; the letter is the caller's to send. Raises Refused."""

    async def check(tx: Tx, _user: User) -> None:
        await check_role(tx, await _as_standing(tx, actor), guest.role)

    return await invitations.invite(desk, guest, Actor.of(actor, address), check)


async def invite_again(desk: Desk, actor: User, user_id: int, address: str) -> User:
    """Void an earlier invitation for a new one; the letter is the caller's. Raises Refused."""

    async def check(tx: Tx, user: User) -> None:
        _must_touch(await _as_standing(tx, actor), user)

    return await invitations.invite_again(desk, user_id, Actor.of(actor, address), check)


async def note_reset(desk: Desk, actor: User, user_id: int, address: str) -> User:
    """Write down that somebody is sent a link to a new password. Raises Refused."""

    async def change(_tx: Tx, user: User) -> None:
        if user.email is None or user.password_hash is None:
            raise Refused("Здесь нужна не ссылка для пароля, а приглашение.")
        if not user.may_come_in:
            raise Refused("Сначала включите учётную запись: сейчас по ссылке не войти.")

    return await _act(desk, _Order(actor, user_id, address, "account.reset_sent"), change)


async def activate(desk: Desk, actor: User, user_id: int, address: str) -> UserStatus:
    """Let an account in, and return what it is now. Raises Refused.

    Without a password nobody could come in, and an invitation would be void;
    a suspended one waits again for its person. One whose e-mail nobody has
    confirmed may be anybody's, so it gets no permissions.
    """

    def status_of(user: User) -> UserStatus:
        return UserStatus.ACTIVE if user.password_hash else UserStatus.PENDING

    async def change(tx: Tx, user: User) -> None:
        if user.password_hash is None and user.is_pending:
            raise Refused("Пароля ещё нет: отправьте приглашение, и человек войдёт сам.")
        if user.is_pending and user.permissions and user.email_confirmed_at is None:
            raise Refused("Почта не подтверждена, а роль даёт права: отправьте приглашение.")
        await account_changes.set_status(tx, user.id, status_of(user), desk.clock())

    user = await _act(desk, _Order(actor, user_id, address, "account.activated"), change)
    return status_of(user)


async def suspend(desk: Desk, actor: User, user_id: int, address: str) -> None:
    """Shut an account out at once: its sessions end, and its run. Raises Refused."""

    async def change(tx: Tx, user: User) -> None:
        if user.id == actor.id:
            raise Refused("Себя приостановить нельзя.")
        await keep_a_system(tx, user)
        await account_changes.set_status(tx, user.id, UserStatus.SUSPENDED, desk.clock())
        await sessions.end_sessions(tx, user.id)

    await _act(desk, _Order(actor, user_id, address, "account.suspended"), change)
    await desk.stop_work(user_id)


async def edit(desk: Desk, actor: User, user_id: int, wanted: Edit, address: str) -> None:
    """Change a name, an e-mail, a role, a time zone. Raises Refused.

    An administrator's word is enough for another's e-mail: it counts at once,
    everything mailed to the old one is void, and the old one is told.
    """
    email, now = checked_email(wanted.email), desk.clock()

    def is_new(user: User) -> bool:
        return accounts.fold_email(email) != accounts.fold_email(user.email or "")

    async def change(tx: Tx, user: User) -> None:
        if user.roles != (wanted.role,):
            await _change_role(tx, await _as_standing(tx, actor), user, wanted.role)
        if is_new(user) and user.id == actor.id:
            raise Refused("Свою почту меняют в профиле.", field="email")
        if is_new(user) and not await account_changes.set_email(tx, user.id, email, now):
            raise Refused(TAKEN, field="email")
        await account_changes.set_name(tx, user.id, wanted.name, now)
        await account_changes.set_look(tx, user.id, now, time_zone=wanted.time_zone)

    def changed(user: User) -> dict[str, Any]:
        role = {} if user.roles == (wanted.role,) else {"role": wanted.role.value}
        return role | ({"email": email} if is_new(user) else {})

    order = _Order(actor, user_id, address, "account.edited", changed)
    user = await _act(desk, order, change)
    if is_new(user) and user.email:
        desk.post.later(letters.email_changed_letter(user.email, new_email=email))


async def delete(desk: Desk, actor: User, user_id: int, address: str) -> None:
    """Delete another's account and all that is its own; goods in VK stay. Raises Refused."""

    async def change(tx: Tx, user: User) -> None:
        if user.id == actor.id:
            raise Refused("Свою учётную запись удаляют в своём профиле.")
        await shut_for_deletion(desk, tx, user)

    await _act(desk, _Order(actor, user_id, address, "account.deleted"), change)
    await clear_away(desk, user_id)


async def shut_for_deletion(desk: Desk, tx: Tx, user: User) -> None:
    """Let nobody in any more, so that nothing begins while rows go. Raises Refused."""
    await keep_a_system(tx, user)
    await account_changes.set_status(tx, user.id, UserStatus.DELETING, desk.clock())
    await sessions.end_sessions(tx, user.id)


async def clear_away(desk: Desk, user_id: int) -> None:
    """End the work for an account that is shut, then delete its rows.

    A large shop's take longer than its page may, so they go on behind it; a
    cut in the middle is mended by `go_on_deleting`.
    """

    async def clear() -> None:
        await desk.stop_work(user_id)
        await delete_user(desk.database, user_id)

    await desk.errands.carry_out(f"delete {user_id}", clear, patience_s=PATIENCE_S)


async def go_on_deleting(desk: Desk) -> None:
    """Delete what a stop or a kill left of accounts that were to go."""
    async with desk.database.read() as tx:
        left = await list_deleting(tx)
    for user_id in left:
        await clear_away(desk, user_id)


async def set_role_permissions(
    desk: Desk, actor: User, role_id: int, names: AbstractSet[str], address: str
) -> Role:
    """Let a role permit exactly what is named. Raises Refused; returns the role as it was."""

    async def change(tx: Tx) -> Role:
        await roles.lock_keys(tx)
        role = next((each for each in await roles.list_roles(tx) if each.id == role_id), None)
        if role is None:
            raise NotThere("Такой роли нет.", code="no_such_role")
        if reason := why_not_permit(await _as_standing(tx, actor), role, names):
            raise Refused(reason)
        await roles.set_permissions(tx, role.id, names)
        detail = {
            "role": role.name.value,
            "given": sorted(names - role.permissions),
            "taken": sorted(role.permissions - names),
        }
        await write_act(tx, desk.act("role.changed", Actor.of(actor, address), detail=detail))
        return role

    return await desk.database.write(change)


async def check_role(tx: Tx, actor: User, name: RoleName) -> None:
    """Make sure that a person may give a role away. Raises Refused."""
    given = next(each for each in await roles.list_roles(tx) if each.name is name)
    if reason := why_not_give(actor, given):
        raise Refused(reason, field="role")


async def keep_a_system(tx: Tx, user: User) -> None:
    """Make sure that somebody else holds the keys. Raises Refused."""
    if user.is_system and user.status is UserStatus.ACTIVE:
        await roles.lock_keys(tx)
        if await roles.is_last_system(tx, user.id):
            raise Refused(LAST_SYSTEM)


@dataclass(frozen=True, slots=True)
class _Order:
    """Who does what to whom, and from where."""

    actor: User
    user_id: int
    address: str
    action: str
    detail: Callable[[User], Mapping[str, Any]] = lambda _user: {}


async def _act(desk: Desk, order: _Order, change: Callable[[Tx, User], Awaitable[None]]) -> User:
    """Do one act in one transaction, if its actor may; returns the account as it was."""

    async def whole(tx: Tx) -> User:
        await roles.lock_keys(tx)
        actor = await _as_standing(tx, order.actor)
        user = await accounts.find_user(tx, order.user_id, will_save=True)
        if user is None or user.status is UserStatus.DELETING:
            raise NoSuchUser
        _must_touch(actor, user)
        await change(tx, user)
        by = Actor.of(actor, order.address)
        await write_act(tx, desk.act(order.action, by, user, order.detail(user)))
        return user

    return await desk.database.write(whole)


def _must_touch(actor: User, user: User) -> None:
    if reason := why_not_touch(actor, user):
        raise Refused(reason)


async def _as_standing(tx: Tx, actor: User) -> User:
    """Return the actor as the rows are now: they may have been demoted a moment ago.

    What a page let them do, it did for rights that they must still have. Raises Refused.
    """
    standing = await accounts.find_user(tx, actor.id)
    if standing is None or standing.status is not UserStatus.ACTIVE:
        raise Refused("Ваша учётная запись больше не действует.")
    if not actor.permissions <= standing.permissions:
        raise Refused("Ваши права только что изменились. Откройте страницу заново.")
    return standing


async def _change_role(tx: Tx, actor: User, user: User, role: RoleName) -> None:
    await check_role(tx, actor, role)
    if role is not RoleName.SYSTEM:
        await keep_a_system(tx, user)
    await roles.set_role(tx, user.id, role)
