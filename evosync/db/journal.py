"""Queries on the log of acts: who did what to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Insert, Row, and_, func, insert, or_, select, true

from evosync.db.tables.accounts import users
from evosync.db.tables.journal import audit_log
from evosync.db.types import Tx

PAGE = 50  # acts


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
    await tx.execute(written(act))


def written(act: Act) -> Insert:
    """Make the statement that writes an act down."""
    return insert(audit_log).values(
        action=act.action,
        actor=act.actor,
        subject=act.subject,
        actor_id=act.actor_id,
        subject_id=act.subject_id,
        detail=dict(act.detail),
        address=act.address,
        at=act.at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSearch:
    """What is looked for: acts by or on an account, of one kind, with words in a name; the page."""

    user_id: int | None = None
    action: str = ""
    words: str = ""
    page: int = 1


async def list_acts(tx: Tx, search: ActSearch | None = None) -> list[Act]:
    """List a page of acts, the latest first."""
    wanted = search or ActSearch()
    query = select(audit_log).where(_fits(wanted)).order_by(audit_log.c.id.desc())
    found = await tx.execute(query.limit(PAGE).offset((wanted.page - 1) * PAGE))
    return [_act(row) for row in found]


async def list_addresses(tx: Tx, email_folded: str, action: str, since: datetime) -> list[str]:
    """List from where an account, by its folded e-mail, did something since a moment."""
    found = await tx.scalars(
        select(audit_log.c.address)
        .join(users, users.c.id == audit_log.c.subject_id)
        .where(
            users.c.email_folded == email_folded,
            audit_log.c.action == action,
            audit_log.c.at >= since,
            audit_log.c.address.is_not(None),
        )
        .distinct()
    )
    return list(found)


async def count_acts(tx: Tx, search: ActSearch) -> int:
    """Count the acts that fit, on all pages."""
    query = select(func.count()).select_from(audit_log).where(_fits(search))
    return await tx.scalar(query) or 0


def _fits(search: ActSearch) -> ColumnElement[bool]:
    fits: list[ColumnElement[bool]] = [true()]
    if search.user_id is not None:
        mine = (audit_log.c.actor_id, audit_log.c.subject_id)
        fits.append(or_(*(column == search.user_id for column in mine)))
    if search.action:
        fits.append(audit_log.c.action == search.action)
    if search.words:
        fits.append(or_(*(_has(each, search.words) for each in _NAMED)))
    return and_(*fits)


_NAMED = (audit_log.c.actor, audit_log.c.subject)


def _has(column: Column[str], words: str) -> ColumnElement[bool]:
    """Look for words in any case; SQLite knows only that of Latin letters."""
    in_lower_case = func.lower(column).contains(words.lower(), autoescape=True)
    return or_(column.contains(words, autoescape=True), in_lower_case)


def _act(row: Row[Any]) -> Act:
    return Act(
        action=row.action,
        actor=row.actor,
        subject=row.subject,
        actor_id=row.actor_id,
        subject_id=row.subject_id,
        detail=row.detail,
        address=row.address,
        at=row.at,
    )
