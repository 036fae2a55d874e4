"""What happens in a shop's days, for the benchmark of half a year: at the till, and in VK."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld
from tests.bench.stand import goods_of, make_fast_world
from tests.flow.stand import product_named

OPEN = range(9, 21)  # hours of trade
DEARER_AT, CHEAPER_AT = 11, 17  # of every tenth good
NEW_AT = 15  # once a week; VK takes what is new from then on, until midnight
MISPRICED_AT = 13  # once a month: the prices of 40 % are four times too high
WEEK, MONTH = 7, 30  # days
TENTH = 10
REFUSED = 3  # goods that VK never takes
UNWANTED = "Не берут"


@dataclass(slots=True)
class Ahead:
    """A clock so far ahead of the machine's; it goes on while a run does, as quotas need it."""

    passed: timedelta = timedelta()

    def __call__(self) -> float:
        """Give unix seconds."""
        return time.time() + self.passed.total_seconds()


def make_living_world(goods: int) -> SandboxWorld:
    """Make a shop of so many goods whose clock can be set ahead."""
    made = make_fast_world(goods)
    ahead = Ahead()
    world = SandboxWorld(made.evotor.state, made.vk.state, clock=ahead)
    world.vk.knobs.requests_per_second = made.vk.knobs.requests_per_second
    return world


def refuse_some(world: SandboxWorld) -> None:
    """Put goods on the shelves that VK takes none of."""
    for number in range(REFUSED):
        world.add_product(f"{UNWANTED} {number}", 100 + number, quantity=10)
    _refuse(world, is_refusing=True)


def pass_hour(world: SandboxWorld, day: int, hour: int, passed: timedelta) -> None:
    """Set the clock, and let happen what this hour of this day brings."""
    clock = world.vk.clock
    assert isinstance(clock, Ahead)
    clock.passed = passed
    _refuse(world, is_refusing=day % WEEK != 0 or hour < NEW_AT)
    if hour in OPEN:
        _sell(world, day * 24 + hour)
    if hour == DEARER_AT:
        _reprice(world, day, lambda price: price + 1)
    if hour == CHEAPER_AT:
        _reprice(world, day, lambda price: price - 1)
    if day % WEEK == 0 and hour == NEW_AT:
        _change_goods(world, day)
    if day % MONTH == MONTH - 1 and hour == MISPRICED_AT:
        _misprice(world, is_dearer=day // MONTH % 2 == 0)


def list_differences(world: SandboxWorld) -> list[str]:
    """List where VK is not as the till, but for what VK refuses."""
    return [each for each in find_differences(world) if UNWANTED not in each]


def _refuse(world: SandboxWorld, *, is_refusing: bool) -> None:
    """Let VK take no new goods, or all; what it never takes is not for sale meanwhile."""
    world.vk.faults.clear()
    if is_refusing:
        world.vk.faults.add(VkFault(method="market.add", error=100, times=None))
    for product in goods_of(world):
        if UNWANTED in product.name:
            product.allow_to_sell = is_refusing


def _sell(world: SandboxWorld, turn: int) -> None:
    goods = goods_of(world)
    for number in range(3):
        world.sell(goods[(turn * 7 + number) % len(goods)].id)


def _reprice(world: SandboxWorld, day: int, change: Callable[[Decimal], Decimal]) -> None:
    for product in _wanted(world)[day % TENTH :: TENTH]:
        if product.price is not None:
            product.price = change(product.price)


def _wanted(world: SandboxWorld) -> list[ProductState]:
    """List the goods that VK takes: what it refuses is sent at once when it is another."""
    return [each for each in goods_of(world) if UNWANTED not in each.name]


def _change_goods(world: SandboxWorld, day: int) -> None:
    """Take last week's new good off the shelves, and put another one on."""
    if day > WEEK:
        world.delete_product(product_named(world, f"Новинка {day - WEEK}").id)
    world.add_product(f"Новинка {day}", 250, quantity=10)


def _misprice(world: SandboxWorld, *, is_dearer: bool) -> None:
    goods = _wanted(world)
    for product in goods[: len(goods) * 2 // 5]:
        if product.price is not None:
            product.price = product.price * 4 if is_dearer else product.price / 4
