"""`evosync migrate`: bring the database's schema up to date."""

import click

from evosync.cli.frame import load_settings, log_to_stderr, run_async
from evosync.db.migrate import migrate as bring_up_to_date


@click.command()
def migrate() -> None:
    """Обновить схему базы данных до этой версии программы."""
    settings = load_settings()
    log_to_stderr(settings)
    run_async(lambda: bring_up_to_date(settings.database))
    click.echo("Схема базы данных обновлена.")
