"""`GET /health`: whether the service lives, for uptime monitors; no secrets, no login."""

from datetime import datetime
from importlib.metadata import version
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from evosync.jobs.vitals import Status, take_vitals
from evosync.web.description import Description, Parameter
from evosync.web.state import state_of


class HealthReport(msgspec.Struct, kw_only=True):
    """What a monitor is told; moments are in UTC."""

    status: Status
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
    vitals = await take_vitals(state.database, state.scheduler, state.mirroring)
    is_strict = request.query_params.get("strict") == "1"
    is_bad = vitals.status == "down" or (vitals.status == "degraded" and is_strict)
    last = state.backups.last
    report = HealthReport(
        status=vitals.status,
        database="ok" if vitals.is_database_up else "down",
        scheduler="ok" if vitals.is_scheduler_up else "down",
        last_run_at=state.mirroring.last_run_at,
        last_backup_at=last.made_at if last else None,
        version=version("evosync"),
    )
    return Response(
        msgspec.json.encode(report), 503 if is_bad else 200, media_type="application/json"
    )
