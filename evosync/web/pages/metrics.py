"""`GET /metrics`: the service in numbers, for whoever brings the token of METRICS_TOKEN."""

import asyncio
import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from evosync.db.backups import find_last_backup
from evosync.db.census import database_bytes, take_census
from evosync.errors import EvoSyncError
from evosync.jobs.vitals import take_vitals
from evosync.metrics.seen import Seen, Stock
from evosync.web.state import AppState, desk_of, state_of

PATH = "/metrics"
STOCK_WITHIN_S = 5.0
"""Whoever asks gives up after ten seconds: Prometheus' own default for a scrape."""


async def show(request: Request) -> Response:
    """Answer with all numbers; 404 where no token is set, 401 to whoever does not bring it.

    Where the database does not answer the numbers of the process are told without its own.
    """
    token = desk_of(request).settings.metrics_token
    state = state_of(request)
    if not token:
        raise HTTPException(404)
    if not _brings(token, request.headers.get("authorization", "")):
        return PlainTextResponse(
            "Нужен заголовок Authorization: Bearer и токен из METRICS_TOKEN.\n",
            401,
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    if state.meter is None:  # the token came to a service that had begun without
        raise HTTPException(404)
    seen = await _look(state)
    accept = request.headers.get("accept", "")
    # Thousands of lines take longer to write than the loop may be kept from others.
    body, media_type = await asyncio.to_thread(state.meter.exposed, seen, accept)
    return Response(body, headers={"Content-Type": media_type})


async def _look(state: AppState) -> Seen:
    vitals = await take_vitals(state.database, state.scheduler, state.mirroring)
    places = state.mirroring.places
    return Seen(
        now=state.opened.clock(),
        vitals=vitals,
        stock=await _stock(state) if vitals.is_database_up else None,
        working=places.working,
        waiting={"person": places.waiting_people, "timer": places.waiting_for_timer},
        rounds=state.scheduler.list_rounds(),
    )


async def _stock(state: AppState) -> Stock | None:
    """Ask the database, in one transaction; None when it does not answer in time."""
    try:
        async with asyncio.timeout(STOCK_WITHIN_S), state.database.read() as tx:
            backup = await find_last_backup(tx)
            return Stock(
                census=await take_census(tx, state.opened.clock()),
                database_bytes=await database_bytes(tx),
                last_backup_at=None if backup is None else backup.made_at,
            )
    except (EvoSyncError, TimeoutError):
        return None


def _brings(token: str, header: str) -> bool:
    scheme, _, given = header.partition(" ")
    is_token = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    return is_token and scheme.lower() == "bearer"
