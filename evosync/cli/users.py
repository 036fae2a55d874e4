"""`evosync user …`: accounts from the command line."""

import re
from collections.abc import Sequence

import click

from evosync.accounts.passwords import hash_password
from evosync.cli.frame import BadUsage, read_password, run_async
from evosync.cli.installation import installation
from evosync.cli.words import printable
from evosync.db import accounts
from evosync.db.accounts import NewUser, RoleName, User, UserStatus

# Loose on purpose: only a letter that arrives proves an address.
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
LONGEST_EMAIL = 254  # characters (RFC 5321, erratum 1690)


@click.group()
def user() -> None:
    """Пользователи."""


@user.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in RoleName]),
    default="user",
    show_default=True,
    help="Роль.",
)
@click.option("--password-stdin", is_flag=True, help="Прочитать пароль со стандартного ввода.")
def create(email: str, role: str, *, password_stdin: bool) -> None:
    """Создать пользователя EMAIL; он сразу активен."""
    if not password_stdin:
        raise BadUsage("Добавьте --password-stdin и передайте пароль на стандартный ввод.")
    if not EMAIL.fullmatch(email) or not email.isprintable():
        raise BadUsage(f"«{email}» не похоже на адрес почты.")
    if len(email) > LONGEST_EMAIL:
        raise BadUsage(f"Адрес почты длиннее {LONGEST_EMAIL} знаков.")
    password = read_password()

    async def work() -> None:
        async with installation() as opened:
            new = NewUser(
                email=email,
                role=RoleName(role),
                status=UserStatus.ACTIVE,
                password_hash=await hash_password(password),
            )
            if await opened.database.write(accounts.create_user, new, opened.clock()) is None:
                raise BadUsage(f"Пользователь с почтой {email} уже есть.")

    run_async(work)
    click.echo(f"Пользователь {email} создан, роль {role}.")


@user.command("list")
def list_all() -> None:
    """Показать всех пользователей."""

    async def work() -> Sequence[User]:
        async with installation() as opened, opened.database.read() as tx:
            return await accounts.list_users(tx)

    for each in run_async(work):
        click.echo(f"{printable(each.email or '—')}\t{each.status}\t{','.join(each.roles)}")
