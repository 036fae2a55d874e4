"""The whole sandbox as one value: an Evotor cloud and a VK, and the hands that move goods."""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import msgspec

from evosync.sandbox.evotor.bodies import Patch
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.hands import ShopHands
from evosync.sandbox.evotor.oauth import EvotorOAuth
from evosync.sandbox.evotor.state import (
    DocumentState,
    EvotorState,
    ProductState,
    StoreState,
    made_id,
)
from evosync.sandbox.goods_file import shop_from_goods
from evosync.sandbox.shop import SHOP_TOKEN, tea_shop
from evosync.sandbox.vk.state import Community, VkState
from evosync.sandbox.vk.world import VkWorld
from evosync.sandbox.vkid.world import VkId

COMMUNITY_ID = 217_000_777
VK_TOKEN = "vk1.a.sandbox-token-of-anna"  # noqa: S105  plain on purpose: a demo
VK_USER_ID = 700_777
VK_CLIENT_ID = "53000777"  # of the program that signs people in with VK ID

CLOSED_COMMUNITY_ID = 217_000_778  # the same person's; its market is switched off
FOREIGN_COMMUNITY_ID = 217_000_779  # somebody else's, its market switched off too
FOREIGN_USER_ID = 700_888

EVOTOR_OAUTH_CLIENT_ID = "sandbox-evosync"
EVOTOR_OAUTH_CLIENT_SECRET = "sandbox-secret-of-evosync"  # noqa: S105  plain on purpose: a demo

_FORMAT = 1  # of the saved file; another number is not ours to read


class NoSuchProduct(LookupError):
    """No store, or not the named one, has this product."""


class SavedWorld(msgspec.Struct):
    """The file a world is kept in between two starts."""

    format: int
    evotor: EvotorState
    vk: VkState


class SandboxWorld:
    """Both clouds, and what a story needs to connect to them and to move them.

    `evotor_token` and `vk_token` open the seeded account and the community
    `community_id`; `vkid` and `evotor_oauth` give further tokens. `shop` does
    to the stores what goes beyond one product, as `vk.hands` does to the
    market. Roubles are given as Decimal, int or text such as "12.50".
    """

    def __init__(
        self,
        evotor: EvotorState,
        vk: VkState,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.evotor = EvotorCloud(evotor, clock=clock)
        self.evotor_oauth = EvotorOAuth(
            self.evotor,
            client_id=EVOTOR_OAUTH_CLIENT_ID,
            client_secret=EVOTOR_OAUTH_CLIENT_SECRET,
        )
        self.shop = ShopHands(self.evotor)
        self.vk = VkWorld(vk, clock=clock)
        self.vkid = VkId(self.vk, client_id=VK_CLIENT_ID)
        self.evotor_token = SHOP_TOKEN
        self.vk_token = VK_TOKEN
        self.community_id = COMMUNITY_ID

    @classmethod
    def seeded(cls, *, clock: Callable[[], float] = time.time, goods: Path | None = None) -> Self:
        """Make a fresh world: the tea shop or the goods of a file, and an empty market.

        Raises ValueError if the goods file does not fit.
        """
        world = cls(shop_from_goods(goods) if goods else tea_shop(), VkState(), clock=clock)
        world.vk.add_user(VK_TOKEN, VK_USER_ID, "Анна", "Чайкина")
        world.vk.add_community(COMMUNITY_ID, "Чайная", [VK_USER_ID])
        world.vk.add_person(FOREIGN_USER_ID, "Борис", "Кофейников")
        closed = world.vk.add_community(CLOSED_COMMUNITY_ID, "Чайный клуб", [VK_USER_ID])
        foreign = world.vk.add_community(FOREIGN_COMMUNITY_ID, "Кофейня", [FOREIGN_USER_ID])
        closed.market_enabled = foreign.market_enabled = False
        return world

    @classmethod
    def load(cls, path: Path, *, clock: Callable[[], float] = time.time) -> Self:
        """Open a saved world.

        Raises FileNotFoundError if there is none and ValueError if the file is no world of ours.
        """
        try:
            saved = msgspec.json.decode(path.read_bytes(), type=SavedWorld)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"Файл песочницы {path} испорчен: {error}.") from error
        if saved.format != _FORMAT:
            raise ValueError(f"Файл песочницы {path} записан другой версией программы.")
        return cls(saved.evotor, saved.vk, clock=clock)

    def save(self, path: Path) -> None:
        """Write the world to a file, all of it or nothing."""
        saved = SavedWorld(format=_FORMAT, evotor=self.evotor.state, vk=self.vk.state)
        draft = path.with_name(f"{path.name}.new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(saved))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def add_community(self, name: str) -> Community:
        """Open one more market that the same person administrates."""
        community_id = max(self.vk.state.communities) + 1
        return self.vk.add_community(community_id, name, [VK_USER_ID])

    def places(
        self, product_id: str, store_id: str | None = None
    ) -> list[tuple[StoreState, ProductState]]:
        """Return every store with this product, and its row there; NoSuchProduct if none."""
        places = [
            (store, store.products[product_id])
            for store in self.evotor.stores()
            if product_id in store.products and store_id in {None, store.id}
        ]
        if not places:
            raise NoSuchProduct(product_id)
        return places

    def set_price(
        self, product_id: str, roubles: Decimal | int | str, *, store_id: str | None = None
    ) -> None:
        """Change the price, in every store that has the product or only in the named one."""
        for _, product in self.places(product_id, store_id):
            self.evotor.change(product, Patch(price=Decimal(roubles)))

    def sell(
        self, product_id: str, quantity: Decimal | int | str = 1, *, store_id: str | None = None
    ) -> DocumentState:
        """Sell in the first store that has the product, or in the named one."""
        store, product = self.places(product_id, store_id)[0]
        return self.evotor.sell(store, product, Decimal(quantity))

    def delete_product(self, product_id: str, *, store_id: str | None = None) -> None:
        """Delete the product from every store that has it, or from the named one."""
        for store, _ in self.places(product_id, store_id):
            self.evotor.delete(store, [product_id])

    def add_product(
        self,
        name: str,
        roubles: Decimal | int | str | None,
        *,
        store_id: str | None = None,
        **fields: Any,
    ) -> ProductState:
        """Add a product to the first store or to the named one; `fields` are ProductState's."""
        stores = {store.id: store for store in self.evotor.stores()}
        store = stores[store_id] if store_id else next(iter(stores.values()))
        now_ms = self.evotor.now_ms()
        fields.setdefault("id", made_id("added product", str(self.evotor.next_number())))
        product = ProductState(
            name=name,
            price=None if roubles is None else Decimal(roubles),
            created_ms=now_ms,
            updated_ms=now_ms,
            **fields,
        )
        self.evotor.put(store, product)
        return product
