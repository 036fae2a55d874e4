"""`evosync demo`: see goods appear in VK, without any account anywhere."""

import sys
from pathlib import Path

import click

from evosync.cli.frame import run_async
from evosync.demo.service import run_demo
from evosync.demo.story import play_once
from evosync.log import configure_logging


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    metavar="N",
    default=8000,
    show_default=True,
    help="Порт.",
)
@click.option("--once", is_flag=True, help="Сыграть одну историю и выйти: 0, если VK равен кассе.")
@click.option(
    "--goods",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON с товарами вместо чайной лавки.",
)
def demo(port: int, *, once: bool, goods: Path | None) -> None:
    """Показать работу на песочнице; настройки и .env не читаются."""
    configure_logging("ERROR" if once else "INFO", stream=sys.stderr)
    if once:
        run_async(lambda: play_once(click.echo, goods=goods))
    else:
        run_async(lambda: run_demo(click.echo, port=port, goods=goods))
