"""`evosync user …`: accounts from the command line."""

import re

import click

from evosync.accounts.passwords import hash_password
from evosync.cli.frame import BadUsage, installation, read_secret, run_async
from evosync.db import accounts
from evosync.db.accounts import NewUser, RoleName, UserStatus

# Loose on purpose: only a letter that arrives proves an address.
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")


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
    if not EMAIL.fullmatch(email):
        raise BadUsage(f"«{email}» не похоже на адрес почты.")
    password = read_secret("Пароль")

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

    async def work() -> None:
        async with installation() as opened, opened.database.read() as tx:
            for each in await accounts.list_users(tx):
                click.echo(f"{each.email}\t{each.status}\t{','.join(each.roles)}")

    run_async(work)
