"""Runs of the town's people: Anna's month of them, and Clara's, which need her."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from evosync.db import leases, runs
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.runs import run_changes
from evosync.db.tables.runs import runs as run_rows
from evosync.db.types import Tx, folded
from evosync.db.vault import Vault
from evosync.engine.held import Ask, make_held
from evosync.engine.report import RunStatus

DAYS = 12
HELD = 68
LONG_NAME = (
    "Те Гуань Инь Ван «Железная богиня милосердия», улун слабой ферментации, весенний сбор, "
    "Аньси, провинция Фуцзянь, 50 г"
)
EFFORT = {"evotor_requests": 4, "vk_requests": 9, "vk_calls": 201, "seconds": 8.4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A run that ended: when it began, how, and with which rows (kind, outcome, changes)."""

    user_id: int
    at: datetime
    community_id: int
    end: RunEnd
    trigger: RunTrigger = RunTrigger.TIMER
    rows: list[dict[str, Any]] = field(default_factory=list)


async def add_month(tx: Tx, user_id: int, now: datetime) -> None:
    """Let a shop have had a month of runs; the last one of them changed prices."""
    for back in range(DAYS, 0, -1):
        counts = {"created": back % 4, "updated": 7 * back % 23, "failed": int(back % 3 == 0)}
        end = RunEnd(status=RunStatus.DONE, counts=counts, effort=EFFORT)
        at = now - timedelta(days=2 * back)
        await add_past(tx, Past(user_id=user_id, at=at, community_id=1, end=end))
        for hour in range(1, 3):
            empty = RunEnd(status=RunStatus.DONE, is_empty=True)
            later = at + timedelta(hours=hour)
            await add_past(tx, Past(user_id=user_id, at=later, community_id=1, end=empty))


async def add_done(tx: Tx, user_id: int, now: datetime) -> int:
    """Let a run have done what it was to, but for one product."""
    names = [LONG_NAME, *(f"Чай чёрный № {number}" for number in range(1, 9))]
    rows = [
        row_of(name, "update", {"price": [135_000 + place, 142_000 + place]})
        for place, name in enumerate(names)
    ]
    refused = row_of("Иван-чай с облепихой, 75 г", "create", {"price": [None, 99_000]}, "failed")
    rows.append(refused | {"code": "10", "message": "Internal server error"})
    end = RunEnd(
        status=RunStatus.PARTIAL,
        counts={"created": 0, "updated": 9, "failed": 1, "unchanged": 206},
        effort=EFFORT,
        problem_counts={"no_price": 7, "vk_error": 1, "not_for_sale": 2},
    )
    at = now - timedelta(hours=1)
    past = Past(user_id=user_id, at=at, community_id=1, end=end, rows=rows)
    return await add_past(tx, past)


async def add_paused(tx: Tx, user_id: int, now: datetime, vault: Vault) -> int:
    """Let a run have met a captcha."""
    end = RunEnd(
        status=RunStatus.PAUSED,
        error_code="vk_captcha",
        error_text="VK просит подтвердить, что вы не робот.",
        sealed_link=vault.seal("https://vk.com/captcha.php?sid=1"),
    )
    at = now - timedelta(hours=3)
    return await add_past(tx, Past(user_id=user_id, at=at, community_id=2, end=end))


async def add_held(tx: Tx, user_id: int, now: datetime) -> int:
    """Let a run ask whether it may hide many goods."""
    names = [LONG_NAME, *(f"Пуэр № {number}, блин 357 г" for number in range(1, HELD))]
    rows = [row_of(name, "hide", {}, "held") | {"product_id": name[:36]} for name in names]
    rows += [row_of("Да Хун Пао", "update", {"price": [121_000, 127_000]})]
    told = f"С продажи ушло бы товаров: {HELD}, осталось бы: 148 (за последние сутки было 216)."
    end = RunEnd(
        status=RunStatus.HELD,
        counts={"updated": 1, "held": HELD},
        held=make_held([(Ask.HIDE, name[:36]) for name in names], [told]),
        live_items=216,
        effort=EFFORT,
        problem_counts={"held": HELD},
    )
    at = now - timedelta(hours=1)
    past = Past(user_id=user_id, at=at, community_id=2, end=end, rows=rows)
    return await add_past(tx, past)


async def add_going(tx: Tx, user_id: int, now: datetime) -> int:
    """Let a run be half way."""
    begun = now - timedelta(minutes=2)
    button = RunTrigger.BUTTON
    run_id = await runs.create_run(tx, user_id, RunKind.MIRROR, button, begun)
    await hold(tx, run_id, begun, 2)
    await tx.execute(
        update(run_rows)
        .where(run_rows.c.id == run_id)
        .values(stage="apply", planned=192, asked_by=user_id)
    )
    rows = [
        row_of(
            LONG_NAME if place == 117 else f"Матча № {place}", "update", {"price": [1_000, 2_000]}
        )
        for place in range(118)
    ]
    rows[116] |= {"outcome": "failed", "code": "10", "message": "VK не принял товар."}
    for place, row in enumerate(rows):
        row["created_at"] = now - timedelta(seconds=(118 - place) // 10)
    await save_rows(tx, run_id, user_id, rows)
    return run_id


async def hold(tx: Tx, run_id: int, at: datetime, community_id: int | None = None) -> None:
    """Let a run go on: held by this process, or the service takes it for one that was killed."""
    holder = leases.new_holder()
    assert await leases.take(tx, f"run:{run_id}", holder, timedelta(days=1))
    assert await runs.claim_run(tx, run_id, holder.token, at, community_id)


async def add_past(tx: Tx, past: Past) -> int:
    """Write down a run that ended; returns its id."""
    user_id, at = past.user_id, past.at
    run_id = await runs.create_run(tx, user_id, RunKind.MIRROR, past.trigger, at)
    await runs.claim_run(tx, run_id, "a test", at, past.community_id)
    if past.rows:
        await save_rows(tx, run_id, user_id, [{"created_at": at} | row for row in past.rows])
    await runs.finish_run(tx, run_id, past.end, at + timedelta(seconds=8))
    return run_id


def row_of(name: str, kind: str, changes: dict[str, Any], outcome: str = "done") -> dict[str, Any]:
    return {
        "name": name,
        "name_folded": folded(name),
        "kind": kind,
        "changes": changes,
        "outcome": outcome,
        "product_id": name[:36],
        "code": None,
        "message": None,
    }


async def save_rows(tx: Tx, run_id: int, user_id: int, rows: list[dict[str, Any]]) -> None:
    own = {"run_id": run_id, "user_id": user_id}
    await tx.execute(insert(run_changes), [own | row for row in rows])
