"""Backups that nobody asks for: at their time, and before the schema changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from evosync.backup.folder import KEPT_BEFORE_MIGRATIONS, Reason, file_name, open_folder, rotate
from evosync.backup.making import Saved, order_of, save_backup
from evosync.db.backups import LastBackup, find_last_backup, save_last_backup
from evosync.db.engine import Database
from evosync.db.migrate import SchemaState, check_schema, head_revision, migrate
from evosync.errors import EvoSyncError
from evosync.settings import Settings

log = structlog.get_logger(__name__)

# So much of an interval may be missing: rounds come at moments of their own.
SLACK = timedelta(minutes=5)
# A backup may come late by as much as the service stood still.
GRACE = timedelta(hours=2)


@dataclass(slots=True)
class Backups:
    """The backups of a running service; `last` is what /health tells, without a query.

    `trouble` is why the last try failed, in one sentence; "" = it did not.
    """

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    last: LastBackup | None = None
    trouble: str = ""
    _is_loaded: bool = field(init=False, default=False)

    @property
    def every(self) -> timedelta | None:
        """How often one is made; None = never."""
        hours = self.settings.backup_interval_hours
        return timedelta(hours=hours) if hours else None

    async def load(self) -> None:
        """Read when the last one was made, in this process or an earlier one."""
        async with self.database.read() as tx:
            self.last = await find_last_backup(tx)

    async def round(self) -> None:
        """Make a backup if its time has come, and delete those that are too many.

        Whether it has is a matter of the database: neither does a restart
        make one, nor do many restarts put it off.
        """
        try:
            await self._make_if_due()
        except EvoSyncError as error:
            self.trouble = error.message
            raise
        except Exception:
            self.trouble = "Причина в журнале службы."
            raise
        self.trouble = ""

    async def _make_if_due(self) -> None:
        await self.load()
        now, every = self.clock(), self.every
        if every is None or not is_due(self.last, now, every):
            return
        saved = await _made(self.settings, Reason.SCHEDULED, now)
        # First: on a full disk nobody could write the row down, and files would pile up.
        await asyncio.to_thread(rotate, saved.path, Reason.SCHEDULED, self.settings.backup_keep)
        self.last = LastBackup(made_at=now, size_bytes=saved.size_bytes, file=saved.path.name)
        await self.database.write(save_last_backup, self.last)


def is_due(last: LastBackup | None, now: datetime, every: timedelta) -> bool:
    """Tell whether another backup is to be made; one of the future (a clock was wrong) is none."""
    return last is None or last.made_at > now + SLACK or now - last.made_at >= every - SLACK


def is_late(last: LastBackup | None, now: datetime, every: timedelta) -> bool:
    """Tell whether the last backup is older than two intervals and a grace, or there is none."""
    return last is None or now - last.made_at > 2 * every + GRACE


async def migrate_safely(settings: Settings, now: datetime) -> Saved | None:
    """Bring the schema up to date; a database that has rows is backed up first.

    Returns that backup. Without it nothing is migrated: raises EvoSyncError
    with one sentence, and otherwise as `migrate` does.
    """
    saved = None
    if await check_schema(settings.database) is SchemaState.BEHIND:
        try:
            saved = await _made(settings, Reason.MIGRATION, now, after=head_revision())
        except EvoSyncError as error:
            raise _unmade(error) from None
        await asyncio.to_thread(rotate, saved.path, Reason.MIGRATION, KEPT_BEFORE_MIGRATIONS)
    await migrate(settings.database)
    return saved


def _unmade(error: EvoSyncError) -> EvoSyncError:
    return EvoSyncError(
        f"Схема базы не обновлена: сначала нужна копия, а её сделать не удалось. {error.message}",
        code="backup_not_written",
        cause=error.cause,
    )


async def _made(settings: Settings, reason: Reason, now: datetime, after: str = "") -> Saved:
    folder = await asyncio.to_thread(open_folder, settings.data_dir)
    order = order_of(settings, now)
    name = file_name(reason, now, is_sealed=bool(order.passphrase), after=after)
    saved = await save_backup(order, folder / name)
    log.info(
        "backup made",
        reason=reason.value,
        file=name,
        rows=saved.manifest.rows,
        size_bytes=saved.size_bytes,
    )
    return saved
