"""The parked methods of one run: it waits for them, parks more, and lifts what answers again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evosync.engine.applied import Applied
from evosync.engine.changes import Change
from evosync.engine.memory import Park
from evosync.engine.parking import Waiting, answered, park_for, put_off, rests_until
from evosync.engine.ports import Ledger, Target
from evosync.errors import EvoSyncError, TryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingLot:
    """What has to rest, as it was when the run began; one `by_hand` asks all the same."""

    target: Target
    ledger: Ledger
    clock: Callable[[], datetime]
    parked: Mapping[str, Park]
    by_hand: bool

    def check_reading(self) -> None:
        """Raise TryLater while the market must not even be read."""
        until_at = rests_until(self.target.reading_methods, self.parked, self.clock())
        if until_at is not None and not self.by_hand:
            raise TryLater(
                "VK просит подождать. Продолжим позже.", cause="parked", retry_at=until_at
            )

    def put_off(self, changes: Sequence[Change]) -> tuple[Sequence[Change], Waiting]:
        """Divide changes into those that may go and those that have to wait."""
        if self.by_hand:
            return changes, Waiting()
        return put_off(changes, self.parked, self.target.methods_of, self.clock())

    async def let_rest(self, error: EvoSyncError | None) -> frozenset[str]:
        """Park the method that an error names, and let the next run wait for it."""
        if not isinstance(error, TryLater) or error.rest is None:
            return frozenset()
        park = park_for(error.rest, self.parked.get(error.rest.method), self.clock())
        await self.ledger.park(park)
        error.retry_at = park.until_at
        return frozenset({park.method})

    async def settle(self, applied: Applied, changes: Sequence[Change]) -> None:
        """Park what asked for it while these changes were applied; lift what did well.

        Reading proves the methods that only reading needs; the others have to
        prove themselves at changes, if there are any.
        """
        methods_of = self.target.methods_of
        resting = await self.let_rest(applied.error)
        needed = frozenset[str]().union(*map(methods_of, changes))
        proven = answered(applied.outcomes, methods_of) | (self.target.reading_methods - needed)
        if lifted := (proven & self.parked.keys()) - resting:
            await self.ledger.lift(lifted)
