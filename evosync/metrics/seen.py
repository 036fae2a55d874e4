"""What one look at a running service finds, besides what was counted since its start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evosync.db.census import Census
from evosync.jobs.scheduler import RoundState
from evosync.jobs.vitals import Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the database tells: people and shops in numbers, its own size, the last backup."""

    census: Census
    database_bytes: int
    last_backup_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The state of the service; no `stock` = the database did not answer.

    `working` are users whose run or reading goes on, `waiting` those who wait
    for a place, by who asked: `person` or `timer`.
    """

    now: datetime
    vitals: Vitals
    stock: Stock | None
    working: int
    waiting: dict[str, int]
    rounds: Sequence[RoundState]
