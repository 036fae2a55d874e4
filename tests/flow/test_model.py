"""Whatever happens on the till, in VK and on the way, in whatever order: what stands is true."""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from evosync.db import sync
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.types import Tx
from evosync.engine.report import RunReport, RunStatus
from evosync.engine.rules import GonePolicy
from evosync.errors import EvoSyncError
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Watch, carry_out
from evosync.outbound.client import Answer, Request
from evosync.sandbox.comparison import (
    count_visible,
    find_differences,
    find_miscounts,
    list_wanted,
)
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.evotor.state import ProductState
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld
from tests.flow.stand import Shop, fast, open_shop, small_world
from tests.flow.wire import Send, tapped

CALM_RUNS = 8
SETTLED = timedelta(seconds=30)


VK_TROUBLES = [
    VkFault(method="execute", drop=True),
    VkFault(method="execute", drop=True, after_work=True),
    VkFault(method="execute", calls_done=1, error=6),
    VkFault(method="execute", calls_done=2, error=36),
    VkFault(method="execute", calls_done=1, error=13),
    VkFault(method="execute", calls_done=1, error=14),
    VkFault(method="execute", calls_done=2, status=502, html=True),
    VkFault(method="execute", cut=True),
    VkFault(method="market.add", error=100),
    VkFault(method="market.add", error=9),
    VkFault(method="market.edit", error=10),
    VkFault(method="market.edit", error=1, after_work=True),
    VkFault(method="market.addToAlbum", error=10),
    VkFault(method="market.get", error=10),
    VkFault(method="upload", status=502, html=True),
]
EVOTOR_TROUBLES = [
    EvotorFault(path="/stores", status=500, html=True),
    EvotorFault(path="/stores/*/products", times=4, status=500, html=True),
    EvotorFault(path="/stores/*/products", cut=True),
    EvotorFault(path="/stores/*/products", status=402),
    EvotorFault(path="/stores/*/product-groups", times=4, status=503),
    EvotorFault(path="/stores/*/products/*", times=4, status=500),
]


@dataclass(slots=True)
class Hours:
    """The time of both sandbox and mirror; it moves only when it is told to."""

    at: datetime = datetime(2026, 11, 2, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def unixtime(self) -> float:
        return self.at.timestamp()


class Mirror(RuleBasedStateMachine):
    """A shop of five products, mirrored over real sockets into a real database."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.hours = Hours()
        self.shown: set[str] = set()
        self.off: set[str] = set()
        self.number = 0
        self.shop = self.runner.run(self._open())

    async def _open(self) -> Shop:
        small = small_world()
        world = fast(SandboxWorld(small.evotor.state, small.vk.state, clock=self.hours.unixtime))
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'evosync.db'}"
        shop = await self.stack.enter_async_context(open_shop(world, folder, url))
        return replace(shop, opened=replace(shop.opened, clock=self.hours.now))

    @property
    def world(self) -> SandboxWorld:
        return self.shop.world

    def _products(self) -> list[ProductState]:
        places = {
            product.id: product
            for store in self.world.evotor.stores()
            for product in store.products.values()
        }
        return [places[key] for key in sorted(places)]

    def _pick(self, index: int) -> ProductState | None:
        products = self._products()
        return products[index % len(products)] if products else None

    def _each(self, product: ProductState, **fields: object) -> None:
        """Change a product in every store that has it."""
        for _, row in self.world.places(product.id):
            for name, value in fields.items():
                setattr(row, name, value)
            row.updated_ms = self.world.evotor.now_ms()

    @initialize(gone=st.sampled_from([GonePolicy.HIDE, GonePolicy.ZERO, GonePolicy.DELETE]))
    def chooses(self, gone: GonePolicy) -> None:
        async def change(tx: Tx) -> None:
            before = await sync.get_config(tx, self.shop.user_id, will_save=True)
            await sync.save_config(tx, replace(before, gone=gone), self.hours.now())

        self.runner.run(self.shop.opened.database.write(change))

    @rule(roubles=st.integers(10, 25))
    def adds(self, roubles: int) -> None:
        self.number += 1
        self.world.add_product(f"Новинка номер {self.number}", roubles * 10, quantity=3)

    @rule(index=st.integers(0, 50), roubles=st.integers(10, 25))
    def prices(self, index: int, roubles: int) -> None:
        if product := self._pick(index):
            self.world.set_price(product.id, roubles * 10)

    @rule(index=st.integers(0, 50))
    def renames(self, index: int) -> None:
        if product := self._pick(index):
            self.number += 1
            self._each(product, name=f"Иное имя {self.number}")

    @rule(index=st.integers(0, 50))
    def deletes(self, index: int) -> None:
        if product := self._pick(index):
            self.world.delete_product(product.id)
            self.shown.discard(product.id)

    @rule(index=st.integers(0, 50), is_sold=st.booleans())
    def allows(self, index: int, is_sold: bool) -> None:
        if product := self._pick(index):
            self.world.shop.set_for_sale(product.id, is_for_sale=is_sold)

    @rule(index=st.integers(0, 50), is_on=st.booleans())
    def switches(self, index: int, is_on: bool) -> None:
        if product := self._pick(index):
            self.runner.run(self.shop.switch_product(product, is_on=is_on))
            (self.off.discard if is_on else self.off.add)(product.id)

    @rule(index=st.integers(0, 50))
    def retitles_in_vk(self, index: int) -> None:
        items = self.shop.visible()
        if items:
            self.world.vk.hands.edit(items[index % len(items)].item_id, title="Написано рукой")

    @rule(fault=st.sampled_from(VK_TROUBLES), skip=st.integers(0, 2))
    def vk_stumbles(self, fault: VkFault, skip: int) -> None:
        self.world.vk.faults.add(replace(fault, skip=skip))

    @rule(fault=st.sampled_from(EVOTOR_TROUBLES))
    def evotor_stumbles(self, fault: EvotorFault) -> None:
        self.world.evotor.faults.add(fault)

    @rule(lag_s=st.sampled_from([0.0, 0.5]))
    def vk_lags(self, lag_s: float) -> None:
        self.world.vk.knobs.list_lag_s = lag_s

    @rule(minutes=st.sampled_from([1, 11, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.hours.at += timedelta(minutes=minutes)

    @rule(trigger=st.sampled_from([RunTrigger.TIMER, RunTrigger.COMMAND]))
    def runs(self, trigger: RunTrigger) -> None:
        self._run(self.shop, trigger)

    @rule(requests=st.integers(0, 12), is_after=st.booleans())
    def is_killed(self, requests: int, is_after: bool) -> None:
        """A run ends at a request to VK, before or after it is carried out, without a last word."""
        left = requests

        async def tap(request: Request, send: Send) -> Answer:
            nonlocal left
            left -= 1
            if left >= 0:
                return await send(request)
            if is_after:
                await send(request)
            raise asyncio.CancelledError

        with contextlib.suppress(asyncio.CancelledError):
            self._run(tapped(self.shop, tap), RunTrigger.TIMER)

    @invariant()
    def nothing_stands_twice_and_nothing_for_sale_is_gone(self) -> None:
        counts = count_visible(self.world)
        assert not {key: count for key, count in counts.items() if count > 1}
        wanted = {one.product_id for one in list_wanted(self.world)} - self.off
        self.shown &= wanted
        assert not {key for key in self.shown if counts.get(key) != 1}
        self.shown |= {key for key in wanted if counts.get(key) == 1}

    def teardown(self) -> None:
        try:
            self._calm_down()
        finally:
            self.runner.run(self.stack.aclose())
            self.runner.close()

    def _calm_down(self) -> None:
        """All is switched on, nothing stumbles, a person answers what is asked: VK is the till."""
        self.world.vk.faults.clear()
        self.world.evotor.faults.clear()
        for product in self._products():
            self.runner.run(self.shop.switch_product(product, is_on=True))
        digest: str | None = None
        for _ in range(CALM_RUNS):
            self.hours.at += SETTLED
            writes = self.world.vk.writes
            report = self._run(self.shop, RunTrigger.COMMAND, approve=digest)
            digest = report.held.digest if report is not None and report.held else None
            is_done = report is not None and report.status is RunStatus.DONE
            if is_done and self.world.vk.writes == writes:
                break
        assert not find_miscounts(self.world)
        assert not find_differences(self.world)

    def _run(self, shop: Shop, trigger: RunTrigger, approve: str | None = None) -> RunReport | None:
        """Run once; None when there was no run."""
        order = Order(user_id=shop.user_id, kind=RunKind.MIRROR, trigger=trigger, approve=approve)
        return self.runner.run(_carry_out(shop, order))


async def _carry_out(shop: Shop, order: Order) -> RunReport | None:
    try:
        return (await carry_out(shop.opened, order, Watch(stopping=asyncio.Event()))).report
    except EvoSyncError:
        return None


def _settings(max_examples: int, steps: int, *, is_random: bool) -> settings:
    return settings(
        max_examples=max_examples,
        stateful_step_count=steps,
        derandomize=not is_random,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


class TestAFewStories(Mirror.TestCase):  # type: ignore[misc, valid-type]
    settings = _settings(8, 12, is_random=False)


@pytest.mark.storm
class TestManyStories(Mirror.TestCase):  # type: ignore[misc, valid-type]
    settings = _settings(300, 40, is_random=True)
