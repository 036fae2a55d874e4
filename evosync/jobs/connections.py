"""Looks at the two ends: whose token it is, whether it opens what we need, what stands there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from evosync.catalog.product import Store
from evosync.db import connections
from evosync.db.alerts import AlertKind, close_alert
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.errors import NeedsPerson
from evosync.keepers import KnownToken
from evosync.outbound.ports import TokenKeeper
from evosync.vk.account import check_market, community, whoami
from evosync.vk.api import VkApi
from evosync.vk.errors import error_without_right
from evosync.vk.oauth import may_sell
from evosync.wiring import Installation

OF_GOODS = frozenset({"vk_no_right", "vk_no_role", "vk_market_off"})
"""Codes of what is amiss with the goods of a community while the person may come in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VkLook:
    """What VK told of a sign-in; `trouble` is why its goods cannot be worked with, if so."""

    sign_in: VkSignIn
    trouble: NeedsPerson | None = None


async def check_evotor(opened: Installation, user_id: int, token: str) -> EvotorConnection:
    """Ask Evotor for the stores of a token; returns the connection to save.

    Raises NeedsPerson when Evotor does not take the token, TryLater when it
    cannot be asked now.
    """
    with structlog.contextvars.bound_contextvars(user_id=user_id):
        stores = await list_stores(opened, KnownToken(token))
    return evotor_connection(
        EvotorConnection(user_id=user_id, sealed_token=opened.vault.seal(token)), stores
    )


async def list_stores(opened: Installation, keeper: TokenKeeper) -> Sequence[Store]:
    """Ask Evotor for the stores of a token. Raises like `check_evotor`."""
    return await opened.evotor_api(keeper).stores()


def evotor_connection(base: EvotorConnection, stores: Sequence[Store]) -> EvotorConnection:
    """Add to a connection what its stores tell: whose they are, and the first one."""
    first = stores[0] if stores else None
    return replace(
        base,
        evotor_user_id=next((store.user_id for store in stores if store.user_id), None),
        store_id=first.id if first else None,
        store_name=first.name if first else None,
    )


async def check_vk(opened: Installation, user_id: int, address: int | str, token: str) -> VkSignIn:
    """Ask VK whose token it is and whether it opens a community's market, by id or short name.

    Returns the sign-in to save. Raises NeedsPerson when VK refuses the token
    or the market, TryLater when it cannot be asked now.
    """
    sign_in = VkSignIn(user_id=user_id, sealed_token=opened.vault.seal(token))
    with structlog.contextvars.bound_contextvars(user_id=user_id):
        look = await look_at_vk(opened, sign_in, KnownToken(token), address)
    if look.trouble is not None:
        raise look.trouble
    return look.sign_in


async def look_at_vk(
    opened: Installation, sign_in: VkSignIn, keeper: TokenKeeper, address: int | str | None
) -> VkLook:
    """Ask VK for the person of a token, and for a community by its id or short name, if given.

    A right that is missing, or a market switched off, is a trouble of the
    look: the sign-in may be saved all the same, and wait. Raises NeedsPerson
    when VK does not take the token, or the community is none of the person's,
    TryLater when it cannot be asked now.
    """
    api = opened.vk_api(keeper, sign_in.vk_user_id)
    person = await whoami(api)
    known = replace(
        sign_in,
        vk_user_id=person.user_id,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    if address is None:
        return VkLook(sign_in=known)
    found = await community(api, address)
    known = replace(known, community_id=found.community_id, community_name=found.name)
    return VkLook(sign_in=known, trouble=await market_trouble(api, found.community_id, known.scope))


async def market_trouble(api: VkApi, community_id: int, scope: str | None) -> NeedsPerson | None:
    """Return why a community's goods cannot be worked with; None when they can.

    Raises TryLater when VK cannot be asked now, NeedsPerson when it does not
    take the token at all.
    """
    if not may_sell(scope):
        return error_without_right()
    try:
        await check_market(api, community_id)
    except NeedsPerson as error:
        if error.code not in OF_GOODS:
            raise
        return error
    return None


async def save_checked_evotor(tx: Tx, connection: EvotorConnection, now: datetime) -> None:
    """Save the connection of a till that has just been looked at."""
    await connections.save_evotor(tx, connection, now)
    await mark_checked(tx, Service.EVOTOR, connection.user_id, Finding(connected_at=now), now)
    await close_alert(tx, connection.user_id, AlertKind.CONNECTION, Service.EVOTOR.value, now)


async def save_checked_vk(
    tx: Tx, sign_in: VkSignIn, now: datetime, *, trouble: NeedsPerson | None = None
) -> None:
    """Save a sign-in at VK that has just been looked at, with what is amiss with its goods."""
    await connections.save_vk(tx, sign_in, now)
    finding = Finding(
        connected_at=now,
        error=trouble.message if trouble else None,
        code=trouble.code if trouble else None,
        with_rights=sign_in.community_id is not None,
    )
    await mark_checked(tx, Service.VK, sign_in.user_id, finding, now)
    if trouble is None:
        await close_alert(tx, sign_in.user_id, AlertKind.CONNECTION, Service.VK.value, now)
