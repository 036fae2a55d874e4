"""First pushes, one after another, as the runs of a new community make them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from evosync.engine.applied import Applied
from evosync.engine.apply import Hands, apply
from evosync.engine.canary import Canary, Patience
from evosync.engine.changes import Change, Create
from evosync.engine.memory import Consent, Verdict
from tests.builders import draft
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import HandClock
from tests.engine.wishes import create

SETTLE = timedelta(seconds=120)
GOODS = [f"tea-{number:02}" for number in range(60)]
UNWANTED = "unwanted"
"""A product that is linked and has no draft."""


@dataclass(frozen=True, kw_only=True)
class FirstPush:
    """Applies changes, products by their ids as creates, at the stage that the ledger remembers."""

    hands: Hands
    ledger: MemoryLedger
    clock: HandClock

    async def __call__(
        self, *products: str | Change, consents: tuple[Consent, ...] = ()
    ) -> Applied:
        changes = [create(one) if isinstance(one, str) else one for one in products]
        drafts = {one: draft(one) for one in self.ledger.linked if one != UNWANTED}
        drafts |= {one.draft.product_id: one.draft for one in changes if isinstance(one, Create)}
        memory = replace(await self.ledger.memory(), consents=consents)
        patience = Patience(settle=SETTLE, wait=self.clock.wait)
        return await apply(changes, self.hands, Canary(self.hands, memory, drafts, patience))

    async def stage(self) -> int:
        """Tell how far the pushes have come."""
        return (await self.ledger.memory()).canary_stage


def consent(applied: Applied, verdict: Verdict = Verdict.APPLY) -> Consent:
    """Answer what a push was held for."""
    members = frozenset(one.member for one in applied.mismatches)
    return Consent(verdict=verdict, members=members)
