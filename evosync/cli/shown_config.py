"""What `evosync config show` tells of a user: connections, switches and every setting."""

from typing import Any

from evosync.db import catalog, connections, sync
from evosync.db.accounts import User
from evosync.db.connections import EvotorConnection, Health, VkConnection
from evosync.db.selection import NO_GROUP_NAME, get_selection
from evosync.engine.rules import NO_GROUP
from evosync.wiring import Installation


async def describe(opened: Installation, owner: User, *, with_secrets: bool) -> dict[str, Any]:
    """Return the plain values of `config show --json`, in the order in which they are read."""
    async with opened.database.read() as tx:
        config = await sync.get_config(tx, owner.id)
        evotor = await connections.find_evotor(tx, owner.id)
        vk = await connections.find_vk(tx, owner.id)
        selection = await get_selection(tx, owner.id)
        stores = await catalog.list_stores(tx, owner.id)
        groups = await catalog.list_groups(tx, owner.id)
    shown: dict[str, Any] = {
        "email": owner.email,
        "enabled": config.enabled,
        "confirmed_at": config.confirmed_at.isoformat() if config.confirmed_at else None,
        "evotor": _connection(evotor),
        "vk": _connection(vk) | {"community_id": vk.community_id if vk else None},
        "price_multiplier": f"{config.price_multiplier.normalize():f}",
        "rounding": config.rounding.value,
        "stock_mode": config.stock_mode.value,
        "gone": config.gone.value,
        "adopt": config.adopt.value,
        "twins": config.twins.value,
        "allow_marked": config.allow_marked,
        "allow_unknown_type": config.allow_unknown_type,
        "refresh_evotor": config.refresh_evotor,
        "refresh_vk": config.refresh_vk,
        "mirror": config.mirror,
        "feed": config.feed,
        "stores": [
            {
                "id": each.store.id,
                "name": each.store.name,
                "on": each.store.id in selection.stores,
                "new_groups": each.new_groups,
            }
            for each in stores
        ],
        "groups": [
            *(
                {
                    "id": group.id,
                    "store_id": group.store_id,
                    "name": group.name,
                    "on": (group.store_id, group.id) in selection.groups,
                }
                for group in groups
                if not group.attributes
            ),
            *(
                {
                    "id": NO_GROUP,
                    "store_id": each.store.id,
                    "name": NO_GROUP_NAME,
                    "on": (each.store.id, NO_GROUP) in selection.groups,
                }
                for each in stores
            ),
        ],
        "products_off": [
            {"id": product_id, "store_id": store_id}
            for store_id, product_id in sorted(selection.products_off)
        ],
    }
    if with_secrets:
        shown["evotor"]["token"] = opened.vault.open(evotor.sealed_token) if evotor else None
        shown["vk"]["token"] = opened.vault.open(vk.sealed_token) if vk else None
    return shown


def _connection(connection: EvotorConnection | VkConnection | None) -> dict[str, Any]:
    health = connection.health if connection else Health()
    checked_at = health.last_checked_at
    return {
        "connected": connection is not None,
        "online": health.is_online,
        "last_checked_at": checked_at.isoformat() if checked_at else None,
    }
