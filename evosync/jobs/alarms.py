"""When something of a mirror is broken and when it is well: what letters are to be written of."""

from datetime import datetime, timedelta

from evosync.db import alerts, due
from evosync.db.alerts import AlertKind, close_alert, open_alert
from evosync.db.types import Tx
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import EvoSyncError
from evosync.jobs.checks import Checks
from evosync.jobs.connections import OF_GOODS
from evosync.settings import Settings
from evosync.wiring import Installation

INTERVALS = 3
"""Rounds of the timer that may pass without a success, should that be longer than the setting."""

# What the check of a connection tells of better: which one, and what to do. It is made at once.
_OF_CONNECTIONS = OF_GOODS | {"connection_broken", "sealed_unreadable"}

_DONE = frozenset({RunStatus.DONE, RunStatus.PARTIAL})


async def alert_of_run(tx: Tx, user_id: int, run_id: int, report: RunReport, now: datetime) -> None:
    """Open or close the alerts that the end of a mirroring run speaks of; letters lead to it."""
    if report.held is not None:
        sentence = " ".join(report.held.sentences)
        detail = {"sentence": sentence, "run_id": run_id}
        await open_alert(tx, user_id, AlertKind.HELD, "", detail, now)
    elif report.status in _DONE:
        await close_alert(tx, user_id, AlertKind.HELD, "", now)
    if report.status is RunStatus.PAUSED:
        error = report.error
        if error is not None and error.code not in _OF_CONNECTIONS:
            await _open_paused(tx, user_id, error.message, now, run_id)
    elif report.status in _DONE or report.status is RunStatus.HELD:
        await close_alert(tx, user_id, AlertKind.PAUSED, "", now)
        await close_alert(tx, user_id, AlertKind.STALE, "", now)


async def look_after_pause(
    opened: Installation, checks: Checks, user_id: int, error: EvoSyncError | None
) -> None:
    """Look at both ends of a user whose run ended since a person is needed.

    What the checks find wrong they tell by themselves; where they find
    nothing, the run's own reason is told.
    """
    findings = await checks.check_user(user_id, with_rights=True)
    if error is not None and all(finding.error is None for finding in findings):
        await opened.database.write(_open_paused, user_id, error.message, opened.clock())


async def _open_paused(
    tx: Tx, user_id: int, sentence: str, now: datetime, run_id: int | None = None
) -> None:
    if AlertKind.CONNECTION not in await alerts.list_open(tx, user_id):
        detail = {"sentence": sentence} | ({} if run_id is None else {"run_id": run_id})
        await open_alert(tx, user_id, AlertKind.PAUSED, "", detail, now)


class StaleWatch:
    """Looks for users whose mirror is on and has failed for long.

    A service that was off for days, or a mirror that was, has had no run in
    the meantime, and so none that failed.
    """

    def __init__(self, opened: Installation) -> None:
        self._opened = opened
        self._since = opened.clock()

    async def round(self) -> None:
        """Open an alert for each of them who has not been told of a reason already."""
        now, after = self._opened.clock(), stale_after(self._opened.settings)
        interval = timedelta(seconds=self._opened.settings.catalog_refresh_interval_seconds)
        if now - self._since <= interval:
            # What failed before a stop may succeed now; it is given a round to do so.
            return
        recent = INTERVALS * interval
        async with self._opened.database.read() as tx:
            # What failed earlier may have been before a pause in between.
            silences = await due.list_silences(tx, now - after - recent)
        stale = [
            each
            for each in silences
            if now - each.failing_since > after and now - each.failed_at <= recent
        ]
        for each in stale:
            await self._opened.database.write(_open_stale, each, now)


def stale_after(settings: Settings) -> timedelta:
    """Return how long may pass without a success."""
    interval = timedelta(seconds=settings.catalog_refresh_interval_seconds)
    return max(timedelta(hours=settings.stale_after_hours), INTERVALS * interval)


async def _open_stale(tx: Tx, silence: due.Silence, now: datetime) -> None:
    if await alerts.list_open(tx, silence.user_id) - {AlertKind.HELD}:
        return  # its person knows of a reason, or of this
    detail = {"since": silence.succeeded_at.isoformat()} if silence.succeeded_at else {}
    await open_alert(tx, silence.user_id, AlertKind.STALE, "", detail, now)
