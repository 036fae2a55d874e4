"""Queries for whoever watches the installation as a whole: how many, how well, how long ago."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, case, func, select, text

from evosync.db.due import SUCCESSES, users_due
from evosync.db.runs import RunKind
from evosync.db.services import Service, table_of
from evosync.db.tables.accounts import users
from evosync.db.tables.market import parked
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.db.urls import is_sqlite, sqlite_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """An installation in numbers.

    `connections` are by service and state: `green`, `red`, `grey` (not checked yet). A shop that
    is due is one that the timer mirrors: `last_success_at` is when a run last did what it could
    for any of them, `stalest_at` the same of the one for which that is longest ago (where it
    never was: when its first push was confirmed). `on_sale` and `problems` (by code) are what
    those last runs left. `parked` are users by the method of VK that has to rest.
    """

    accounts: Mapping[str, int]
    connections: Mapping[tuple[str, str], int]
    shops_due: int
    last_success_at: datetime | None
    stalest_at: datetime | None
    on_sale: int
    problems: Mapping[str, int]
    parked: Mapping[str, int]


async def take_census(tx: Tx, now: datetime) -> Census:
    """Count what there is: rows of people and their settings, and one run for each of them.

    No table that grows with goods, runs or requests is read through.
    """
    shops = await _last_successes(tx)
    reached = [shop for shop in shops if shop.succeeded_at is not None]
    since = [shop.succeeded_at or shop.confirmed_at for shop in shops]
    problems: Counter[str] = Counter()
    for shop in reached:
        problems.update(shop.problems)
    return Census(
        accounts=await _accounts(tx),
        connections={
            (service.value, state): number
            for service in Service
            for state, number in (await _connections(tx, service)).items()
        },
        shops_due=len(shops),
        last_success_at=max((s.succeeded_at for s in reached if s.succeeded_at), default=None),
        stalest_at=min(filter(None, since), default=None),
        on_sale=sum(shop.on_sale for shop in reached),
        problems=problems,
        parked=await _parked(tx, now),
    )


async def database_bytes(tx: Tx) -> int:
    """Return how much room the database takes, that of its journal included.

    What a server of MariaDB tells is an estimate, of pages that it has counted.
    """
    url = tx.engine.url
    if is_sqlite(url):
        file = sqlite_file(url)
        return sum(map(_size, (file, file.with_name(f"{file.name}-wal"))))
    told = await tx.scalar(
        text(
            "SELECT SUM(data_length + index_length) FROM information_schema.tables"
            " WHERE table_schema = DATABASE()"
        )
    )
    return int(told or 0)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - one look, that takes microseconds
    except OSError:
        return 0


async def _accounts(tx: Tx) -> dict[str, int]:
    found = await tx.execute(select(users.c.status, func.count()).group_by(users.c.status))
    return dict(found.all())


async def _connections(tx: Tx, service: Service) -> dict[str, int]:
    columns = table_of(service).c
    state = case(
        (columns.last_checked_at.is_(None), "grey"), (columns.is_online, "green"), else_="red"
    )
    found = await tx.execute(
        select(state, func.count()).where(columns.access_token.is_not(None)).group_by(state)
    )
    return dict.fromkeys(("green", "red", "grey"), 0) | dict(found.all())


async def _parked(tx: Tx, now: datetime) -> dict[str, int]:
    found = await tx.execute(
        select(parked.c.method, func.count())
        .where(parked.c.until_at > now)
        .group_by(parked.c.method)
    )
    return dict(found.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shop:
    confirmed_at: datetime | None
    succeeded_at: datetime | None
    on_sale: int
    problems: Mapping[str, int]


async def _last_successes(tx: Tx) -> list[_Shop]:
    """List whom the timer mirrors, each with the last run that did what it could."""
    good = runs.alias()
    last = (
        select(good.c.id)
        .where(
            good.c.user_id == sync_configs.c.user_id,
            good.c.kind == RunKind.MIRROR.value,
            good.c.status.in_(SUCCESSES),
        )
        .order_by(good.c.queued_at.desc())
        .limit(1)
        .correlate(sync_configs)
        .scalar_subquery()
    )
    # In two steps: of a join by such a query MariaDB makes one that goes through all runs.
    due = await tx.execute(
        select(sync_configs.c.confirmed_at, last.label("run_id")).where(
            sync_configs.c.user_id.in_(await users_due(tx))
        )
    )
    shops = due.all()
    ended = runs.c
    found = await tx.execute(
        select(ended.id, ended.finished_at, ended.live_items, ended.problem_counts).where(
            ended.id.in_([shop.run_id for shop in shops if shop.run_id is not None])
        )
    )
    rows = {row.id: row for row in found}
    return [_shop(shop.confirmed_at, rows.get(shop.run_id)) for shop in shops]


def _shop(confirmed_at: datetime | None, run: Row[Any] | None) -> _Shop:
    return _Shop(
        confirmed_at=confirmed_at,
        succeeded_at=None if run is None else run.finished_at,
        on_sale=0 if run is None else run.live_items or 0,
        problems={} if run is None else run.problem_counts or {},
    )
