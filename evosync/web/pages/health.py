"""`GET /health`: whether the service lives, for uptime monitors; no secrets, no login."""

from datetime import datetime
from importlib.metadata import version
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from evosync.db.engine import Database
from evosync.errors import EvoSyncError
from evosync.web.description import Description, Parameter
from evosync.web.state import state_of


class HealthReport(msgspec.Struct, kw_only=True):
    """What a monitor is told; moments are in UTC."""

    status: Literal["ok", "degraded", "down"]
    database: Literal["ok", "down"]
    scheduler: Literal["ok", "down"]
    last_run_at: datetime | None
    last_backup_at: datetime | None
    version: str


DESCRIPTION = Description(
    summary="Жив ли сервис: для программ, которые следят за ним",
    parameters=(Parameter(name="strict", about="1: ответ 503 и тогда, когда degraded"),),
    answers={
        200: ("Работает (ok) или работает не во всём (degraded)", HealthReport),
        503: ("Не работает (down)", HealthReport),
    },
)


async def show(request: Request) -> Response:
    """Answer 200 `ok` or `degraded`, 503 `down`; with `?strict=1` degraded is 503 too.

    Down: the database is silent for a second or the scheduler for three
    minutes. Degraded: a round of the scheduler failed the last time.
    """
    state = state_of(request)
    is_answering = await _answers(state.database)
    is_beating = state.scheduler.is_alive()
    status: Literal["ok", "degraded", "down"] = "ok"
    if not (is_answering and is_beating):
        status = "down"
    elif state.scheduler.failed or state.mirroring.is_overdue():
        status = "degraded"
    is_bad = status == "down" or (
        status == "degraded" and request.query_params.get("strict") == "1"
    )
    report = HealthReport(
        status=status,
        database="ok" if is_answering else "down",
        scheduler="ok" if is_beating else "down",
        last_run_at=state.mirroring.last_run_at,
        last_backup_at=None,
        version=version("evosync"),
    )
    return Response(
        msgspec.json.encode(report), 503 if is_bad else 200, media_type="application/json"
    )


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except EvoSyncError:
        return False
    return True
