"""What a run of a user needs before it begins: both connections, the settings, the switches."""

from dataclasses import dataclass
from datetime import datetime

from evosync.db import connections, run_queue, sync
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.footing import Footing, find_footing
from evosync.db.runs import RunKind
from evosync.db.selection import get_selection
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.rules import Selection
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the database says of a user before a run."""

    footing: Footing
    config: SyncConfig
    selection: Selection
    evotor: EvotorConnection
    vk: VkConnection


async def read_setup(tx: Tx, user_id: int, kind: RunKind) -> Setup:
    """Read it. Raises NeedsPerson when something is missing that this kind of run needs."""
    # First of all: what changes while the rest is read is then seen later.
    footing = await find_footing(tx, user_id)
    evotor = await connections.find_evotor(tx, user_id)
    vk = await connections.find_vk(tx, user_id)
    config = await sync.get_config(tx, user_id)
    selection = await get_selection(tx, user_id)
    if footing is None:
        raise _shut_out()
    if evotor is None:
        raise NeedsPerson("Касса Эвотор не подключена.", code="connection_broken")
    if vk is None:
        raise NeedsPerson("Сообщество VK не подключено.", code="connection_broken")
    if kind is RunKind.MIRROR:
        if not config.enabled:
            raise NeedsPerson("Синхронизация выключена.", code="sync_off")
        if config.confirmed_at is None:
            raise NeedsPerson("Вы ещё не подтвердили первую отправку.", code="never_confirmed")
    return Setup(footing=footing, config=config, selection=selection, evotor=evotor, vk=vk)


async def check_asked(tx: Tx, asked: Asked) -> None:
    """Look whether what a person asks for can begin. Raises NeedsPerson when it cannot."""
    if asked.kind is not RunKind.READING:
        await read_setup(tx, asked.user_id, asked.kind)
        return
    if await find_footing(tx, asked.user_id) is None:
        raise _shut_out()
    evotor = await connections.find_evotor(tx, asked.user_id)
    if evotor is None and await connections.find_vk(tx, asked.user_id) is None:
        raise NeedsPerson("Пока ничего не подключено.", code="connection_broken")


async def queue_asked(tx: Tx, asked: Asked, now: datetime) -> int:
    """Queue what a person asks for along with what else is written, and return the run's id.

    `Mirroring.begin` then takes it up; after a kill the next start does. Raises
    NeedsPerson when it cannot begin.
    """
    await check_asked(tx, asked)
    run = await run_queue.ask_for_run(
        tx,
        asked.user_id,
        asked.kind,
        now,
        asked_by=asked.asked_by,
        preview_id=asked.preview_id,
    )
    return run.id


def _shut_out() -> NeedsPerson:
    return NeedsPerson("Учётная запись приостановлена.", code="suspended")
