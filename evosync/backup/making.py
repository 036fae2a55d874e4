"""A backup made: one moment of the database into one file, whole or not at all."""

import asyncio
import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from evosync.backup.age import MAGIC
from evosync.backup.manifest import Manifest
from evosync.backup.reading import is_backup
from evosync.backup.writing import BackupWriter, Facts
from evosync.db.dumping import open_dump
from evosync.db.vault import key_id, list_keys
from evosync.errors import EvoSyncError
from evosync.os_words import reason_of
from evosync.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is copied and how: with a passphrase all of it is sealed, and the keys go along."""

    database_url: str
    keys: tuple[str, ...]
    passphrase: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A backup on disk."""

    path: Path
    size_bytes: int
    manifest: Manifest


def order_of(settings: Settings, made_at: datetime) -> Order:
    """Order a backup as the settings have it. Raises Misconfigured when the key file is broken."""
    return Order(
        database_url=settings.database,
        keys=list_keys(
            settings.data_dir, configured=settings.secret_key, old=settings.old_secret_keys
        ),
        passphrase=settings.backup_passphrase,
        made_at=made_at,
    )


async def save_backup(order: Order, target: Path) -> Saved:
    """Write a backup under a name; a file of that name is replaced once the new one is whole.

    It is its owner's alone (0600). Raises EvoSyncError with one sentence when
    it cannot be written, or something else stands there, and leaves nothing
    behind; else as the database does.
    """
    with _told_as(target):
        _spare_others(target)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with _told_as(target):
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with _told_as(target), os.fdopen(descriptor, "wb") as out:
            manifest = await write_backup(order, out)
            await asyncio.to_thread(_keep, out)
            size = out.tell()
        with _told_as(target):
            unfinished.replace(target)
            _keep_folder(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return Saved(path=target, size_bytes=size, manifest=manifest)


def _spare_others(target: Path) -> None:
    """See that nothing but a backup is replaced: not the database, nor the key beside it."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.exists():
        return
    beginning = b""
    if target.is_file():
        with target.open("rb") as file:
            beginning = file.read(len(MAGIC))
    if not target.is_file() or (beginning and not is_backup(beginning)):
        raise EvoSyncError(
            f"{target}: там не копия EvoSync, заменять это нельзя. Выберите другое имя.",
            code="refused",
        )


async def write_backup(order: Order, out: BinaryIO) -> Manifest:
    """Write a backup into a file, which need not be seekable. Raises OSError, too.

    Rows are packed and sealed in a thread, portion by portion.
    """
    writer = await _in_thread(BackupWriter, out, order.passphrase)
    try:
        async with open_dump(order.database_url) as dump:
            for table in dump.tables:
                await _in_thread(writer.write_rows, table, ())
                async for rows in dump.rows(table):
                    await _in_thread(writer.write_rows, table, rows)
        facts = Facts(
            made_at=order.made_at,
            revision=dump.revision,
            database=dump.kind,
            keys=order.keys,
            key_ids=tuple(map(key_id, order.keys)),
        )
        return await _in_thread(writer.end, facts)
    except BaseException:
        writer.drop()
        raise


async def _in_thread(work: Callable[..., T], *args: Any) -> T:
    """Run work in a thread; who is cancelled waits for its end, for it writes to their file."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def _keep(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _keep_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _told_as(target: Path) -> Iterator[None]:
    """Tell a fault of the disk in one sentence."""
    try:
        yield
    except OSError as error:
        raise EvoSyncError(
            f"Копию в {target} не записать ({reason_of(error)}).",
            code="backup_not_written",
            cause=error.strerror or type(error).__name__,
        ) from None
