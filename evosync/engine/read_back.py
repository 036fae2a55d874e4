"""What is asked of VK after the work: lost creates, and moderation's word (the run's step 7)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from evosync.catalog.item import Link, LinkState, MarketReading
from evosync.engine.applied import Applied
from evosync.engine.apply import Hands
from evosync.engine.changes import (
    Change,
    Create,
    Done,
    Outcome,
    Relink,
    Restore,
    Uncertain,
    Update,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.match import match_items
from evosync.engine.plan.standing import Standing, is_hidden_by_us, standing_items
from evosync.errors import EvoSyncError

MODERATION_LASTS = timedelta(hours=72)
"""For so long after a write VK's moderators may yet say no to an item."""


async def find_lost_creates(applied: Applied, drafted: Drafted, hands: Hands) -> Applied:
    """Look once for creates whose answer was lost; those that stand become Done.

    What is not seen stays uncertain: a later run decides, after VK had time
    to show it. Work that was cut short is not looked at: somebody asked for a
    stop, or VK for a rest.
    """
    lost = {key: one.change for one in applied.outcomes if (key := _lost_create(one))}
    if not lost or applied.is_cut:
        return applied
    try:
        found = await _find(lost, drafted, hands)
        await hands.ledger.record(list(found.values()))
    except EvoSyncError:
        return applied  # the next run looks
    return replace(
        applied,
        outcomes=tuple(found.get(_lost_create(one), one) for one in applied.outcomes),
    )


async def hear_moderation(
    applied: Applied, drafted: Drafted, reading: MarketReading, hands: Hands
) -> Applied:
    """Ask what moderation says of goods written of late that `reading`, the run's own, left open.

    That is what this run wrote after it, and what a partial reading did not
    hold; of what a whole one did not hold the plan has asked already.
    """
    written = {key for one in applied.outcomes if (key := _written_item(one)) is not None}
    if applied.is_cut or (reading.is_whole and not written):
        return applied
    listed = standing_items(reading)
    since = hands.clock() - MODERATION_LASTS

    def is_asked(link: Link) -> bool:
        is_recent = link.written_at is not None and link.written_at >= since
        is_open = is_recent and not reading.is_whole and link.item_id not in listed
        is_shown = link.state is LinkState.LIVE and not is_hidden_by_us(link)
        is_wanted = is_shown and link.product_id in drafted.drafts
        return is_wanted and (link.item_id in written or is_open)

    try:
        asked = {one.item_id: one for one in await hands.ledger.links() if is_asked(one)}
        items = await hands.target.look_up(asked.keys()) if asked else {}
    except EvoSyncError:
        return applied  # the next run asks
    return replace(
        applied,
        moderated={asked[item_id].product_id: item.rejected for item_id, item in items.items()},
    )


async def _find(
    lost: Mapping[str, Change], drafted: Drafted, hands: Hands
) -> dict[str | None, Outcome]:
    standing = Standing(
        reading=await hands.target.fetch(),
        links=await hands.ledger.links(),
        intents=await hands.ledger.intents(),
        known_skus=await hands.ledger.known_skus(),
    )
    return {
        key: Done(change=lost[key], item_id=adoption.item.item_id)
        for key, adoption in match_items(drafted, standing).adoptions.items()
        if key in lost and adoption.is_intended
    }


def _lost_create(outcome: Outcome) -> str | None:
    match outcome:
        case Uncertain(change=Create(draft=draft)):
            return draft.product_id
        case _:
            return None


def _written_item(outcome: Outcome) -> int | None:
    match outcome:
        case Done(change=Create() | Update() | Relink() | Restore(), item_id=item_id):
            return item_id
        case _:
            return None
