"""Housekeeping: what has been kept long enough goes, in small steps beside everything else."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from evosync.accounts.desk import Desk
from evosync.accounts.unconfirmed import drop_unconfirmed
from evosync.db import cleanup, settings_kv
from evosync.db.types import Tx

log = structlog.get_logger(__name__)

# A link to confirm lasts three days, and another can be asked for.
UNCONFIRMED_FOR = timedelta(days=30)

# A clock set years ahead by mistake would make everything old at once. So after a gap
# nothing is deleted for a day, in which somebody, or NTP, may notice. A week is no such gap:
# a machine that is on one day in two, or in seven, would never have its day. But what went
# ahead under a running service was the clock, and a day of it is enough; nearly one, for
# the two clocks are read one after the other.
GAP = timedelta(days=7)
LEAP = timedelta(hours=23)
NOTICED_IN = timedelta(days=1)
CLOCK_SEEN = "house_clock"


async def keep_house(desk: Desk, leapt: timedelta = timedelta(0)) -> None:
    """Delete whatever has had its time: of runs, requests, notices, sessions, registrations.

    With runs go the answers to their questions and what VK refused in them.
    `leapt` is by how much the clock was set ahead since the last time. Nothing
    is deleted in the day after that was a day or more, or after a week in which
    nobody kept house: the service was off, or the clock was set meanwhile.
    """
    settings, now, database = desk.settings, desk.clock(), desk.database
    if not await database.write(_is_clock_steady, now, leapt):
        log.warning("house not kept: the clock went far ahead, or the service was off")
        return
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


async def _is_clock_steady(tx: Tx, now: datetime, leapt: timedelta) -> bool:
    """Note the present moment, and tell whether the clock has come to it step by step for a day."""
    noted: dict[str, Any] = await settings_kv.find_value(tx, CLOCK_SEEN) or {}
    seen_at, steady_from = (_moment(noted.get(name), now) for name in ("seen_at", "steady_from"))
    if now - seen_at >= GAP or leapt >= LEAP:
        steady_from = now + NOTICED_IN
    # Set back, the clock would come to that moment late.
    steady_from = min(steady_from, now + NOTICED_IN)
    value = {"seen_at": now.isoformat(), "steady_from": steady_from.isoformat()}
    await settings_kv.save_value(tx, CLOCK_SEEN, value, now)
    return now >= steady_from


def _moment(told: str | None, now: datetime) -> datetime:
    return now if told is None else datetime.fromisoformat(told)
