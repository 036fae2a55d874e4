"""`evosync connect …`: the shop's two ends, checked before they are saved."""

import click

from evosync.cli.frame import read_token, run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.words import printable
from evosync.jobs.connections import (
    check_evotor,
    check_vk,
    save_checked_evotor,
    save_checked_vk,
)


@click.group()
def connect() -> None:
    """Подключить Эвотор или VK; ключ сохраняется после проверки."""


@connect.command()
@click.argument("email")
@click.option("--token-stdin", is_flag=True, required=True, help="Ключ на стандартном вводе.")
def evotor(email: str, *, token_stdin: bool) -> None:
    """Подключить кассу Эвотор пользователя EMAIL."""
    token = read_token("Ключ доступа Эвотор")

    async def work() -> str:
        async with installation() as opened:
            owner = await find_user(opened, email)
            connection = await check_evotor(opened, owner.id, token)
            await opened.database.write(save_checked_evotor, connection, opened.clock())
            return connection.store_name or "магазинов пока нет"

    click.echo(printable(f"Эвотор подключён: {run_async(work)}."))


@connect.command()
@click.argument("email")
@click.option(
    "--group-id",
    type=click.IntRange(min=1),
    metavar="N",
    required=True,
    help="Номер сообщества VK.",
)
@click.option("--token-stdin", is_flag=True, required=True, help="Ключ на стандартном вводе.")
def vk(email: str, group_id: int, *, token_stdin: bool) -> None:
    """Подключить сообщество VK пользователя EMAIL."""
    token = read_token("Ключ доступа VK")

    async def work() -> str:
        async with installation() as opened:
            owner = await find_user(opened, email)
            connection = await check_vk(opened, owner.id, group_id, token)
            await opened.database.write(save_checked_vk, connection, opened.clock())
            return connection.community_name or str(group_id)

    click.echo(printable(f"VK подключён: «{run_async(work)}»."))
