"""Queries on who is due: whom the timer mirrors, and whose sides it only reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, true

from evosync.db.accounts import UserStatus
from evosync.db.runs import RunKind
from evosync.db.tables.accounts import users
from evosync.db.tables.connections import evotor_connections, vk_connections
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.engine.report import RunStatus

SUCCESSES = tuple(status.value for status in (RunStatus.DONE, RunStatus.PARTIAL, RunStatus.HELD))
"""How a run ends that did what it could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReading:
    """A user whose sides may be read, whether or not they may be mirrored."""

    user_id: int
    evotor: bool
    vk: bool


async def users_due(tx: Tx, user_id: int | None = None) -> list[int]:
    """List whom the timer mirrors: active, both sides connected, enabled and confirmed.

    Of everybody, or of one user alone.
    """
    config = sync_configs.c
    found = await tx.scalars(
        select(users.c.id)
        .join(sync_configs)
        .where(
            users.c.status == UserStatus.ACTIVE.value,
            config.enabled,
            config.mirror,
            config.confirmed_at.is_not(None),
            _HAS_EVOTOR,
            _HAS_VK,
            _only(user_id),
        )
        .order_by(users.c.id)
    )
    return list(found)


async def readings_due(tx: Tx, user_id: int | None = None) -> list[DueReading]:
    """List whose sides the timer reads: active, and that side connected and switched on.

    Of everybody, or of one user alone. Both switches are on for a user who has no settings yet.
    """
    config = sync_configs.c
    evotor = (_HAS_EVOTOR & func.coalesce(config.refresh_evotor, true())).label("evotor")
    vk = (_HAS_VK & func.coalesce(config.refresh_vk, true())).label("vk")
    found = await tx.execute(
        select(users.c.id, evotor, vk)
        .outerjoin(sync_configs)
        .where(users.c.status == UserStatus.ACTIVE.value, evotor | vk, _only(user_id))
        .order_by(users.c.id)
    )
    return [DueReading(user_id=row.id, evotor=bool(row.evotor), vk=bool(row.vk)) for row in found]


def _only(user_id: int | None) -> ColumnElement[bool]:
    return true() if user_id is None else users.c.id == user_id


_HAS_EVOTOR = exists().where(
    evotor_connections.c.user_id == users.c.id, evotor_connections.c.access_token.is_not(None)
)
_HAS_VK = exists().where(
    vk_connections.c.user_id == users.c.id,
    vk_connections.c.access_token.is_not(None),
    vk_connections.c.community_id.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Somebody whose mirror is on and whose last runs all failed.

    `succeeded_at` is when one last did what it could (None: never), and
    `failing_since` and `failed_at` when the first and the last one after that
    were asked for.
    """

    user_id: int
    succeeded_at: datetime | None
    failing_since: datetime
    failed_at: datetime


async def list_silences(tx: Tx, after: datetime) -> list[Silence]:
    """List whom the timer mirrors in vain; what failed before a moment does not count.

    Nor does what somebody cancelled.
    """
    good, failed = runs.alias(), runs.alias()
    succeeded_at = (
        select(good.c.queued_at)
        .where(
            good.c.user_id == users.c.id,
            good.c.kind == RunKind.MIRROR.value,
            good.c.status.in_(SUCCESSES),
        )
        .order_by(good.c.queued_at.desc())
        .limit(1)
        .correlate(users)
        .scalar_subquery()
    )
    failures = select(failed.c.queued_at).where(
        failed.c.user_id == users.c.id,
        failed.c.kind == RunKind.MIRROR.value,
        failed.c.queued_at > after,
        failed.c.queued_at > func.coalesce(succeeded_at, sync_configs.c.confirmed_at),
        failed.c.status.in_(_FAILURES),
    )
    first, last = (
        failures.order_by(order).limit(1).correlate(users, sync_configs).scalar_subquery()
        for order in (failed.c.queued_at.asc(), failed.c.queued_at.desc())
    )
    found = await tx.execute(
        select(
            users.c.id,
            succeeded_at.label("succeeded_at"),
            first.label("failing_since"),
            last.label("failed_at"),
        )
        .join(sync_configs)
        .where(users.c.id.in_(await users_due(tx)))
    )
    return [
        Silence(
            user_id=row.id,
            succeeded_at=row.succeeded_at,
            failing_since=row.failing_since,
            failed_at=row.failed_at,
        )
        for row in found
        if row.failing_since is not None
    ]


_FAILURES = (RunStatus.FAILED.value, RunStatus.PAUSED.value)
