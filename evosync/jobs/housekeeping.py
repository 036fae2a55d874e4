"""Housekeeping: what has been kept long enough goes, in small steps beside everything else."""

from datetime import timedelta

import structlog

from evosync.accounts.desk import Desk
from evosync.accounts.unconfirmed import drop_unconfirmed
from evosync.db import cleanup

log = structlog.get_logger(__name__)

# A link to confirm lasts three days, and another can be asked for.
UNCONFIRMED_FOR = timedelta(days=30)


async def keep_house(desk: Desk) -> None:
    """Delete whatever has had its time: of runs, requests, notices, sessions, registrations.

    With runs go the answers to their questions and what VK refused in them.
    """
    settings, now, database = desk.settings, desk.clock(), desk.database
    logs_before = now - timedelta(days=settings.api_log_retention_days)
    runs_before = now - timedelta(days=settings.run_retention_days)
    gone = {
        "runs": await cleanup.delete_old_runs(database, runs_before),
        "answers": await cleanup.delete_old_answers(database, runs_before),
        "refusals": await cleanup.delete_old_refusals(database, runs_before),
        "logs": await cleanup.delete_old_logs(database, logs_before),
        "notices": await cleanup.delete_old_notices(database, logs_before, runs_before),
        "sessions": await cleanup.delete_ended_sessions(database, now),
        "accounts": await drop_unconfirmed(desk, now - UNCONFIRMED_FOR),
    }
    log.info("house kept", **gone)
