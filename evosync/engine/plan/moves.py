"""Where a linked product stands now, and with which twins: noted without a call (R9, R18)."""

from evosync.catalog.item import Draft, Link
from evosync.engine.changes import Move
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.standing import unread_stores


def find_move(draft: Draft, link: Link, drafted: Drafted) -> Move | None:
    """Find what a link does not tell yet of the stores and twins of its product.

    An unread store is kept, and so are the twins that may stand in it.
    """
    unread = unread_stores(link, drafted)
    if drafted.unknown_stores and not link.store_ids:
        return None
    if not unread and not draft.members and not link.members and draft.store_ids == link.store_ids:
        return None  # as nearly all stand
    stores = (*draft.store_ids, *(one for one in unread if one not in draft.store_ids))
    unseen = {
        one for one in link.members if unread and (one in drafted.unknown or not drafted.saw(one))
    }
    members = tuple(sorted(unseen.union(draft.members)))
    if (stores, members) == (link.store_ids, link.members):
        return None
    return Move(product_id=draft.product_id, store_ids=stores, members=members)
