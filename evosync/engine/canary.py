"""The first push into a community: one item, then five, each read back before more are made."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from evosync.catalog.item import Draft, Link, LinkState, MarketItem
from evosync.engine.applied import Stop
from evosync.engine.apply import Hands, Look, send_batch
from evosync.engine.changes import Change, Create, Done, Field, Outcome, Uncertain, Update
from evosync.engine.held import find_verdict
from evosync.engine.likeness import Mismatch, find_mismatches, lacking_picture
from evosync.engine.memory import Memory, Verdict

SIZES = (1, 5)
"""How many items a request may make before the first was right, and before these five were."""

THROUGH = len(SIZES)
"""The stage at which creates go in full batches."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0  # a stop is to be heard soon, and a look costs one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long VK may take to show what was sent, and how to wait for it."""

    settle: timedelta
    wait: Callable[[float], Awaitable[None]]


class Canary:
    """Implements Pace: holds creates back until the market showed what it makes of ours.

    It judges what stands, not what this run sent, so that a run that was cut
    short, or held, is gone on with by the next one without another first item.
    """

    def __init__(
        self, hands: Hands, memory: Memory, drafts: Mapping[str, Draft], patience: Patience
    ) -> None:
        self._hands = hands
        self._stage = memory.canary_stage
        self._consents = memory.consents
        self._drafts = drafts
        self._patience = patience

    @property
    def is_free(self) -> bool:
        """Whether the first items were right, so that nothing more is looked at."""
        return self._stage == THROUGH

    def take(self, creates: Sequence[Change], most: int) -> tuple[list[Change], list[Change]]:
        """Divide creates into what the next request makes and the rest.

        The very first is one with stock, if there is one: what is sold out
        may look otherwise than the others.
        """
        todo = list(creates)
        if self._stage == 0:
            todo.sort(key=_is_sold_out)  # stable: the others keep their order
        size = most if self._stage == THROUGH else min(SIZES[self._stage], most)
        return todo[:size], todo[size:]

    async def look(self, outcomes: Sequence[Outcome] | None) -> Look:
        """Look at the newest items of ours, before any batch (None) or after one."""
        if self._stage == THROUGH:
            return Look()
        if outcomes is not None:
            if any(isinstance(one, Uncertain) for one in outcomes):
                return Look(stopped=Stop.UNSURE)
            if not any(isinstance(one, Done) for one in outcomes):
                return Look()
        links = sorted(filter(_is_made, await self._hands.ledger.links()), key=_item_id)
        return await self._judge(links[-sum(SIZES) :]) if links else Look()

    async def _judge(self, links: Sequence[Link]) -> Look:
        items, stopped = await self._seen(links)
        if stopped is not None:
            return Look(stopped=stopped)
        mismatches = _mismatches(links, items)
        if not self._is_agreed(mismatches):
            is_left = self._verdict(mismatches) is Verdict.LEAVE
            return Look(stopped=Stop.LEFT if is_left else Stop.DIFFERS, mismatches=mismatches)
        if unseen := [link.product_id for link in links if link.item_id not in items]:
            return Look(stopped=Stop.UNSEEN, unseen=tuple(unseen))
        outcomes = await self._give_pictures(lacking_picture(links, items), items)
        stage = THROUGH if len(links) > SIZES[0] else 1
        if stage > self._stage:
            await self._hands.ledger.save_canary(stage)
            self._stage = stage
        return Look(outcomes=tuple(outcomes))

    async def _seen(self, links: Sequence[Link]) -> tuple[Mapping[int, MarketItem], str | None]:
        """Read the items back until they stand as sent, their time is over, or a stop is wanted.

        Also what stands but differs is given time: VK may show a value late.
        """
        now = self._hands.clock
        until = max(link.written_at or now() for link in links) + self._patience.settle
        pause_s = FIRST_PAUSE_S
        while True:
            items = await self._hands.target.look_up([link.item_id for link in links])
            left_s = (until - now()).total_seconds()
            if left_s <= 0 or self._is_right(links, items):
                return items, None
            await self._patience.wait(min(pause_s, left_s))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            if (reason := await self._hands.checkpoint()) is not None:
                return items, reason

    def _is_right(self, links: Sequence[Link], items: Mapping[int, MarketItem]) -> bool:
        return (
            all(link.item_id in items for link in links)
            and self._is_agreed(_mismatches(links, items))
            and not lacking_picture(links, items)
        )

    def _is_agreed(self, mismatches: Sequence[Mismatch]) -> bool:
        return not mismatches or self._verdict(mismatches) is Verdict.APPLY

    def _verdict(self, mismatches: Sequence[Mismatch]) -> Verdict | None:
        return find_verdict((one.member for one in mismatches), self._consents)

    async def _give_pictures(
        self, links: Sequence[Link], items: Mapping[int, MarketItem]
    ) -> list[Outcome]:
        """Give items pictures of their own where VK silently dropped the one they share (R12)."""
        if not links:
            return []
        await self._hands.target.distrust_sharing()
        edits = [
            Update(
                link=link,
                draft=self._drafts[link.product_id],
                item=items[link.item_id],
                fields=frozenset({Field.PHOTO}),
            )
            for link in links
            if link.product_id in self._drafts
        ]
        outcomes: list[Outcome] = []
        while edits:
            size = self._hands.target.batch_size
            outcomes += await send_batch(edits[:size], self._hands)
            edits = edits[size:]
        return outcomes


def _mismatches(links: Sequence[Link], items: Mapping[int, MarketItem]) -> tuple[Mismatch, ...]:
    return tuple(
        mismatch
        for link in links
        if link.item_id in items
        for mismatch in find_mismatches(link, items[link.item_id])
    )


def _is_sold_out(change: Change) -> bool:
    return isinstance(change, Create) and _stock_sent(change.draft) == 0


def _stock_sent(draft: Draft) -> int:
    return draft.opening_stock if draft.stock is None else draft.stock


def _is_made(link: Link) -> bool:
    """Tell whether we made an item and it should stand; an adopted one proves nothing."""
    return (
        link.state is LinkState.LIVE
        and link.pending is None
        and not link.written.is_hidden
        and not link.text_is_theirs
    )


def _item_id(link: Link) -> int:
    return link.item_id
