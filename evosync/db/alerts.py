"""Queries on alerts: what is broken, whether its person has been told, and whether it is well.

An alert is told once when something breaks and once when it is well again.
What was well again before anybody was told is not told at all; what breaks
anew before it was told to be well goes on as the same alert.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from evosync.db.accounts import UserStatus
from evosync.db.tables.accounts import users
from evosync.db.tables.journal import alerts_sent
from evosync.db.types import Tx


class AlertKind(StrEnum):
    """What an alert is of."""

    CONNECTION = "connection"
    HELD = "held"
    PAUSED = "paused"
    STALE = "stale"


class _State(StrEnum):
    NEW = "new"  # it broke, and nobody has been told
    TOLD = "told"
    OVER = "over"  # it is well, and whoever was told otherwise does not know
    CLOSED = "closed"


_BROKEN = (_State.NEW.value, _State.TOLD.value)
_UNTOLD = (_State.NEW.value, _State.OVER.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a person is to be told: that something broke, or (`is_over`) that it is well again.

    `since` is when it came to that.
    """

    id: int
    user_id: int
    email: str | None
    time_zone: str
    kind: AlertKind
    subject: str
    detail: Mapping[str, Any]
    since: datetime
    is_over: bool


async def open_alert(
    tx: Tx, user_id: int, kind: AlertKind, subject: str, detail: Mapping[str, Any], now: datetime
) -> None:
    """Something is broken: what is open already stays as it is."""
    mine = _mine(user_id, kind, subject)
    state = await tx.scalar(select(alerts_sent.c.state).where(*mine).with_for_update())
    values = {"detail": dict(detail), "sent_at": now, "recovered_at": None}
    if state is None:
        new = {"user_id": user_id, "kind": kind.value, "subject": subject}
        # Another may find it broken between our look and our insert.
        with contextlib.suppress(IntegrityError):
            async with tx.begin_nested():
                await tx.execute(
                    insert(alerts_sent).values(**new, **values, state=_State.NEW.value)
                )
    elif state not in _BROKEN:
        # Whoever was told that it is broken, and not yet that it is well, need not be told.
        after = _State.TOLD if state == _State.OVER else _State.NEW
        await tx.execute(update(alerts_sent).where(*mine).values(**values, state=after.value))


async def close_alert(tx: Tx, user_id: int, kind: AlertKind, subject: str, now: datetime) -> None:
    """Something is well: nothing happens where nothing was broken."""
    mine = _mine(user_id, kind, subject)
    for before, after in ((_State.NEW, _State.CLOSED), (_State.TOLD, _State.OVER)):
        await tx.execute(
            update(alerts_sent)
            .where(*mine, alerts_sent.c.state == before.value)
            .values(state=after.value, recovered_at=now)
        )


async def drop_alert(tx: Tx, user_id: int, kind: AlertKind, subject: str, now: datetime) -> None:
    """What was broken is no more, such as a connection cut off by hand: nobody is told."""
    await tx.execute(
        update(alerts_sent)
        .where(*_mine(user_id, kind, subject))
        .values(state=_State.CLOSED.value, recovered_at=now)
    )


async def list_open(tx: Tx, user_id: int) -> set[AlertKind]:
    """List what is broken for a user."""
    found = await tx.scalars(
        select(alerts_sent.c.kind).where(
            alerts_sent.c.user_id == user_id, alerts_sent.c.state.in_(_BROKEN)
        )
    )
    return {AlertKind(kind) for kind in found}


async def list_untold(tx: Tx, limit: int) -> list[Alert]:
    """List what people are to be told, the oldest first; only those who may come in are told."""
    found = await tx.execute(
        select(alerts_sent, users.c.email, users.c.time_zone)
        .join(users, users.c.id == alerts_sent.c.user_id)
        .where(alerts_sent.c.state.in_(_UNTOLD), users.c.status == UserStatus.ACTIVE.value)
        .order_by(alerts_sent.c.id)
        .limit(limit)
    )
    return [
        Alert(
            id=row.id,
            user_id=row.user_id,
            email=row.email,
            time_zone=row.time_zone,
            kind=AlertKind(row.kind),
            subject=row.subject,
            detail=row.detail or {},
            since=row.recovered_at or row.sent_at,
            is_over=row.state == _State.OVER.value,
        )
        for row in found
    ]


async def mark_told(tx: Tx, alert: Alert) -> None:
    """Its person has been told, or there is nobody to tell; what changed meanwhile stays so."""
    before, after = (_State.OVER, _State.CLOSED) if alert.is_over else (_State.NEW, _State.TOLD)
    await tx.execute(
        update(alerts_sent)
        .where(alerts_sent.c.id == alert.id, alerts_sent.c.state == before.value)
        .values(state=after.value)
    )


def _mine(user_id: int, kind: AlertKind, subject: str) -> tuple[Any, ...]:
    return (
        alerts_sent.c.user_id == user_id,
        alerts_sent.c.kind == kind.value,
        alerts_sent.c.subject == subject,
    )
