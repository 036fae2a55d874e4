"""`evosync restore FILE`: the database as a backup has it, and what is to be done after that."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from evosync.backup.reading import PassphraseNeeded
from evosync.backup.restoring import Restored
from evosync.backup.restoring import restore as put_back
from evosync.cli.backup import STANDARD_OUTPUT
from evosync.cli.frame import BadUsage, load_settings, log_to_stderr, run_async
from evosync.cli.passphrase import asked_passphrase, given_passphrase
from evosync.clock import now
from evosync.db.services import Service
from evosync.os_words import reason_of
from evosync.russian import counted
from evosync.settings import Settings

_SERVICES = {Service.EVOTOR: "Эвотор", Service.VK: "VK"}


@click.command()
@click.argument("file", metavar="ФАЙЛ")
@click.option("--force", is_flag=True, help="Заменить базу, в которой уже есть учётные записи.")
def restore(file: str, *, force: bool) -> None:
    """Восстановить базу из копии ФАЙЛ («-» — из стандартного ввода).

    Сервис должен быть остановлен. Фраза зашифрованной копии — в BACKUP_PASSPHRASE или
    EVOSYNC_BACKUP_PASSPHRASE, иначе команда спросит её.
    """
    settings = load_settings()
    log_to_stderr(settings)
    with _opened(file, settings) as copy:
        try:
            done = _restored(settings, copy, given_passphrase(settings), force=force)
        except PassphraseNeeded:
            # Whoever sits there may know it.
            typed = "" if file == STANDARD_OUTPUT else asked_passphrase()
            if not typed:
                raise
            copy.seek(0)
            done = _restored(settings, copy, typed, force=force)
    for line in _told(done):
        click.echo(line)


def _restored(settings: Settings, copy: BinaryIO, passphrase: str, *, force: bool) -> Restored:
    return run_async(lambda: put_back(settings, copy, passphrase, now(), force=force))


@contextmanager
def _opened(file: str, settings: Settings) -> Iterator[BinaryIO]:
    """Open the file; what comes by a pipe is kept beside the database meanwhile, as it is."""
    if file != STANDARD_OUTPUT:
        try:
            opened = Path(file).open("rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise BadUsage(f"Файл {file} не открыть ({reason_of(error)}).") from None
        with opened:
            yield opened
        return
    if sys.stdin is None:
        raise BadUsage("На стандартном вводе пусто.")
    with tempfile.TemporaryFile(dir=settings.data_dir) as spooled:
        shutil.copyfileobj(sys.stdin.buffer, spooled)
        spooled.seek(0)
        yield spooled


def _told(done: Restored) -> Iterator[str]:
    manifest = done.manifest
    rows = counted(manifest.rows, "строка", "строки", "строк")
    made_at = manifest.made_at.strftime("%d.%m.%Y %H:%M UTC")
    yield f"База восстановлена из копии от {made_at}: {rows}."
    yield "Всем нужно войти заново; прерванные запуски отмечены."
    yield (
        "Что было после этой копии, EvoSync не помнит: скрытое в VK после неё покажет кнопка "
        "«Показать снова», а карточку товара, которого с тех пор не стало в кассе, удалите сами."
    )
    if done.set_aside:
        yield f"Повреждённый файл базы сохранён рядом: {done.set_aside}."
    if done.has_kept_key:
        yield "Ключ из копии положен в файл secret.key."
    if done.unopened:
        yield (
            "Этих подключений не открыть: ключа SECRET_KEY, которым они закрыты, здесь нет. "
            "Верните его (SECRET_KEY_OLD) или подключите заново:"
        )
        for each in done.unopened:
            yield f"  {each.email}: {_SERVICES[each.service]}"
