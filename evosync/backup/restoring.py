"""A backup put back: checked whole first, then the database made anew, and its tokens opened."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from evosync.backup.manifest import Manifest
from evosync.backup.reading import BackupFile, Unusable, open_backup
from evosync.db.migrate import list_revisions
from evosync.db.refilling import Refill, fits, is_in_use, refill
from evosync.db.sealed_columns import Unopened
from evosync.db.serving import AT_ONCE, one_serve
from evosync.db.urls import BrokenFile, normalise_url, set_aside, sqlite_file
from evosync.db.vault import Vault, keep_key, list_keys
from evosync.errors import EvoSyncError
from evosync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back; `unopened` are the connections that have to be renewed.

    `has_kept_key` = the key of the backup is in the key file now.
    """

    manifest: Manifest
    unopened: list[Unopened]
    has_kept_key: bool


async def restore(
    settings: Settings, file: BinaryIO, passphrase: str, now: datetime, *, force: bool
) -> Restored:
    """Replace the database by a backup; `file` has to be seekable.

    Raises Unusable and PassphraseNeeded for a file that cannot be, TryLater
    while a `serve` works on the database, and EvoSyncError when it has
    accounts and this is not forced: nothing has been changed then.
    """
    url = settings.database
    with open_backup(file, passphrase) as backup:
        await _check_fits(backup)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(one_serve(url, patience=AT_ONCE))
            if not force and await is_in_use(url):
                raise EvoSyncError(
                    "В базе уже есть учётные записи. Чтобы заменить всё, добавьте --force.",
                    code="refused",
                )
            keys = _keys_of(settings)
            known = (*keys, *backup.keys)
            if not keys:
                # Before the rows: sealed ones without their key would be lost.
                keep_key(settings.data_dir, backup.keys[0] if backup.keys else "")
                known = (*_keys_of(settings), *backup.keys)
            vault = Vault(known[0], known[1:])
            given = Refill(source=backup, vault=vault, now=now)
            try:
                unopened = await refill(url, given)
            except BrokenFile:
                # It is why somebody restores. What can be saved of it is somebody's to say.
                set_aside(sqlite_file(normalise_url(url)), f"broken-{now:%Y%m%dT%H%M%SZ}")
                unopened = await refill(url, given)
    return Restored(
        manifest=backup.manifest,
        unopened=unopened,
        has_kept_key=not keys and bool(backup.keys),
    )


async def _check_fits(backup: BackupFile) -> None:
    if backup.revision not in list_revisions():
        told = backup.manifest.program[:20]
        raise Unusable(f"её сделала более новая версия EvoSync ({told}), обновите программу.")
    if not await fits(backup):
        raise Unusable("её таблицы не те, что у EvoSync.")


def _keys_of(settings: Settings) -> tuple[str, ...]:
    return list_keys(
        settings.data_dir, configured=settings.secret_key, old=settings.old_secret_keys
    )
