"""What the benchmarks of the quota ask of the sandbox, in the process where it stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evosync.sandbox.world import SandboxWorld
from tests.bench.stand import goods_of, make_world

TOO_FAST = 6  # VK's error for more requests a second than the quota allows


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What has come to the fake VK so far; requests that were refused count too."""

    requests: int
    calls: int
    too_fast: int

    def since(self, before: "Traffic") -> "Traffic":
        """What came after another moment."""
        return Traffic(
            requests=self.requests - before.requests,
            calls=self.calls - before.calls,
            too_fast=self.too_fast - before.too_fast,
        )


def make_slow_world(goods: int, execute_s: float) -> SandboxWorld:
    """Make a shop of so many goods beside a VK that takes its time for each `execute`."""
    world = make_world(goods)
    world.vk.knobs.execute_delay_s = execute_s
    return world


def traffic(world: SandboxWorld) -> Traffic:
    """Count what came to the fake VK; an `execute` is no call of its own."""
    gate = world.vk.gate
    return Traffic(
        requests=gate.requests,
        calls=gate.calls.total() - gate.calls["execute"],
        too_fast=gate.errors[TOO_FAST],
    )


def reprice(world: SandboxWorld, count: int) -> None:
    """Make so many goods a rouble dearer on the till."""
    for product in goods_of(world)[:count]:
        product.price = (product.price or Decimal()) + 1


def count_items(world: SandboxWorld) -> int:
    """Count the items of the market."""
    return len(world.vk.items(world.community_id))


def list_goods(world: SandboxWorld, count: int) -> list[dict[str, Any]]:
    """List parameters of `market.add` for so many goods of the till, without a picture."""
    return [
        {
            "owner_id": -world.community_id,
            "name": product.name,
            "description": f"{product.description}\n\n{product.name} (цена за 1 шт.)",
            "category_id": 40932,
            "price": str(product.price),
            "sku": product.id,
            "stock_amount": 1000,
        }
        for product in goods_of(world)[:count]
    ]
