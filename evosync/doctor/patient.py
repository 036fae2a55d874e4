"""What is examined: an installation that may be broken, opened as far as it can be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evosync import clock
from evosync.db.engine import Database, open_database
from evosync.db.migrate import SchemaState, check_schema
from evosync.doctor.key import see_key
from evosync.doctor.work import ServiceSeen
from evosync.env_file import ENV_FILE
from evosync.errors import EvoSyncError, Misconfigured
from evosync.settings import Settings
from evosync.spoken import MOSCOW
from evosync.wiring import Installation, open_installation

NO_DATABASE = "База не открывается: сначала исправьте её."
NO_KEY = "Без ключа шифрования сохранённые ключи доступа не открыть."
NO_SCHEMA = {
    SchemaState.EMPTY: "Базы ещё нет: она появится при первом запуске.",
    SchemaState.BEHIND: "Схема базы от прежней версии: сначала обновите её.",
    SchemaState.FUTURE: "Схема базы от более новой версии: сначала обновите программу.",
}

PATIENCE_S = 8.0  # for the database, before the checks begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """An installation with whatever of it could be opened.

    `database` is None unless it answers and its schema is this program's;
    `opened` is None when connections cannot be worked with either; `why_not`
    is said of whatever cannot be looked at then, and `unfit` is the setting
    that keeps it from that, if one does. `service`
    is None when we are not the service itself. `zone` is where whoever reads
    the verdicts lives.
    """

    settings: Settings
    warnings: tuple[str, ...] = ()
    env_file: Path = ENV_FILE
    database: Database | None = None
    opened: Installation | None = None
    why_not: str = ""
    unfit: Misconfigured | None = None
    service: ServiceSeen | None = None
    clock: Callable[[], datetime] = clock.now
    zone: str = MOSCOW


@asynccontextmanager
async def admitted(
    settings: Settings,
    warnings: tuple[str, ...] = (),
    *,
    now: Callable[[], datetime] = clock.now,
) -> AsyncIterator[Patient]:
    """Open what can be opened; neither the schema nor a file nor a key is made or changed.

    Raises nothing for what is broken: the checks will say so.
    """
    async with AsyncExitStack() as stack:
        patient = Patient(settings=settings, warnings=warnings, clock=now)
        database, why_not = await _open_database(settings, stack)
        if database is None:
            yield replace(patient, why_not=why_not)
            return
        patient = replace(patient, database=database)
        try:
            opened = await _open_all(settings, stack, now)
        except Misconfigured as error:
            yield replace(patient, why_not=error.message, unfit=error)
            return
        except (EvoSyncError, TimeoutError):
            yield replace(patient, why_not=NO_DATABASE)
            return
        yield replace(patient, opened=opened, why_not=NO_KEY)


async def _open_database(settings: Settings, stack: AsyncExitStack) -> tuple[Database | None, str]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            state = await check_schema(settings.database)
        if state is not SchemaState.CURRENT:
            return None, NO_SCHEMA[state]
        database = open_database(settings.database)
    except (EvoSyncError, TimeoutError):
        return None, NO_DATABASE
    stack.push_async_callback(database.close)
    return database, ""


async def _open_all(
    settings: Settings, stack: AsyncExitStack, now: Callable[[], datetime]
) -> Installation | None:
    # A key that this process made might be one that the service may not read.
    if not (await asyncio.to_thread(see_key, settings)).is_there:
        return None
    async with asyncio.timeout(PATIENCE_S):
        return await stack.enter_async_context(open_installation(settings, now=now))
