"""The one list of checks, for the command and for the page, and how one is made."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from evosync.doctor import (
    clocks,
    connections,
    database,
    key,
    limits,
    looks,
    mail,
    own_address,
    room,
    settings,
    work,
)
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import Verdict, unknown
from evosync.errors import EvoSyncError, Misconfigured
from evosync.redact import mask_text

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
LONG_TIMEOUT_S = 18.0

MACHINE, DATABASE, OUTSIDE, PEOPLE, WORK = (
    "Программа и машина",
    "База данных",
    "Связь",
    "Подключения людей",
    "Работа",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: where its lines stand, what they are about, and how it is made.

    `is_slow` = it goes out into the net or through the whole database, so
    that a page does not wait for it.
    """

    section: str
    titles: tuple[str, ...]
    look: Callable[[Patient], Awaitable[list[Verdict]]]
    is_slow: bool = False
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """What it is known by: no other begins with the same title."""
        return self.titles[0]


CHECKS = (
    Check(section=MACHINE, titles=(looks.VERSION,), look=looks.look_at_version),
    Check(
        section=MACHINE,
        titles=(settings.FILE, settings.ADDRESS, settings.PROXY),
        look=looks.look_at_settings,
    ),
    Check(section=MACHINE, titles=(key.TITLE,), look=looks.look_at_key),
    Check(section=MACHINE, titles=(room.DISK,), look=looks.look_at_room),
    Check(section=MACHINE, titles=(room.MEMORY,), look=looks.look_at_memory),
    Check(
        section=DATABASE,
        titles=(database.DATABASE, database.WHOLENESS),
        look=looks.look_at_database,
        is_slow=True,
    ),
    Check(section=DATABASE, titles=(database.SCHEMA,), look=looks.look_at_schema, is_slow=True),
    Check(
        section=OUTSIDE,
        titles=(looks.EVOTOR, looks.VK, clocks.TITLE),
        look=looks.look_outside,
        is_slow=True,
    ),
    Check(section=OUTSIDE, titles=(mail.TITLE,), look=looks.look_at_letters, is_slow=True),
    Check(
        section=OUTSIDE,
        titles=(own_address.SITE, own_address.WEBHOOK),
        look=looks.look_at_own_address,
        is_slow=True,
    ),
    Check(
        section=PEOPLE,
        titles=tuple(connections.TITLES.values()),
        look=looks.look_at_connections,
        is_slow=True,
        timeout_s=LONG_TIMEOUT_S,
    ),
    Check(section=PEOPLE, titles=(limits.ROOM,), look=looks.look_at_fullness, is_slow=True),
    Check(section=WORK, titles=(work.SERVICE,), look=looks.look_at_service),
    Check(section=WORK, titles=(work.RUNS,), look=looks.look_at_runs),
    Check(section=WORK, titles=(work.BACKUP,), look=looks.look_at_backup),
    Check(section=WORK, titles=(limits.QUOTA,), look=looks.look_at_quota),
)
QUICK = tuple(check for check in CHECKS if not check.is_slow)
SLOW = tuple(check for check in CHECKS if check.is_slow)


async def make(check: Check, patient: Patient) -> list[Verdict]:
    """Make one check; one that cannot be made says so, and never breaks the others."""
    try:
        async with asyncio.timeout(check.timeout_s):
            return await check.look(patient)
    except TimeoutError:
        told = f"За {check.timeout_s:.0f} с проверить не успели."
    except Misconfigured as error:
        told = f"Не вышло: {error.name}: {error.why}"
    except EvoSyncError as error:
        told = f"Не вышло. {error.message}"
    except Exception:
        log.exception("check of the doctor broke", check=check.name)
        told = "Внутренняя ошибка EvoSync, подробности в журнале."
    return [unknown(title, mask_text(told)) for title in check.titles]


async def make_all(
    patient: Patient, checks: tuple[Check, ...] = CHECKS
) -> dict[str, list[Verdict]]:
    """Make checks side by side; returns the verdicts of each by its name, in their order."""
    found = await asyncio.gather(*(make(check, patient) for check in checks))
    return {check.name: verdicts for check, verdicts in zip(checks, found, strict=True)}
