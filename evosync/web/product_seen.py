"""What is known of single products of one shop: read by few queries, then judged one by one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request

from evosync.catalog.item import Link, MarketItem
from evosync.catalog.names import fold_name
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.snapshot import ReadingState
from evosync.db import catalog, product_state, sync
from evosync.db.catalog import CachedStore
from evosync.db.links import Place
from evosync.db.product_state import InVk
from evosync.db.selection import get_selection
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.draft.groups import Groups, find_home, full_name, index_groups
from evosync.engine.draft.product import Row
from evosync.engine.gates import Gate, Seen, Stop
from evosync.engine.rules import Rules
from evosync.jobs.looking import INTERNAL
from evosync.web.connection_cards import TITLES, Ends, read_ends
from evosync.web.reasons import SENTENCES, SHOWN
from evosync.web.state import state_of

_MISSING = {"evotor": "Эвотор ещё не подключён.", "vk": "Сообщество VK ещё не подключено."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What is the same for all products of a user. `place` is None without a community."""

    user_id: int
    ends: Ends
    config: SyncConfig
    rules: Rules
    stores: Mapping[str, CachedStore]  # in the user's order
    groups: Mapping[str, Groups]
    place: Place | None

    @property
    def fault(self) -> Stop | None:
        """What is amiss with the connections, if anything is."""
        return _find_fault(self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is known of some products, and of those that bear their names."""

    rows: Sequence[Product] = ()
    problems: Sequence[Problem] = ()
    in_vk: InVk = field(default_factory=InVk)

    def rows_of(self, product_id: str) -> list[Product]:
        """List a product's own rows."""
        return [row for row in self.rows if row.id == product_id]


async def read_shop(request: Request, tx: Tx, user_id: int) -> Shop:
    """Read the settings, the switches and the groups."""
    ends = await read_ends(request, tx, user_id)
    config = await sync.get_config(tx, user_id)
    groups: dict[str, list[ProductGroup]] = {}
    for group in await catalog.list_groups(tx, user_id):
        groups.setdefault(group.store_id, []).append(group)
    community_id = ends.vk.community_id if ends.vk else None
    return Shop(
        user_id=user_id,
        ends=ends,
        config=config,
        rules=state_of(request).opened.rules(config, await get_selection(tx, user_id)),
        stores={each.store.id: each for each in await catalog.list_stores(tx, user_id)},
        groups={store_id: index_groups(each) for store_id, each in groups.items()},
        place=None if community_id is None else Place(user_id=user_id, community_id=community_id),
    )


async def read_goods(tx: Tx, shop: Shop, product_ids: Collection[str]) -> Goods:
    """Read what is known of some products."""
    rows = await product_state.list_namesakes(tx, shop.user_id, product_ids)
    ids = {row.id for row in rows}.union(product_ids)
    in_vk = InVk()
    if shop.place is not None:
        in_vk = await product_state.read_in_vk(tx, shop.place, ids)
    stores = {store_id for link in in_vk.links for store_id in link.store_ids}
    told = await product_state.list_problems_of(tx, shop.user_id, ids, stores.union(shop.stores))
    return Goods(rows=rows, problems=told, in_vk=in_vk)


def seen_of(request: Request, shop: Shop, goods: Goods, product_id: str, store_id: str) -> Seen:
    """Gather what one product is judged by, as one store has it."""
    rows = [_row(shop, row, place) for row, place in _in_order(shop, goods, product_id)]
    ids = {row.product.id for row in rows} | {product_id}
    links = [link for link in goods.in_vk.links if link.product_id in ids]
    return Seen(
        product_id=product_id,
        store_id=store_id,
        rules=shop.rules,
        now=state_of(request).desk.clock(),
        is_on=shop.config.enabled and shop.config.mirror,
        is_confirmed=shop.config.confirmed_at is not None,
        fault=shop.fault,
        rows=rows,
        store_names={key: each.store.name for key, each in shop.stores.items()},
        unread={key: stop for key, each in shop.stores.items() if (stop := _unread(each))},
        problems=[each for each in goods.problems if each.product_id in ids],
        links=links,
        item=_item_of(product_id, links, goods.in_vk.items),
        refusals=[each for each in goods.in_vk.refusals if each.product_id in ids],
        decided=goods.in_vk.decided,
    )


def first_store(shop: Shop, goods: Goods, product_id: str) -> str:
    """Choose the store that a product is shown for: where it is switched on, else its first."""
    rows = [row for row, _ in _in_order(shop, goods, product_id) if row.id == product_id]
    selection = shop.rules.selection
    on = (
        row.store_id
        for row in rows
        if row.store_id in selection.stores and (row.store_id, row.id) not in selection.products_off
    )
    told = (each.store_id for each in goods.problems if each.product_id == product_id)
    linked = (
        store_id
        for link in goods.in_vk.links
        if link.product_id == product_id
        for store_id in link.store_ids
    )
    rest = (row.store_id for row in rows)
    for stores in (on, rest, told, linked):
        if (found := next(stores, None)) is not None:
            return found
    return ""


def _in_order(shop: Shop, goods: Goods, product_id: str) -> list[tuple[Product, int]]:
    """List the rows of a product and its namesakes, in the user's order of stores."""
    names = {fold_name(row.name) for row in goods.rows_of(product_id)}
    places = {store_id: place for place, store_id in enumerate(shop.stores)}
    wanted = (row for row in goods.rows if row.id == product_id or fold_name(row.name) in names)
    return sorted(
        ((row, places.get(row.store_id, len(places))) for row in wanted),
        key=lambda each: (each[1], each[0].id),
    )


def _row(shop: Shop, product: Product, place: int) -> Row:
    groups = shop.groups.get(product.store_id, {})
    return Row(
        product=product,
        name=full_name(product, groups),
        home=find_home(product, groups),
        place=place,
    )


def _item_of(
    product_id: str, links: Sequence[Link], items: Sequence[MarketItem]
) -> MarketItem | None:
    mine = (link.item_id for link in links if product_id in {link.product_id, *link.members})
    item_id = next(mine, None)
    return next((item for item in items if item.item_id == item_id), None)


def _unread(store: CachedStore) -> Stop | None:
    if store.state is ReadingState.WHOLE:
        return None
    code = "store_not_paid" if store.state is ReadingState.NOT_PAID else "store_unreadable"
    why = store.reason or "Эвотор ответил не полностью"
    return Stop(gate=Gate.GOODS, code=code, detail={"store": store.store.name, "why": why})


def _find_fault(ends: Ends) -> Stop | None:
    for service in TITLES:
        card = ends.card(service)
        if card is None:
            sentence = _MISSING[service.value]
            return Stop(gate=Gate.ENDS, code="connection_broken", sentence=sentence)
        if card.kind == "success" or card.checked_at is None:
            continue
        code = "unreachable" if card.code == INTERNAL else card.code or "connection_broken"
        told = card.trouble.title if card.trouble else ""
        return Stop(
            gate=Gate.ENDS,
            code=code if code in SHOWN and code in SENTENCES else "connection_broken",
            sentence=f"{told.rstrip('.')}." if told else "",
        )
    return None
