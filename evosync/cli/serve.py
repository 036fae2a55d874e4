"""`evosync serve`: the service itself."""

import asyncio

import click
import structlog

from evosync.cli.frame import read_own_settings, run_async
from evosync.cli.garbage import keep_one_heap, tune_collector
from evosync.db.mounts import is_on_passing_disk
from evosync.db.urls import is_sqlite, normalise_url, sqlite_file
from evosync.errors import TryLater
from evosync.log import configure_logging
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import serve as serve_app
from evosync.web.server import stop_signals, take_socket

log = structlog.get_logger(__name__)


@click.command()
def serve() -> None:
    """Запустить сервис (адрес: настройки HOST и PORT)."""
    keep_one_heap()
    try:
        run_async(_serve)
    except TryLater as error:
        # Whoever stops it while it waits for the database gets what they asked for.
        if error.code != "stopping":
            raise


async def _serve() -> None:
    settings, warnings = read_own_settings()
    configure_logging(settings.log_level, style=settings.log_format)
    for warning in warnings:
        log.warning("setting was passed over", words=warning)
    _warn_of_passing_disk(settings)
    stopping = asyncio.Event()
    app = make_app()
    with stop_signals(stopping), take_socket(settings) as taken:
        async with lifespan(app, settings, stopping, warnings=warnings):
            tune_collector()
            host, port = taken.getsockname()[:2]
            log.info("listening", host=host, port=port)
            await serve_app(app, taken, settings, stopping)


def _warn_of_passing_disk(settings: Settings) -> None:
    """Tell of a database that goes with its container: somebody forgot the volume."""
    where = normalise_url(settings.database)
    if is_sqlite(where) and is_on_passing_disk(sqlite_file(where)):
        log.warning(
            "the database lies inside the container and goes with it: mount a volume at DATA_DIR",
            data_dir=str(settings.data_dir),
        )
