"""A backup put back: checked whole first, then the database made anew, and its tokens opened."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evosync.backup.manifest import Manifest
from evosync.backup.reading import BackupFile, Unusable, open_backup
from evosync.db.migrate import list_revisions
from evosync.db.refilling import Refill, fits, is_in_use, refill
from evosync.db.sealed_columns import Unopened
from evosync.db.serving import AT_ONCE, one_serve
from evosync.db.urls import BrokenFile, normalise_url, set_aside, sqlite_file
from evosync.db.vault import Vault, keep_key, list_keys, new_key
from evosync.errors import EvoSyncError
from evosync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back; `unopened` are the connections that have to be renewed.

    `has_kept_key` = the key of the backup is in the key file now;
    `set_aside` is where the damaged file lies that stood in the way.
    """

    manifest: Manifest
    unopened: list[Unopened]
    has_kept_key: bool
    set_aside: Path | None


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
            known = (*keys, *backup.keys) or (new_key(),)

            def settle() -> None:
                # Not before: a restore that fails leaves no key that opens nothing. Nor after:
                # rows without the key that seals them would be lost.
                if not keys:
                    keep_key(settings.data_dir, known[0])

            vault = Vault(known[0], known[1:])
            given = Refill(source=backup, vault=vault, now=now, settle=settle)
            broken = None
            try:
                unopened = await refill(url, given)
            except BrokenFile:
                unopened, broken = await _refill_beside(url, given)
    return Restored(
        manifest=backup.manifest,
        unopened=unopened,
        has_kept_key=not keys and bool(backup.keys),
        set_aside=broken,
    )


async def _refill_beside(url: str, given: Refill) -> tuple[list[Unopened], Path]:
    """Fill a new file and put it in the place of a damaged one; returns where that lies now.

    A damaged file is why somebody restores. What can be saved of it is theirs to say.
    """
    where = normalise_url(url)
    file = sqlite_file(where)
    beside = file.with_name(f"{file.name}.restored")
    beside.unlink(missing_ok=True)  # of a kill
    try:
        unopened = await refill(where.set(database=str(beside)).render_as_string(), given)
        broken = set_aside(file, f"broken-{given.now:%Y%m%dT%H%M%SZ}")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return unopened, broken


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
