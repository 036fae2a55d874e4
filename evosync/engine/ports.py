"""The three ports of a run: where goods come from, where they go, what we remember."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from evosync.catalog.item import AlbumLink, Intent, Link, MarketItem, MarketReading
from evosync.catalog.snapshot import SecondLook, Snapshot
from evosync.engine.changes import Change, Outcome, Plan
from evosync.engine.memory import Memory, Park


class Source(Protocol):
    """The shop. Implemented by `evosync.evotor.source`."""

    async def fetch(self) -> Snapshot:
        """Read every store of the account, groups and products.

        One store's failure is that reading's state. Raises TryLater or
        NeedsPerson only when the list of stores itself cannot be read.
        """
        ...

    async def look_again(self, missing: Mapping[str, Collection[str]]) -> SecondLook:
        """Ask once more for products (by store id) that a whole reading no longer held.

        Up to 50 are asked for singly, more by listing that store again.
        """
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        ...


class Target(Protocol):
    """The market. Implemented by `evosync.vk.market`."""

    @property
    def batch_size(self) -> int:
        """How many changes the next `send` may carry; falls when VK chokes, grows back."""
        ...

    @property
    def flights(self) -> int:
        """How many sends may be under way at once; grows with each answer, falls with silence."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far; an `execute` is one."""
        ...

    @property
    def calls(self) -> int:
        """API calls made so far; an `execute` of 25 is 25."""
        ...

    @property
    def reading_methods(self) -> frozenset[str]:
        """The methods of the outside API without which the market cannot be read."""
        ...

    def methods_of(self, change: Change) -> frozenset[str]:
        """Tell which methods of the outside API a change needs; none for one that sends nothing."""
        ...

    async def fetch(self) -> MarketReading:
        """Read all items and albums. Raises TryLater or NeedsPerson."""
        ...

    async def look_up(self, item_ids: Collection[int]) -> Mapping[int, MarketItem]:
        """Ask for items by id, whether the market's list shows them or not.

        One that is not in the answer does not stand. Raises TryLater or NeedsPerson.
        """
        ...

    async def ready(self) -> None:
        """Wait until what is given to `send` would leave nearly at once.

        What is committed as intended must not wait: whoever sleeps meanwhile would send
        what another has gone on with.
        """
        ...

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Carry out up to `batch_size` changes, one outcome each, in the order given.

        Changes that need no call (Adopt, Lose, TakeAlbum) are Done at once. Raises
        TryLater or NeedsPerson when none of them was carried out. What stops
        a batch halfway is raised by the next `send`; the rest of that batch
        is Failed with code 0. A `send` of no changes sends nothing, it only
        raises such a stop. Several may be under way, of different items; a
        stop is for all of them.
        """
        ...

    async def distrust_sharing(self) -> None:
        """Learn that VK does not let items of this community share a picture (design: R12).

        It is remembered; pictures are uploaded for each item from now on.
        """
        ...


class Ledger(Protocol):
    """What we remember of one user and one community. Implemented by `evosync.db.ledger`.

    Every writing method commits before it returns.
    """

    async def links(self) -> tuple[Link, ...]: ...

    async def album_links(self) -> tuple[AlbumLink, ...]: ...

    async def intents(self) -> tuple[Intent, ...]:
        """List the creates whose outcome is not known."""
        ...

    async def known_skus(self) -> frozenset[str]:
        """List every product id of any link or intent we ever wrote."""
        ...

    async def memory(self) -> Memory:
        """Recall refusals, answers, and limits that hold."""
        ...

    async def park(self, park: Park) -> None:
        """Leave a method alone until the park's end."""
        ...

    async def lift(self, methods: Collection[str]) -> None:
        """End the parks of methods that answered again."""
        ...

    async def save_snapshot(self, snapshot: Snapshot) -> frozenset[tuple[str, str]]:
        """Bring the cached stores, groups and products up to date; only differences are written.

        Returns the groups (store id, group id) that this switched on: new
        ones, in stores where the user wants that.
        """
        ...

    async def check_account(self) -> None:
        """Look whether the shop that was saved last is of the account that was confirmed.

        Raises NeedsPerson when it is another one's; then the first push has
        to be confirmed anew. Links stay as they are.
        """
        ...

    async def save_market(self, reading: MarketReading) -> None:
        """Bring the cached items and albums up to date; only differences are written."""
        ...

    async def settle(self, plan: Plan) -> None:
        """Write down what a plan found out without a call: moved links, missing intents."""
        ...

    async def begin(self, changes: Sequence[Change], now: datetime) -> None:
        """Commit what is about to be sent, in one transaction that checks the run's lease.

        Creates become intents, hides, shows and deletes become pending, and
        what was last written to the fields that are sent is unknown from
        then on: what is never recorded is sent again by the next run. Raises
        TryLater when the lease is no longer ours.
        """
        ...

    async def withdraw(self, changes: Sequence[Change]) -> None:
        """Close the intents of creates that were surely not carried out.

        What `begin` noted of edits stays: one of the tries may have reached
        the market, and an edit sent once more does no harm.
        """
        ...

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Commit what became of a batch: links, values written, run changes.

        A refusal takes back what `begin` noted, one with the code 0 as `withdraw` does.
        One of a product is kept until that part of it is done (`Memory.refusals`).
        """
        ...

    async def save_canary(self, stage: int) -> None:
        """Note how far the first push into this community has come.

        Raises TryLater when the lease is no longer ours.
        """
        ...
