"""`evosync migrate`: bring the database's schema up to date."""

import click

from evosync.backup.standing_order import migrate_safely
from evosync.cli.frame import load_settings, log_to_stderr, run_async
from evosync.clock import now


@click.command()
def migrate() -> None:
    """Обновить схему базы до этой версии, сначала сделав копию."""
    settings = load_settings()
    log_to_stderr(settings)
    saved = run_async(lambda: migrate_safely(settings, now()))
    if saved is not None:
        click.echo(f"Копия прежней базы: {saved.path}")
    click.echo("Схема базы данных обновлена.")
