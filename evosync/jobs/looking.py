"""One look at an end of a user: what Evotor or VK say to the token, found and written nowhere."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from evosync.db import connections
from evosync.db.connection_health import Finding
from evosync.db.connections import EvotorConnection, Health, VkSignIn
from evosync.db.services import Service
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.connections import OF_GOODS, list_stores, market_trouble
from evosync.outbound.ports import TokenKeeper
from evosync.vk.account import community, whoami
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

RIGHTS_EVERY = timedelta(days=1)
RIGHTS_AMISS_EVERY = timedelta(hours=1)

UNREACHABLE, INTERNAL = "unreachable", "internal"


async def find(
    opened: Installation,
    service: Service,
    user_id: int,
    keeper: TokenKeeper,
    *,
    with_rights: bool = False,
) -> Finding | None:
    """Look at one end of a user with the token of a keeper; None when it is not connected.

    Whatever Evotor or VK answer is found, and not raised; nothing is written.
    Raises what the database does.
    """
    if service is Service.EVOTOR:
        return await _evotor(opened, user_id, keeper)
    return await _vk(opened, user_id, keeper, with_rights=with_rights)


async def _evotor(opened: Installation, user_id: int, keeper: TokenKeeper) -> Finding | None:
    async with opened.database.read() as tx:
        standing = await connections.find_evotor(tx, user_id)
    if standing is None:
        return None
    finding = Finding(connected_at=standing.connected_at)
    look = partial(_look_at_evotor, opened, standing, finding, keeper)
    return await _found(opened, finding, look)


async def _look_at_evotor(
    opened: Installation, standing: EvotorConnection, finding: Finding, keeper: TokenKeeper
) -> Finding:
    stores = await list_stores(opened, keeper)
    first = stores[0] if stores else None
    names: dict[str, str | int | None] = {
        "store_id": first.id if first else None,
        "store_name": first.name if first else None,
    }
    if standing.evotor_user_id is None:
        # There was no store to tell whose it is when the till was connected.
        names["evotor_user_id"] = first.user_id if first else None
    return replace(finding, names=names)


async def _vk(
    opened: Installation, user_id: int, keeper: TokenKeeper, *, with_rights: bool
) -> Finding | None:
    async with opened.database.read() as tx:
        standing = await connections.find_vk_sign_in(tx, user_id)
    if standing is None:
        return None
    has_rights_due = with_rights or _are_rights_due(opened, standing.health)
    finding = Finding(
        connected_at=standing.connected_at,
        with_rights=has_rights_due,
        is_partial=not has_rights_due,
        seen_at=standing.health.last_checked_at,
    )
    look = partial(_look_at_vk, opened, standing, finding, keeper)
    return await _found(opened, finding, look)


async def _look_at_vk(
    opened: Installation, standing: VkSignIn, finding: Finding, keeper: TokenKeeper
) -> Finding:
    api = opened.vk_api(keeper, standing.vk_user_id)
    person = await whoami(api)
    names: dict[str, str | int | None] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
    }
    if standing.community_id is None:
        return replace(finding, names=names)
    if finding.with_rights:
        found = await community(api, standing.community_id)
        names["community_name"] = found.name
        # What VK told at the sign-in is not asked: it may have given the right since.
        trouble = await market_trouble(api, found.community_id, scope=None)
        return _in_trouble(opened, replace(finding, names=names), trouble)
    if standing.health.last_error_code in OF_GOODS:
        # Nothing was asked that could tell whether that is mended.
        health = standing.health
        return replace(finding, names=names, error=health.last_error, code=health.last_error_code)
    return replace(finding, names=names)


def _are_rights_due(opened: Installation, health: Health) -> bool:
    if health.rights_checked_at is None:
        return True
    passed = opened.clock() - health.rights_checked_at
    if health.is_online:
        return passed >= RIGHTS_EVERY
    # What is red turns green by nothing less than the whole look.
    return health.last_error_code not in OF_GOODS or passed >= RIGHTS_AMISS_EVERY


async def _found(
    opened: Installation, finding: Finding, look: Callable[[], Awaitable[Finding]]
) -> Finding:
    try:
        return await look()
    except NeedsPerson as error:
        return _in_trouble(opened, finding, error)
    except TryLater as error:
        return _passing(finding, error.message, UNREACHABLE)
    except Exception:
        log.exception("check broke")
        sentence = "Внутренняя ошибка EvoSync, подробности в журнале."
        return _passing(finding, sentence, INTERNAL)


def _passing(finding: Finding, sentence: str, code: str) -> Finding:
    return replace(finding, error=sentence, code=code, is_passing=True, with_rights=False)


def _in_trouble(opened: Installation, finding: Finding, error: NeedsPerson | None) -> Finding:
    if error is None:
        return finding
    link = opened.vault.seal(error.link) if error.link else None
    return replace(finding, error=error.message, code=error.code, sealed_link=link)
