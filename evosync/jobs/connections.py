"""Checks of the two connections: whose token it is, and whether it opens what we need."""

from evosync.db.connections import EvotorConnection, VkConnection
from evosync.vk.account import check_market, community, whoami
from evosync.wiring import Installation


async def check_evotor(opened: Installation, user_id: int, token: str) -> EvotorConnection:
    """Ask Evotor for the stores of a token; returns the connection to save.

    Raises NeedsPerson when Evotor does not take the token, TryLater when it
    cannot be asked now.
    """
    stores = await opened.evotor_api(token).stores()
    first = stores[0] if stores else None
    return EvotorConnection(
        user_id=user_id,
        sealed_token=opened.vault.seal(token),
        evotor_user_id=next((store.user_id for store in stores if store.user_id), None),
        store_id=first.id if first else None,
        store_name=first.name if first else None,
    )


async def check_vk(
    opened: Installation, user_id: int, community_id: int, token: str
) -> VkConnection:
    """Ask VK whose token it is and whether it opens the community's market.

    Returns the connection to save. Raises NeedsPerson when VK refuses the
    token or the market, TryLater when it cannot be asked now.
    """
    api = opened.vk_api(token, None)
    person = await whoami(api)
    found = await community(api, community_id)
    await check_market(api, community_id)
    return VkConnection(
        user_id=user_id,
        community_id=community_id,
        sealed_token=opened.vault.seal(token),
        community_name=found.name,
        vk_user_id=person.user_id,
    )
