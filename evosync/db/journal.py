"""Queries on the log of acts: who did what to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from evosync.db.tables.journal import audit_log
from evosync.db.types import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. `actor` and `subject` are names that stay when the accounts go; no secrets."""

    action: str
    actor: str
    subject: str = ""
    actor_id: int | None = None
    subject_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: str | None = None
    at: datetime


async def write_act(tx: Tx, act: Act) -> None:
    """Write an act down."""
    await tx.execute(
        insert(audit_log).values(
            action=act.action,
            actor=act.actor,
            subject=act.subject,
            actor_id=act.actor_id,
            subject_id=act.subject_id,
            detail=dict(act.detail),
            address=act.address,
            at=act.at,
        )
    )


async def list_acts(tx: Tx, limit: int = 100) -> list[Act]:
    """List the last acts, the latest first."""
    found = await tx.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(limit))
    return [
        Act(
            action=row.action,
            actor=row.actor,
            subject=row.subject,
            actor_id=row.actor_id,
            subject_id=row.subject_id,
            detail=row.detail,
            address=row.address,
            at=row.at,
        )
        for row in found
    ]
