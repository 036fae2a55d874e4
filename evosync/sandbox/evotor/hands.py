"""What shop owners and Evotor itself do to a shop, beyond one product at a till."""

import copy
from collections.abc import Iterable
from decimal import Decimal

from evosync.sandbox.evotor.bodies import Patch
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.evotor.state import GroupState, ProductState, StoreState, UserState, made_id

_KOPECK = Decimal("0.01")


class ShopHands:
    """Hands on the stores of any account; nothing done here is a request or is counted.

    Where `store_id` may be left out, every store is meant. A store, group or
    product that is nowhere is a KeyError.
    """

    def __init__(self, cloud: EvotorCloud) -> None:
        self._cloud = cloud

    def store(self, store_id: str) -> StoreState:
        """Return a store."""
        return {store.id: store for store in self._cloud.stores()}[store_id]

    def delete_products(self, product_ids: Iterable[str], *, store_id: str | None = None) -> None:
        """Delete many products; what a store does not have is no error."""
        gone = list(product_ids)
        for store in self._stores(store_id):
            self._cloud.delete(store, gone)

    def set_for_sale(
        self, product_id: str, *, is_for_sale: bool, store_id: str | None = None
    ) -> None:
        """Turn `allow_to_sell`."""
        for product in self._products(product_id, store_id):
            product.allow_to_sell = is_for_sale
            product.updated_ms = self._cloud.now_ms()

    def multiply_prices(self, factor: Decimal | int | str, *, store_id: str | None = None) -> None:
        """Multiply every price, to the kopeck; a product without a price stays without."""
        for store in self._stores(store_id):
            for product in store.products.values():
                if product.price is not None:
                    price = (product.price * Decimal(factor)).quantize(_KOPECK)
                    self._cloud.change(product, Patch(price=price))

    def rename_group(self, group_id: str, name: str) -> None:
        """Give a group another name."""
        for group in self._groups(group_id):
            group.name = name
            group.updated_ms = self._cloud.now_ms()

    def move_group(self, group_id: str, parent_id: str | None) -> None:
        """Put a group into another one, or with None at the top."""
        for group in self._groups(group_id):
            group.parent_id = parent_id
            group.updated_ms = self._cloud.now_ms()

    def move_product(self, product_id: str, parent_id: str | None) -> None:
        """Put a product into another group, or with None into none."""
        for product in self._products(product_id, None):
            product.parent_id = parent_id
            product.updated_ms = self._cloud.now_ms()

    def rebuild(self, *store_ids: str) -> dict[str, str]:
        """Make the catalogs of these stores, or of all, anew: the same names under new ids.

        Returns the new id by the old one, of groups and products. A product
        that stands in several of the stores does so afterwards too.
        """
        number = self._cloud.next_number()
        new_ids: dict[str, str] = {}
        for store in [self.store(store_id) for store_id in store_ids] or self._stores(None):
            new_ids |= _renew(store, f"rebuilt {number}", self._cloud.now_ms())
        return new_ids

    def add_account(self, user_id: str, token: str) -> UserState:
        """Add an account like the first one, its stores and goods under ids of their own.

        Raises ValueError if there is an account with this id.
        """
        users = self._cloud.state.users
        if user_id in users:
            raise ValueError(f"there is an account {user_id}")
        user = UserState(id=user_id, tokens=[token])
        for store in copy.deepcopy(list(next(iter(users.values())).stores.values())):
            _renew(store, user_id, self._cloud.now_ms())
            # the date in front stays, as Evotor's store ids have one
            store.id = store.id[:8] + made_id("store", f"{user_id} {store.id}")[8:].upper()
            store.documents.clear()
            user.stores[store.id] = store
        users[user_id] = user
        return user

    def revoke(self, token: str) -> None:
        """Let a token open nothing any more."""
        for user in self._cloud.state.users.values():
            user.tokens = [kept for kept in user.tokens if kept != token]
            user.tokens_until.pop(token, None)

    def set_paid(self, store_id: str, *, is_paid: bool) -> None:
        """Pay for the application in a store, or stop: its goods then answer 402."""
        self.store(store_id).is_paid = is_paid

    def break_store(self, store_id: str, status: int = 500) -> None:
        """Let a store answer nothing but this status until the faults are cleared."""
        path = f"/stores/{self.store(store_id).id}/**"
        self._cloud.faults.add(EvotorFault(path=path, status=status, times=None))

    def _stores(self, store_id: str | None) -> list[StoreState]:
        return [self.store(store_id)] if store_id else list(self._cloud.stores())

    def _products(self, product_id: str, store_id: str | None) -> list[ProductState]:
        found = [
            store.products[product_id]
            for store in self._stores(store_id)
            if product_id in store.products
        ]
        if not found:
            raise KeyError(product_id)
        return found

    def _groups(self, group_id: str) -> list[GroupState]:
        found = [
            store.groups[group_id] for store in self._cloud.stores() if group_id in store.groups
        ]
        if not found:
            raise KeyError(group_id)
        return found


def _renew(store: StoreState, key: str, now_ms: int) -> dict[str, str]:
    """Give everything in a store a new id, in the old order; return the new ids by the old."""
    rows: list[GroupState | ProductState] = sorted(
        [*store.groups.values(), *store.products.values()], key=lambda row: row.created_ms
    )
    new_ids = {row.id: made_id("renewed", f"{key} {row.id}") for row in rows}
    for place, row in enumerate(rows):
        row.id = new_ids[row.id]
        # an orphan stays one: its group is not in the store
        row.parent_id = new_ids.get(row.parent_id or "", row.parent_id)
        row.created_ms = row.updated_ms = now_ms + place
    store.groups = {group.id: group for group in store.groups.values()}
    store.products = {product.id: product for product in store.products.values()}
    return new_ids
