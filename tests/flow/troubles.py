"""What goes wrong in a shop's hours, on both sides: thrown by dice, counted, and put right."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.shop import LESNAYA_ID
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld

GOODS = "/stores/*/products"

VK = (
    VkFault(method="execute", drop=True),
    VkFault(method="execute", drop=True, after_work=True),
    VkFault(method="execute", hang=True, after_work=True),
    VkFault(method="execute", hang=True),
    VkFault(method="execute", cut=True),
    VkFault(method="execute", status=502, html=True, times=3),
    VkFault(method="execute", status=429, times=2),
    VkFault(method="execute", calls_done=2, status=504),
    VkFault(method="execute", calls_done=1, error=6),
    VkFault(method="execute", calls_done=2, error=36),
    VkFault(method="execute", calls_done=1, error=13),
    VkFault(method="execute", error=10, times=2),
    VkFault(method="market.add", error=9),
    VkFault(method="market.edit", error=9),
    VkFault(method="market.edit", error=10, times=2),
    VkFault(method="market.edit", error=1, after_work=True),
    VkFault(method="market.add", error=1, after_work=True),
    VkFault(method="market.addToAlbum", error=10),
    VkFault(method="market.get", error=10),
    VkFault(method="upload", status=502, html=True),
)
EVOTOR = (
    EvotorFault(path="/stores", status=500, html=True, times=2),
    EvotorFault(path=GOODS, times=4, status=500, html=True),
    EvotorFault(path=GOODS, cut=True, times=2),
    EvotorFault(path=GOODS, drop=True),
    EvotorFault(path=GOODS, hang=True),
    EvotorFault(path=GOODS, status=402),
    EvotorFault(path=GOODS, status=429, reset_in_s=20, times=2),
    EvotorFault(path="/stores/*/product-groups", times=4, status=503),
    EvotorFault(path=f"{GOODS}/*", times=4, status=500),
)


@dataclass(slots=True)
class Troubles:
    """Hands on the sandbox's switches."""

    world: SandboxWorld
    dice: random.Random
    met: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        """Let the coming hour have a trouble of its own."""
        self.rest()
        kind = self.dice.choice(_KINDS)
        kind(self)
        self.met[kind.__name__.strip("_")] += 1

    def rest(self) -> None:
        """Put everything right but what moderators have said."""
        self.world.vk.faults.clear()
        self.world.evotor.faults.clear()
        knobs = self.world.vk.knobs
        knobs.list_lag_s, knobs.rejects_every = 0.0, 0
        self.world.evotor.knobs.listed_share = 1.0
        self.world.evotor.knobs.spoiled_stores = ()
        self.world.evotor.knobs.unlisted_stores = ()
        for store in self.world.evotor.stores():
            store.is_paid = True

    @property
    def struck(self) -> int:
        """How many requests and calls were struck by a fault."""
        return self.world.vk.faults.struck + self.world.evotor.faults.struck

    def _vk(self) -> None:
        for _ in range(self.dice.randrange(1, 4)):
            fault = replace(self.dice.choice(VK), skip=self.dice.randrange(3))
            self.world.vk.faults.add(fault)

    def _evotor(self) -> None:
        for _ in range(self.dice.randrange(1, 3)):
            self.world.evotor.faults.add(self.dice.choice(EVOTOR))

    def _both(self) -> None:
        self._vk()
        self._evotor()

    def _late_listing(self) -> None:
        """VK lists a new item later than the mirror waits for it to settle, or nearly so."""
        self.world.vk.knobs.list_lag_s = 30.0

    def _moderation(self) -> None:
        self.world.vk.knobs.rejects_every = 5

    def _half_a_catalog(self) -> None:
        knobs = self.world.evotor.knobs
        knobs.listed_share, knobs.spoiled_stores = 0.5, (LESNAYA_ID,)

    def _store_left_out(self) -> None:
        self.world.evotor.knobs.unlisted_stores = (LESNAYA_ID,)

    def _unpaid_store(self) -> None:
        self.world.shop.set_paid(LESNAYA_ID, is_paid=False)


_KINDS: tuple[Callable[[Troubles], None], ...] = (
    *(Troubles._vk, Troubles._vk, Troubles._vk, Troubles._evotor, Troubles._evotor),
    *(Troubles._both, Troubles._late_listing, Troubles._moderation),
    *(Troubles._half_a_catalog, Troubles._store_left_out, Troubles._unpaid_store),
)
