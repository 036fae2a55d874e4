"""`evosync sandbox`: a fake Evotor cloud and a fake VK to try things on."""

import asyncio
from pathlib import Path

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.web.server import stop_signals


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=8001,
    show_default=True,
    help="Порт.",
)
@click.option(
    "--goods",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON с товарами вместо чайной лавки.",
)
def sandbox(port: int, goods: Path | None) -> None:
    """Запустить песочницу: учебные Эвотор и VK, касса и витрина."""
    try:
        world = SandboxWorld.seeded(goods=goods)
    except ValueError as error:
        raise BadUsage(str(error)) from None
    run_async(lambda: _serve(world, port))


async def _serve(world: SandboxWorld, port: int) -> None:
    stopping = asyncio.Event()
    try:
        with stop_signals(stopping):
            async with serve_sandbox(world, port=port) as url:
                for line in (
                    f"Касса:         {url}/till/",
                    f"Витрина VK:    {url}/storefront/",
                    f"EVOTOR_API_URL={url}/evotor",
                    f"EVOTOR_OAUTH_URL={url}/evotor-oauth",
                    f"EVOTOR_OAUTH_CLIENT_ID={world.evotor_oauth.client_id}",
                    f"EVOTOR_OAUTH_CLIENT_SECRET={world.evotor_oauth.client_secret}",
                    f"VK_API_URL={url}/vk",
                    "VK_UPLOAD_HOSTS=127.0.0.1",
                    f"VK_ID_URL={url}/vkid",
                    f"VK_CLIENT_ID={world.vkid.client_id}",
                    f"Ключ Эвотор:   {world.evotor_token}",
                    f"Ключ VK:       {world.vk_token}",
                    f"Сообщество:    {world.community_id}",
                    "Остановить: Ctrl+C",
                ):
                    click.echo(line)
                await stopping.wait()
    except OSError:
        raise BadUsage(f"Порт {port} занять не удалось.") from None
