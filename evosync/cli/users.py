"""`evosync user …`: accounts from the command line."""

from collections.abc import Sequence

import click

from evosync.accounts import invitations
from evosync.accounts.addresses import checked_email
from evosync.accounts.desk import COMMAND_LINE, Desk
from evosync.accounts.invitations import Guest
from evosync.accounts.passwords import hash_password
from evosync.accounts.recovery import reset_letter
from evosync.accounts.registration import make_account
from evosync.cli.frame import BadUsage, read_password, run_async
from evosync.cli.installation import desk_of, find_user, installation
from evosync.cli.words import printable
from evosync.db import accounts
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.journal import write_act
from evosync.db.roles import RoleName, lock_keys
from evosync.db.types import Tx

ROLE = click.option(
    "--role",
    type=click.Choice([role.value for role in RoleName]),
    default="user",
    show_default=True,
    help="Роль.",
)


@click.group()
def user() -> None:
    """Учётные записи: создать, пригласить, показать."""


@user.command()
@click.argument("email")
@ROLE
@click.option("--password-stdin", is_flag=True, help="Прочитать пароль со стандартного ввода.")
def create(email: str, role: str, *, password_stdin: bool) -> None:
    """Создать пользователя EMAIL; он сразу активен."""
    if not password_stdin:
        raise BadUsage("Добавьте --password-stdin и передайте пароль на стандартный ввод.")
    address = checked_email(email)
    password = read_password()

    async def work() -> None:
        async with installation() as opened:
            now = opened.clock()
            new = NewUser(
                email=address,
                role=RoleName(role),
                status=UserStatus.ACTIVE,
                password_hash=await hash_password(password, about=(address,)),
                email_confirmed_at=now,
            )
            desk = desk_of(opened)
            await opened.database.write(_create, desk, new)

    run_async(work)
    click.echo(f"Пользователь {address} создан, роль {role}.")


@user.command()
@click.argument("email")
@ROLE
def invite(email: str, role: str) -> None:
    """Пригласить EMAIL письмом со ссылкой.

    Если почта не настроена, ссылка печатается.
    """

    async def work() -> None:
        async with installation() as opened:
            desk = desk_of(opened)
            guest = Guest(email=email, role=RoleName(role))
            async with opened.database.read() as tx:
                standing = await accounts.find_user_by_email(tx, email)
            if standing is not None and standing.is_pending:
                invited = await invitations.invite_again(
                    desk, standing.id, COMMAND_LINE, role=RoleName(role)
                )
            else:
                invited = await invitations.invite(desk, guest, COMMAND_LINE)
            await desk.post.now(invitations.invitation(desk, invited, inviter=""))

    run_async(work)
    click.echo(f"Приглашение для {printable(email.strip())} готово.")


@user.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Отправить EMAIL ссылку для нового пароля.

    Если почта не настроена, ссылка печатается.
    """

    async def work() -> None:
        async with installation() as opened:
            desk = desk_of(opened)
            found = await find_user(opened, email)
            if not found.may_come_in:
                raise BadUsage(f"Учётная запись {found.email} приостановлена.")
            if found.password_hash is None:
                letter = invitations.invitation(desk, found, inviter="")
            else:
                letter = reset_letter(desk, found)
            await desk.post.now(letter)
            act = desk.act("account.reset_sent", COMMAND_LINE, found)
            await opened.database.write(write_act, act)

    run_async(work)
    click.echo(f"Ссылка для {printable(email.strip())} готова.")


@user.command("list")
def list_all() -> None:
    """Показать всех пользователей."""

    async def work() -> Sequence[User]:
        async with installation() as opened, opened.database.read() as tx:
            return await accounts.list_users(tx)

    for each in run_async(work):
        click.echo(f"{printable(each.email or '—')}\t{each.status}\t{','.join(each.roles)}")


async def _create(tx: Tx, desk: Desk, new: NewUser) -> None:
    await lock_keys(tx)
    detail = {"role": new.role.value}
    made = await make_account(
        tx,
        new,
        desk.clock(),
        lambda user: desk.act("account.created", COMMAND_LINE, user, detail),
    )
    if made is None:
        raise BadUsage(f"Пользователь с почтой {new.email} уже есть.")
