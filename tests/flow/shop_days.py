"""What a day brings at the till: so many changes, one by one, of all the kinds there are."""

import random
from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal

from evosync.sandbox.evotor.bodies import Patch
from evosync.sandbox.evotor.state import GroupState, ProductState, StoreState
from evosync.sandbox.world import SandboxWorld
from tests.flow.stand import add_group, small_world

GROUPS = 6
SHELVES = tuple(f"Полка {number + 1}" for number in range(GROUPS))
GONE_KEPT = 40  # goods that left and may come back
TITLES = ("Чай", "Кофе", "Мёд", "Варенье", "Пряник", "Чашка", "Ложка", "Салфетки")


def make_shop(goods: int) -> SandboxWorld:
    """Make two stores with so many goods, a quarter of them in the second one."""
    world = small_world()
    stores = list(world.evotor.stores())
    for store in stores:
        for name in SHELVES:
            add_group(world, name, store_id=store.id)
    for number in range(goods - sum(len(store.products) for store in stores)):
        store = stores[number % 4 == 0]
        shelf = _shelves(store)[number % GROUPS]
        world.add_product(
            f"{TITLES[number % len(TITLES)]} номер {1000 + number}",
            100 + number % 400,
            store_id=store.id,
            parent_id=shelf.id,
            quantity=Decimal(10),
            description=f"Партия {number}, собрана весной и упакована в крафт-пакет.",
        )
    return world


@dataclass(slots=True)
class Till:
    """Hands at the till of a shop; what they do is thrown by dice, and counted."""

    world: SandboxWorld
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _gone: deque[tuple[str, ProductState]] = field(default_factory=lambda: deque(maxlen=GONE_KEPT))

    def change(self, times: int) -> None:
        """Do so many things."""
        names, weights = zip(*((act, weight) for act, weight in _ACTS.items()), strict=True)
        for _ in range(times):
            act: Callable[[Till], None] = self.dice.choices(names, weights)[0]
            act(self)
            self.done[act.__name__.strip("_")] += 1

    def rename_rejected(self) -> None:
        """Give other names to goods that VK's moderators refused, as their owner is asked to."""
        world = self.world
        rejected = {
            item.sku
            for item in world.vk.items(world.community_id)
            if item.rejected_at is not None and item.rejected_at <= world.vk.clock()
        }
        for store, product in self._places():
            if product.id in rejected:
                self._rename(store, product)

    def _places(self) -> list[tuple[StoreState, ProductState]]:
        return [
            (store, product)
            for store in self.world.evotor.stores()
            for product in store.products.values()
        ]

    def _any(self) -> tuple[StoreState, ProductState]:
        return self.dice.choice(self._places())

    def _stores(self) -> list[StoreState]:
        return list(self.world.evotor.stores())

    def _now(self, row: ProductState | GroupState) -> None:
        row.updated_ms = self.world.evotor.now_ms()

    def _rename(self, _store: StoreState, product: ProductState) -> None:
        number = self.world.evotor.next_number()
        for _, row in self.world.places(product.id):
            row.name = f"{self.dice.choice(TITLES)} особый {number}"
            self._now(row)

    def _price(self) -> None:
        _, product = self._any()
        self.world.set_price(product.id, Decimal(self.dice.randrange(9000, 50000)) / 100)

    def _name(self) -> None:
        self._rename(*self._any())

    def _text(self) -> None:
        _, product = self._any()
        product.description = f"Новая партия {self.world.evotor.next_number()}, ещё вкуснее."
        self._now(product)

    def _sale(self) -> None:
        store, product = self._any()
        self.world.sell(product.id, self.dice.randrange(1, 4), store_id=store.id)

    def _stock(self) -> None:
        _, product = self._any()
        quantity = Decimal(self.dice.randrange(-2, 40))
        self.world.evotor.change(product, Patch(quantity=quantity))

    def _deletion(self) -> None:
        store, product = self._any()
        self._gone.append((store.id, deepcopy(product)))
        self.world.delete_product(product.id)

    def _new_good(self) -> None:
        number = self.world.evotor.next_number()
        store = self.dice.choice(self._stores())
        self.world.add_product(
            f"{self.dice.choice(TITLES)} новый {number}",
            self.dice.randrange(90, 500),
            store_id=store.id,
            parent_id=self.dice.choice(_shelves(store)).id,
            quantity=Decimal(5),
        )

    def _return(self) -> None:
        """Put a good that was deleted back under its old id."""
        if not self._gone:
            return self._new_good()
        store_id, product = self._gone.popleft()
        self._now(product)
        self.world.evotor.put(self.world.shop.store(store_id), product)
        return None

    def _for_sale(self) -> None:
        _, product = self._any()
        self.world.shop.set_for_sale(product.id, is_for_sale=not product.allow_to_sell)

    def _all_for_sale(self) -> None:
        for _, product in self._places():
            if not product.allow_to_sell:
                self.world.shop.set_for_sale(product.id, is_for_sale=True)

    def _shelf(self) -> None:
        """Put a good on another shelf of its store."""
        store, product = self._any()
        product.parent_id = self.dice.choice(_shelves(store)).id
        self._now(product)

    def _store(self) -> None:
        """Carry a good to the other store, where it keeps its id."""
        store, product = self._any()
        other = next(each for each in self._stores() if each.id != store.id)
        moved = replace(product, parent_id=self.dice.choice(_shelves(other)).id)
        self.world.delete_product(product.id, store_id=store.id)
        self._now(moved)
        self.world.evotor.put(other, moved)

    def _group_name(self) -> None:
        store = self.dice.choice(self._stores())
        group = self.dice.choice(_shelves(store))
        # Renamed, and named as before the next time: albums are not to be without number.
        base = group.name.removesuffix(" (скидки)")
        self.world.shop.rename_group(group.id, base if base != group.name else f"{base} (скидки)")

    def _group(self) -> None:
        """Put a shelf into the shop's first group, or at the top again."""
        store = self.dice.choice(self._stores())
        group = self.dice.choice(_shelves(store))
        first = next(iter(store.groups.values()))
        self.world.shop.move_group(group.id, None if group.parent_id else first.id)


_ACTS: dict[Callable[[Till], None], int] = {
    Till._price: 340,
    Till._sale: 240,
    Till._stock: 120,
    Till._name: 60,
    Till._text: 40,
    Till._deletion: 45,
    Till._new_good: 30,
    Till._return: 15,
    Till._for_sale: 30,
    Till._all_for_sale: 2,
    Till._shelf: 40,
    Till._store: 20,
    Till._group_name: 5,
    Till._group: 5,
}


def _shelves(store: StoreState) -> list[GroupState]:
    return [group for group in store.groups.values() if group.name.startswith(SHELVES)]


def skus_twice(world: SandboxWorld) -> list[str]:
    """List the skus that more than one item has, hidden ones counted; none is what we want."""
    counts = Counter(item.sku for item in world.vk.items(world.community_id))
    return [sku for sku, count in counts.items() if count > 1]
