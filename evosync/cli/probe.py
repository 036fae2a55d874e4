"""`evosync probe`: what the real APIs answer to each thing that nobody could tell us."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import click

from evosync.cli.frame import run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.words import printable
from evosync.db import connections, journal
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.journal import Act
from evosync.errors import EvoSyncError, NeedsPerson
from evosync.facts import Finding
from evosync.jobs.one_run import COMMAND_LINE
from evosync.vk.probe import VkProbe
from evosync.wiring import Installation


@click.command()
@click.argument("email")
@click.option("--write", is_flag=True, help="Создать в VK два товара, проверить их и удалить.")
def probe(email: str, *, write: bool) -> None:
    """Спросить у Эвотора и VK то, чего нет в их описаниях.

    Спрашивает ключами пользователя EMAIL.
    """
    run_async(lambda: _probe(email, write=write))


async def _probe(email: str, *, write: bool) -> None:
    async with installation() as opened:
        owner = await find_user(opened, email)
        async with opened.database.read() as tx:
            evotor = await connections.find_evotor(tx, owner.id)
            vk = await connections.find_vk(tx, owner.id)
        if evotor is None and vk is None:
            raise NeedsPerson("Ни Эвотор, ни VK не подключены.", code="connection_broken")
        if write:
            act = Act(
                action="probe.written",
                actor=COMMAND_LINE.name,
                subject=email,
                subject_id=owner.id,
                at=opened.clock(),
            )
            await opened.database.write(journal.write_act, act)
        async with aclosing(_findings(opened, evotor, vk, write=write)) as findings:
            async for service, finding in findings:
                click.echo(printable(f"{service} {finding.name}: {finding.told}"))


async def _findings(
    opened: Installation,
    evotor: EvotorConnection | None,
    vk: VkConnection | None,
    *,
    write: bool,
) -> AsyncGenerator[tuple[str, Finding], None]:
    error: EvoSyncError | None = None
    if evotor is not None:
        try:
            asking = await opened.evotor_probe(evotor)
            async for finding in asking.findings():
                yield "evotor", finding
        except EvoSyncError as raised:  # VK is asked all the same
            error = raised
    if vk is not None:
        async with aclosing(_of_vk(opened.vk_probe(vk), write=write)) as findings:
            async for finding in findings:
                yield "vk", finding
    if error is not None:
        raise error


async def _of_vk(asking: VkProbe, *, write: bool) -> AsyncGenerator[Finding, None]:
    async for finding in asking.readings():
        yield finding
    if write:
        # What it made has to go, also when nobody listens any more.
        async with aclosing(asking.writings()) as findings:
            async for finding in findings:
                yield finding
