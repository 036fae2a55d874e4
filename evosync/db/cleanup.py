"""Queries of housekeeping: what is kept long enough goes, a thousand rows at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select

from evosync.db.accounts import UserStatus
from evosync.db.deletion import delete_chunk
from evosync.db.engine import Database
from evosync.db.tables.accounts import sessions, users
from evosync.db.tables.journal import api_logs, webhook_events
from evosync.db.tables.market import refusals
from evosync.db.tables.runs import run_changes, runs
from evosync.db.tables.sync import approvals
from evosync.db.types import Tx


async def delete_old_runs(database: Database, before: datetime) -> int:
    """Delete runs that ended before a moment, and what they changed; returns how many.

    The last run of each kind stays: pages say when it was. Links and intents
    are no part of a run.
    """
    newer = runs.alias()
    later = exists().where(
        newer.c.user_id == runs.c.user_id, newer.c.kind == runs.c.kind, newer.c.id > runs.c.id
    )
    old = and_(runs.c.finished_at < before, later)
    changes_of_old = run_changes.c.run_id.in_(select(runs.c.id).where(old))
    await _delete_all(database, run_changes, changes_of_old)
    return await _delete_all(database, runs, old)


async def delete_old_logs(database: Database, before: datetime) -> int:
    """Delete requests to and from outside that are older than a moment; returns how many."""
    return await _delete_all(database, api_logs, api_logs.c.at < before)


async def delete_old_notices(database: Database, before: datetime, waiting_before: datetime) -> int:
    """Delete webhooks' bodies; tokens that wait for their account may wait longer."""
    old = and_(webhook_events.c.received_at < before, webhook_events.c.sealed.is_(None))
    waited = webhook_events.c.received_at < waiting_before
    return await _delete_all(database, webhook_events, or_(old, waited))


async def delete_old_answers(database: Database, before: datetime) -> int:
    """Delete answers to what runs held that ended before a moment; what lasts stays."""
    return await _delete_all(database, approvals, approvals.c.expires_at < before)


async def delete_old_refusals(database: Database, before: datetime) -> int:
    """Delete what VK refused before a moment, and has not been sent again since.

    What is still wanted is sent again each day, and so was refused of late.
    """
    return await _delete_all(database, refusals, refusals.c.refused_at < before)


async def delete_ended_sessions(database: Database, now: datetime) -> int:
    """Delete sessions that ran out."""
    return await _delete_all(database, sessions, sessions.c.expires_at <= now)


async def list_never_confirmed(tx: Tx, before: datetime) -> list[int]:
    """List accounts that somebody registered before a moment and whose e-mail nobody confirmed.

    Those that were invited, or that a webhook made, wait for their person.
    """
    found = await tx.scalars(
        select(users.c.id).where(
            users.c.status == UserStatus.PENDING.value,
            users.c.created_at < before,
            users.c.invited_at.is_(None),
            users.c.evotor_user_id.is_(None),
        )
    )
    return list(found)


async def _delete_all(database: Database, table: Table[Any], old: ColumnElement[bool]) -> int:
    count = 0
    while done := await database.write(delete_chunk, table, old):
        count += done
    return count
