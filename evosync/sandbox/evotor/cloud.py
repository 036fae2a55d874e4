"""The fake Evotor cloud: who may read what, and what happens to the goods."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal

from evosync.sandbox.evotor.bodies import Patch
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.evotor.knobs import Knobs
from evosync.sandbox.evotor.limiter import RateLimiter
from evosync.sandbox.evotor.state import (
    DocumentState,
    EvotorState,
    PositionState,
    ProductState,
    StoreState,
    UserState,
    made_id,
)
from evosync.sandbox.faults import Faults


class EvotorCloud:
    """One cloud over its state; `clock` gives epoch seconds.

    `requests` and `requests_by_path` count everything that came in over HTTP,
    refused requests and those that a fault struck too. The methods below are
    what a till does: they need no token and are not counted.
    """

    def __init__(
        self,
        state: EvotorState,
        *,
        clock: Callable[[], float] = time.time,
        knobs: Knobs | None = None,
    ) -> None:
        self.state = state
        self.knobs = knobs or Knobs()
        self.clock = clock
        self.limiter = RateLimiter(clock, self.knobs)
        self.faults = Faults(EvotorFault)
        self.requests_by_path: Counter[str] = Counter()

    @property
    def requests(self) -> int:
        """How many requests have come in."""
        return self.requests_by_path.total()

    def now_ms(self) -> int:
        """Return the present moment in epoch milliseconds."""
        return int(self.clock() * 1000)

    def user_of(self, token: str) -> UserState | None:
        """Find the shop owner a token speaks for."""
        now = self.clock()
        for user in self.state.users.values():
            if token in user.tokens or now < user.tokens_until.get(token, now):
                return user
        return None

    def stores(self) -> Iterable[StoreState]:
        """Return the stores of all users."""
        return (store for user in self.state.users.values() for store in user.stores.values())

    def change(self, product: ProductState, patch: Patch) -> None:
        """Set the price or the absolute stock of a product."""
        if patch.price is not None:
            product.price = patch.price
            product.updated_ms = self.now_ms()
        if patch.quantity is not None:
            product.quantity = patch.quantity
            if self.knobs.stock_bumps_updated_at:
                product.updated_ms = self.now_ms()

    def put(self, store: StoreState, product: ProductState) -> None:
        """Put a product into a store, in the place of the one with its id."""
        standing = store.products.get(product.id)
        if standing is not None:
            product.created_ms = standing.created_ms
        store.products[product.id] = product

    def delete(self, store: StoreState, product_ids: Iterable[str]) -> None:
        """Take products out of a store; nothing is left of them, as at Evotor."""
        for product_id in product_ids:
            store.products.pop(product_id, None)

    def sell(self, store: StoreState, product: ProductState, quantity: Decimal) -> DocumentState:
        """Lower the stock, below zero too, and write the receipt."""
        number = self.next_number()
        document = DocumentState(
            id=made_id("document", f"{store.id} {number}"),
            number=number,
            created_ms=self.now_ms(),
            positions=[
                PositionState(
                    product_id=product.id,
                    product_name=product.name,
                    quantity=quantity,
                    price=product.price or Decimal(0),
                    initial_quantity=product.quantity,
                    product_type=product.type,
                    measure_name=product.measure_name,
                    code=product.code,
                )
            ],
        )
        store.documents.append(document)
        if product.quantity is not None:
            self.change(product, Patch(quantity=product.quantity - quantity))
        return document

    def next_number(self) -> int:
        """Return a number that this cloud has not given yet."""
        self.state.last_number += 1
        return self.state.last_number
