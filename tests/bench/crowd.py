"""Many shops in one sandbox: one that is made, and so many that are like it at first."""

from dataclasses import dataclass, replace
from decimal import Decimal

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import EvotorState, StoreState, UserState, made_id
from evosync.sandbox.vk.state import Community
from evosync.sandbox.world import SandboxWorld
from tests.bench.stand import GROUP, VK_RATE, make_fast_world
from tests.flow.stand import add_group

BIG = 1_000_000  # the numbers of big shops begin here
ACCOUNTS = 100_000_000  # accounts at Evotor begin here, far from the made shop's

_CHANGED_EVERY = 50  # 2 % of the goods
_DEARER = 1  # roubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How a shop is reached: what of its own each has at Evotor and at VK."""

    evotor_user_id: str
    evotor_token: str
    vk_user_id: int
    vk_token: str
    community_id: int

    @classmethod
    def of(cls, number: int) -> "Door":
        """Give the door of the shop of this number; that of the made one is the world's own."""
        return cls(
            evotor_user_id=f"01-{ACCOUNTS + number:015d}",
            evotor_token=made_id("token", str(number)),
            vk_user_id=800_000_000 + number,
            vk_token=f"vk1.a.sandbox-token-of-shop-{number}",
            community_id=230_000_000 + number,
        )


def make_shop(goods: int) -> SandboxWorld:
    """Make the shop that the others will be like, with a quota that costs no time."""
    return make_fast_world(goods)


def spread(world: SandboxWorld, shops: int, latency_s: float) -> None:
    """Copy the mirrored shop until there are so many, and let VK take its time from now on.

    Goods and cards are alike in all of them, down to their ids: each shop
    has a community and an account at Evotor of its own.
    """
    owner = next(iter(world.evotor.state.users.values()))
    standing = world.vk.state.communities[world.community_id]
    for number in range(1, shops):
        door = Door.of(number)
        stores = {each.id: _like(each) for each in owner.stores.values()}
        _open(world, door, stores, _stocked_like(standing, door))
    world.vk.knobs.requests_per_second = VK_RATE
    world.vk.knobs.execute_delay_s = latency_s


def add_big_shops(world: SandboxWorld, shops: int, goods: int) -> None:
    """Add shops of so many goods that nobody has mirrored yet."""
    for number in range(BIG, BIG + shops):
        door = Door.of(number)
        now_ms = world.evotor.now_ms()
        store = StoreState(
            id=made_id("store", str(number)), name="Склад", created_ms=now_ms, updated_ms=now_ms
        )
        community = Community(
            community_id=door.community_id, name="Склад", admin_ids=[door.vk_user_id]
        )
        _open(world, door, {store.id: store}, community)
        for shelf in range(-(-goods // GROUP)):
            group = add_group(world, f"Ряд {shelf + 1}", store_id=store.id)
            for place in range(shelf * GROUP, min(goods, (shelf + 1) * GROUP)):
                name = f"Ящик номер {place}"
                world.add_product(name, 100 + place, store_id=store.id, parent_id=group.id)


def change_prices(world: SandboxWorld) -> int:
    """Make 2 % of the goods dearer on every till that the crowd has; returns how many a shop."""
    now_ms = world.evotor.now_ms()
    changed = 0
    for user in world.evotor.state.users.values():
        changed = 0
        for store in user.stores.values():
            for product in list(store.products.values())[::_CHANGED_EVERY]:
                # The shops have their rows in common: the others keep theirs.
                price = (product.price or Decimal()) + _DEARER
                store.products[product.id] = replace(product, price=price, updated_ms=now_ms)
                changed += 1
    return changed


def count_unequal(world: SandboxWorld, shops: int) -> int:
    """Count the shops of the crowd whose market does not equal their till."""
    first = next(iter(world.evotor.state.users.values()))
    unequal = int(bool(_find_differences(world, first, world.community_id)))
    for number in range(1, shops):
        door = Door.of(number)
        owner = world.evotor.state.users[door.evotor_user_id]
        unequal += bool(_find_differences(world, owner, door.community_id))
    return unequal


def _find_differences(world: SandboxWorld, owner: UserState, community_id: int) -> list[str]:
    one = SandboxWorld(EvotorState(users={owner.id: owner}), world.vk.state)
    one.community_id = community_id
    return find_differences(one)


def _open(
    world: SandboxWorld, door: Door, stores: dict[str, StoreState], community: Community
) -> None:
    world.evotor.state.users[door.evotor_user_id] = UserState(
        id=door.evotor_user_id, tokens=[door.evotor_token], stores=stores
    )
    world.vk.add_user(door.vk_token, door.vk_user_id)
    world.vk.state.communities[door.community_id] = community


def _like(store: StoreState) -> StoreState:
    return replace(store, groups=dict(store.groups), products=dict(store.products))


def _stocked_like(standing: Community, door: Door) -> Community:
    items = {
        item_id: replace(item, photo_ids=list(item.photo_ids))
        for item_id, item in standing.items.items()
    }
    albums = {
        album_id: replace(album, item_ids=list(album.item_ids))
        for album_id, album in standing.albums.items()
    }
    return replace(
        standing,
        community_id=door.community_id,
        admin_ids=[door.vk_user_id],
        items=items,
        order=list(standing.order),
        albums=albums,
        album_order=list(standing.album_order),
    )
