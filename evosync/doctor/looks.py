"""How each check looks at an installation: at its disk, its database, the net."""

import asyncio
import os
import platform
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from evosync.apilog.entry import FAILURES
from evosync.backup.amiss import find_amiss
from evosync.backup.folder import see_folder
from evosync.db import due, oversight, runs, sealed_rows
from evosync.db.backups import find_last_backup
from evosync.db.condition import file_of, look_at_file, look_at_server, size_of_file
from evosync.db.migrate import check_schema, head_revision
from evosync.db.mounts import is_on_passing_disk
from evosync.db.serving import is_served
from evosync.db.urls import check_file
from evosync.db.vault import open_vault
from evosync.doctor import (
    clocks,
    connections,
    database,
    key,
    limits,
    outside,
    own_address,
    room,
    work,
)
from evosync.doctor import settings as of_settings
from evosync.doctor.mail import look_at_mail
from evosync.doctor.patient import NO_DATABASE, Patient
from evosync.doctor.verdict import Verdict, good, unknown
from evosync.errors import EvoSyncError, Misconfigured
from evosync.outbound.client import Request, open_client

VERSION = "Версия"
EVOTOR, VK, VK_ID = "Эвотор", "VK", "VK ID"

PATIENCE_S = 7.0  # for the database: less than a check has, so that it can say why
MOST_SEALED = 200  # of each kind: a wrong key opens none, and one of them would do


async def look_at_version(_patient: Patient) -> list[Verdict]:
    """Say what runs."""
    return [good(VERSION, f"EvoSync {version('evosync')}, Python {platform.python_version()}.")]


async def look_at_settings(patient: Patient) -> list[Verdict]:
    """Judge the settings."""
    open_file = await asyncio.to_thread(of_settings.find_open_file, patient.env_file)
    return of_settings.judge_settings(
        patient.settings, patient.warnings, open_file=open_file, unfit=patient.unfit
    )


async def look_at_memory(_patient: Patient) -> list[Verdict]:
    """Look at the machine's memory."""
    return [room.judge_memory(await asyncio.to_thread(room.see_memory))]


async def look_at_room(patient: Patient) -> list[Verdict]:
    """Look at the disks of the data folder and of the database's file."""
    return await asyncio.to_thread(_look_at_room, patient)


async def look_at_key(patient: Patient) -> list[Verdict]:
    """Look at the key, and try it on what is sealed."""
    settings = patient.settings
    seen = await asyncio.to_thread(key.see_key, settings)
    if patient.database is None:
        return [key.judge_key(seen, None)]
    async with patient.database.read() as tx:
        sealed = await sealed_rows.list_sealed(tx, MOST_SEALED)
    if not seen.is_there:
        tried = key.SealedSeen(tried=len(sealed), unopened=len(sealed))
        return [key.judge_key(seen, tried)]
    vault = open_vault(
        settings.data_dir,
        configured=settings.secret_key,
        old=settings.old_secret_keys,
        has_sealed_rows=True,  # so that none is made, should it vanish meanwhile
    )
    return [key.judge_key(seen, await asyncio.to_thread(key.try_sealed, vault, sealed))]


async def look_at_database(patient: Patient) -> list[Verdict]:
    """Look at the database itself, whatever schema is in it."""
    url = patient.settings.database
    try:
        file = file_of(url)
        if file is None:
            asked_at = patient.clock()
            server = await look_at_server(url, PATIENCE_S)
            ours = asked_at + (patient.clock() - asked_at) / 2
            sample = clocks.Sample(whose="базы", theirs=server.now, ours=ours)
            return [*database.judge_server(server), *database.judge_server_clock(sample)]
        if not await asyncio.to_thread(check_file, file):
            return [unknown(database.DATABASE, f"Файла {file} ещё нет: его сделает служба.")]
        is_passing = await asyncio.to_thread(is_on_passing_disk, file)
        seen = await asyncio.to_thread(look_at_file, file, PATIENCE_S)
        return database.judge_file(seen, is_passing=is_passing)
    except EvoSyncError as error:
        return [database.judge_fault(error)]


async def look_at_schema(patient: Patient) -> list[Verdict]:
    """Compare the schema with this program's, and change nothing."""
    try:
        state = await check_schema(patient.settings.database)
    except Misconfigured as error:
        return [unknown(database.SCHEMA, f"Не узнать. {error.name}: {error.why}")]
    except EvoSyncError as error:
        return [unknown(database.SCHEMA, f"Не узнать. {error.message}")]
    return [database.judge_schema(state, head_revision())]


async def look_outside(patient: Patient) -> list[Verdict]:
    """Ask the hosts of Evotor and VK for a sign of life, and for the time."""
    settings, now = patient.settings, patient.clock
    hosts = [
        (EVOTOR, "Эвотора", f"{settings.evotor_api_url}/stores", settings.evotor_ca_file),
        (VK, "VK", f"{settings.vk_api_url}/method/users.get", ""),
    ]
    if settings.vk_client_id:
        hosts.append((VK_ID, "VK ID", settings.vk_id_url, ""))

    async def ask(url: str, ca_file: str) -> outside.Met:
        try:
            client = open_client("doctor", ca_file=ca_file)
        except OSError:  # ssl.SSLError is one
            raise Misconfigured("EVOTOR_CA_FILE", "в файле нет сертификатов PEM.") from None
        try:
            return await outside.meet(client, Request(method="GET", url=url), now)
        finally:
            await client.close()

    met = await asyncio.gather(*(ask(url, ca_file) for _, _, url, ca_file in hosts))
    named = list(zip(hosts, met, strict=True))
    verdicts = [
        outside.judge_met(title, urlsplit(url).netloc, each) for (title, _, url, _), each in named
    ]
    samples = [outside.sample_of(whose, each) for (_, whose, _, _), each in named]
    known = [sample for sample in samples if sample is not None]
    return [*verdicts, clocks.judge_clock(known)]


async def look_at_own_address(patient: Patient) -> list[Verdict]:
    """Ask our own address, as somebody outside would."""
    settings, ours = patient.settings, version("evosync")
    asked = own_address.own_requests(settings)
    client = open_client("doctor")
    try:
        site, webhook = await asyncio.gather(
            outside.meet(client, asked.health, patient.clock),
            outside.meet(client, asked.webhook, patient.clock),
        )
        if site.answer is None and of_settings.is_for_this_machine(settings.public_url):
            port = await outside.meet(client, asked.port, patient.clock)
            is_served = await _is_served(patient)
            of_site = own_address.judge_port(settings, port, ours, is_served=is_served)
        else:
            of_site = own_address.judge_site(settings.public_url, site, ours)
    finally:
        await client.close()
    return [of_site, own_address.judge_webhook(settings, webhook)]


async def _is_served(patient: Patient) -> bool:
    try:
        return patient.service is not None or await is_served(patient.settings.database)
    except EvoSyncError:  # the line on the service says that nobody can tell
        return False


async def look_at_letters(patient: Patient) -> list[Verdict]:
    """Sign in at the mail server."""
    return [await look_at_mail(patient.settings)]


async def look_at_connections(patient: Patient) -> list[Verdict]:
    """Ask Evotor and VK with people's keys."""
    if patient.opened is None:
        return [unknown(title, patient.why_not) for title in connections.TITLES.values()]
    return await connections.look_at_connections(patient.opened)


async def look_at_service(patient: Patient) -> list[Verdict]:
    """See whether the service works: from within, or by the lock that it holds."""
    if patient.service is not None:
        return [work.judge_service(patient.service)]
    try:
        return [work.judge_from_aside(is_served=await is_served(patient.settings.database))]
    except EvoSyncError:
        return [unknown(work.SERVICE, NO_DATABASE)]


async def look_at_runs(patient: Patient) -> list[Verdict]:
    """See when a run last ended."""
    if patient.database is None:
        return [unknown(work.RUNS, patient.why_not)]
    async with patient.database.read() as tx:
        last_at = await runs.last_finished_at(tx)
        count = len(await due.users_due(tx))
    now = patient.clock()
    return [work.judge_runs(last_at, count, patient.settings, now, patient.zone)]


async def look_at_backup(patient: Patient) -> list[Verdict]:
    """See when the last backup was made."""
    if patient.database is None:
        return [unknown(work.BACKUP, patient.why_not)]
    async with patient.database.read() as tx:
        last = await find_last_backup(tx)
    settings, service = patient.settings, patient.service
    folder = await asyncio.to_thread(see_folder, settings.data_dir, last.file if last else None)
    amiss = find_amiss(last, folder, service.backup_trouble if service else "")
    return [work.judge_backup(last, settings, patient.clock(), patient.zone, amiss)]


async def look_at_fullness(patient: Patient) -> list[Verdict]:
    """Count what stands in the markets."""
    if patient.database is None:
        return [unknown(limits.ROOM, patient.why_not)]
    async with patient.database.read() as tx:
        return [limits.judge_fullness(await oversight.list_fullness(tx))]


async def look_at_quota(patient: Patient) -> list[Verdict]:
    """See what rests, and how often of late somebody asked us to wait."""
    if patient.database is None:
        return [unknown(limits.QUOTA, patient.why_not)]
    now = patient.clock()
    async with patient.database.read() as tx:
        resting = await oversight.list_resting(tx, now)
        failures = await oversight.count_failures(
            tx, tuple(each.value for each in FAILURES), now - timedelta(days=1)
        )
    return [limits.judge_quota(resting, failures, now)]


def _look_at_room(patient: Patient) -> list[Verdict]:
    settings = patient.settings
    try:
        file = file_of(settings.database)
    except EvoSyncError:
        file = None
    needed = room.COPIES * size_of_file(file) if file is not None else 0
    verdicts = [room.judge_room(room.see_room(settings.data_dir), needed)]
    if file is not None and not _is_beside(file.parent, settings.data_dir):
        title = f"{room.DISK} (база)"
        verdicts.append(room.judge_room(room.see_room(file.parent), needed, title))
    return verdicts


def _is_beside(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
