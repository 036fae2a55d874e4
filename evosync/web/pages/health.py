"""`GET /health`: whether the service lives, for uptime monitors; no secrets, no login."""

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse

from evosync.db.engine import Database
from evosync.errors import EvoSyncError
from evosync.web.state import AppState

NO_STORE = {"Cache-Control": "no-store"}


async def show(request: Request) -> JSONResponse:
    """Answer 200 `ok` or `degraded`, 503 `down`; with `?strict=1` degraded is 503 too.

    Down: the database is silent for a second or the scheduler for three
    minutes. Degraded: a round of the scheduler failed the last time.
    """
    state: AppState = request.app.state.evosync
    is_answering = await _answers(state.database)
    is_beating = state.scheduler.is_alive()
    status = "ok"
    if not (is_answering and is_beating):
        status = "down"
    elif state.scheduler.failed or state.mirroring.is_overdue():
        status = "degraded"
    is_bad = status == "down" or (
        status == "degraded" and request.query_params.get("strict") == "1"
    )
    last_run_at = state.mirroring.last_run_at
    return JSONResponse(
        {
            "status": status,
            "database": "ok" if is_answering else "down",
            "scheduler": "ok" if is_beating else "down",
            "last_run_at": last_run_at.isoformat() if last_run_at else None,
            "last_backup_at": None,
            "version": version("evosync"),
        },
        status_code=503 if is_bad else 200,
        headers=NO_STORE,
    )


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except EvoSyncError:
        return False
    return True
