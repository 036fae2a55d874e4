"""`evosync backup FILE`: one file with everything, while the service goes on."""

import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from evosync.backup.making import Order, order_of, save_backup, write_backup
from evosync.backup.manifest import Manifest
from evosync.cli.frame import BadUsage, load_settings, log_to_stderr, run_async
from evosync.cli.passphrase import given_passphrase
from evosync.clock import now
from evosync.db.engine import open_database
from evosync.db.journal import Act, write_act
from evosync.db.migrate import SchemaState, check_schema
from evosync.errors import EvoSyncError
from evosync.russian import counted
from evosync.spoken import size

STANDARD_OUTPUT = "-"


@click.command()
@click.argument("file", metavar="ФАЙЛ")
def backup(file: str) -> None:
    """Сохранить всю базу в один ФАЙЛ («-» — в стандартный вывод).

    С BACKUP_PASSPHRASE или EVOSYNC_BACKUP_PASSPHRASE копия зашифрована, и в ней есть ключ,
    которым закрыты ключи доступа; без фразы его там нет.
    """
    settings = load_settings()
    log_to_stderr(settings)
    order = replace(order_of(settings, now()), passphrase=given_passphrase(settings))
    begun = time.monotonic()
    if file == STANDARD_OUTPUT:
        if sys.stdout.isatty():
            raise BadUsage("Копия — не текст: направьте вывод в файл.")
        manifest = run_async(lambda: write_backup(order, sys.stdout.buffer))
        sys.stdout.buffer.flush()
        told = ""
    else:
        saved = run_async(lambda: save_backup(order, Path(file)))
        manifest, told = saved.manifest, f", {size(saved.size_bytes)}"
    run_async(lambda: _note(order))
    seconds = f"{time.monotonic() - begun:.1f}".replace(".", ",")
    rows = counted(manifest.rows, "строка", "строки", "строк")
    tables = counted(len(manifest.tables), "таблица", "таблицы", "таблиц")
    click.echo(f"Копия готова: {tables}, {rows}{told}, {seconds} с.", err=file == STANDARD_OUTPUT)
    click.echo(_told_of_key(order, manifest), err=file == STANDARD_OUTPUT)


def _told_of_key(order: Order, manifest: Manifest) -> str:
    if manifest.keys_sha256 is not None:
        return (
            "Она зашифрована, ключ SECRET_KEY в ней есть. Без фразы её не открыть: сохраните фразу."
        )
    if order.passphrase:
        return "Она зашифрована. Без фразы её не открыть: сохраните фразу."
    return (
        "Она не зашифрована, и ключа SECRET_KEY в ней нет: храните его отдельно, "
        "иначе подключения придётся обновить. С BACKUP_PASSPHRASE он был бы в копии."
    )


async def _note(order: Order) -> None:
    """Write the act down; a schema that is to be brought up to date first has no place for it."""
    if await check_schema(order.database_url) is not SchemaState.CURRENT:
        return
    database = open_database(order.database_url)
    act = Act(action="backup.made", actor="command line", at=order.made_at)
    with suppress(EvoSyncError):  # the backup is there all the same
        await database.write(write_act, act)
    await database.close()
