"""The connections of people: what their keys open, asked anew of those that matter most."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from evosync.db.connection_health import Finding
from evosync.db.oversight import ConnectionSeen, list_connections
from evosync.db.services import Service
from evosync.doctor.lent_token import LentToken
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.errors import EvoSyncError
from evosync.jobs.looking import INTERNAL, UNREACHABLE, find
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

TITLES = {Service.EVOTOR: "Ключи Эвотора", Service.VK: "Ключи VK"}

# Of more people the rounds of checks know enough: each is looked at every few minutes anyway.
MOST_ASKED = 50
AT_ONCE = 8
PATIENCE_S = 14.0
MOST_NAMED = 10

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_PASSING = frozenset({UNREACHABLE, INTERNAL})

_Found = dict[tuple[Service, int], ConnectionSeen]

ADVICE = {
    "vk_no_right": "Владелец магазина должен войти в VK ещё раз и разрешить «Товары».",
    "vk_no_role": "Сделайте владельца ключа администратором сообщества.",
    "vk_market_off": "В сообществе: Управление → Разделы → Товары → включить.",
    "connection_broken": "Подключите заново на странице «Подключения».",
    "vk_captcha": "Владелец магазина должен пройти проверку VK: ссылка на «Подключениях».",
}
"""What to do, by what is amiss; the sentence of the check says what that is."""


async def look_at_connections(opened: Installation) -> list[Verdict]:
    """Ask both services with the keys of active users, and judge what is known of all of them.

    Those in trouble and those who were not asked for longest come first; what
    cannot be asked in time is told as the last check left it. Nothing is
    written: whoever looks may have another key than the service, or no net.
    """
    began_at = opened.clock()
    async with opened.database.read() as tx:
        known = {service: await list_connections(tx, service) for service in Service}
    found: _Found = {}
    asked = {
        asyncio.create_task(_ask_all(opened, ones, found), name=f"ask {service.value}")
        for service, ones in known.items()
    }
    try:
        await asyncio.wait(asked, timeout=PATIENCE_S)
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    return [
        verdict
        for service, ones in known.items()
        for verdict in judge_connections(
            service, [found.get((service, one.user_id), one) for one in ones], began_at
        )
    ]


async def _ask_all(opened: Installation, known: Sequence[ConnectionSeen], found: _Found) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(one: ConnectionSeen) -> None:
        async with slots:
            seen = await _ask(opened, one)
        if seen is not None:
            found[one.service, one.user_id] = seen

    async with asyncio.TaskGroup() as asking:
        for one in first_to_ask(known):
            asking.create_task(ask(one))


async def _ask(opened: Installation, one: ConnectionSeen) -> ConnectionSeen | None:
    """Ask one service with one key; None when what it said tells nothing of the connection."""
    keeper = LentToken(opened.shelf, one.service, one.user_id)
    try:
        with structlog.contextvars.bound_contextvars(user_id=one.user_id):
            finding = await find(opened, one.service, one.user_id, keeper, with_rights=True)
    except EvoSyncError as error:  # the database's
        log.warning("connection not asked", service=one.service.value, code=error.code)
        return None
    if finding is None or keeper.is_spent:
        return None
    return as_found(one, finding, opened.clock())


def as_found(one: ConnectionSeen, finding: Finding, now: datetime) -> ConnectionSeen:
    """Return a connection as a check would leave it that found this."""
    if finding.is_passing and one.code and not one.is_online:
        return one  # what a person has to mend stays so while nobody answers
    return replace(
        one,
        is_online=finding.error is None,
        error=finding.error,
        code=finding.code,
        checked_at=now,
    )


def first_to_ask(seen: Sequence[ConnectionSeen]) -> list[ConnectionSeen]:
    """Choose whom to ask: those in trouble, then those whose rights nobody looked at longest."""

    def rank(one: ConnectionSeen) -> tuple[bool, datetime]:
        return one.is_online, one.rights_checked_at or one.checked_at or _NEVER

    return sorted(seen, key=rank)[:MOST_ASKED]


def judge_connections(
    service: Service, seen: Sequence[ConnectionSeen], began_at: datetime
) -> list[Verdict]:
    """Judge the connections to one service: a line of all, and one of each that is in trouble.

    What was looked at since `began_at` is fresh; the rest is as the rounds of checks left it.
    """
    title = TITLES[service]
    if not seen:
        return [unknown(title, "Никто не подключён.")]
    fresh = [one for one in seen if one.checked_at is not None and one.checked_at >= began_at]
    troubled = [one for one in seen if one.checked_at is not None and not one.is_online]
    halfway = [one for one in seen if one.is_online and not one.is_whole]
    working = len([one for one in seen if one.is_online and one.is_whole])
    told = f"Подключено {len(seen)}, работает {working}, проверено сейчас {len(fresh)}."
    if not fresh:
        whole = unknown(title, told, "Спросить сейчас не вышло: это последнее известное.")
    elif troubled:
        whole = attention(title, told)
    else:
        whole = good(title, told)
    lines = [_of_trouble(title, one) for one in troubled[:MOST_NAMED]]
    lines += [
        attention(_of(title, one), "Сообщество VK не выбрано.", "Выберите его на «Подключениях».")
        for one in halfway[:MOST_NAMED]
    ]
    return [whole, *lines]


def _of_trouble(title: str, one: ConnectionSeen) -> Verdict:
    judge = attention if one.code in _PASSING else broken
    return judge(_of(title, one), one.error or "Не работает.", ADVICE.get(one.code or "", ""))


def _of(title: str, one: ConnectionSeen) -> str:
    return f"{title}: {one.owner or f'№ {one.user_id}'}"
