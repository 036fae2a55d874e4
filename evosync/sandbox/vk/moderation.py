"""Moderation of the fake VK: it looks at what was written and speaks later, without an error."""

import re
from typing import Any

from evosync.sandbox.vk.knobs import VkKnobs
from evosync.sandbox.vk.state import Item, VkState

REJECTED = 2  # reject_info.moderation_status
REVIEWED_FIELDS = frozenset({"title", "description", "photo_ids"})


def review(item: Item, state: VkState, knobs: VkKnobs, now: float) -> None:
    """Look at an item anew; a rejection counts from `moderation_delay_s` on."""
    state.reviewed += 1
    by_title = bool(knobs.rejects_titles) and re.search(
        knobs.rejects_titles, item.title, re.IGNORECASE
    )
    by_turn = knobs.rejects_every > 0 and state.reviewed % knobs.rejects_every == 0
    item.rejected_at = now + knobs.moderation_delay_s if by_title or by_turn else None


def reject_info() -> dict[str, Any]:
    """What an administrator reads about a rejected item."""
    return {
        "title": "Товар отклонён",
        "description": "Товар не соответствует правилам публикации.",
        "moderation_status": REJECTED,
        "in_progress": False,
        "info_link": "https://vk.com/legal/market",
        "write_to_support_link": "https://vk.com/support",
        "buttons": [],
    }
