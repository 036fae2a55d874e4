"""The switches of the fake VK: limits, and what is not known of the live one."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, kw_only=True)
class VkKnobs:
    """Plain and mutable: a test turns a switch and the next request feels it."""

    # Both rates are quoted by the official Go SDK.
    requests_per_second: float = 3
    group_requests_per_second: float = 20
    # How much later than it was sent a request may arrive and still count at its sending time.
    arrival_jitter_s: float = 0.5
    call_delay_s: float = 0.0
    execute_delay_s: float = 0.0

    # Caps as the Bitrix exporter keeps them.
    max_items: int = 15_000
    max_albums: int = 100
    max_items_in_album: int = 1_000
    restore_window_s: float = 3_600
    # Whether a deleted item makes room for a new one.
    delete_frees_quota: bool = True

    calls_per_execute: int = 25
    execute_answer_bytes: int = 5 * 1024 * 1024
    execute_operations: int = 500_000
    # Answers recorded before 2018 end with a second entry for `execute` itself.
    trailing_execute_error: bool = False
    # What `list@.field` yields for an entry without that field.
    missing_projection: Literal["null", "dropped"] = "null"

    # VK dropped the old photo methods from its schema in June 2024; it may still answer them.
    removed_photo_methods: bool = False
    listing_order: Literal["newest", "oldest"] = "newest"
    # How long after its add an item is still missing from market.get and search, and from getById.
    list_lag_s: float = 0.0
    get_by_id_lag_s: float = 0.0
    # So many of the next pages of market.get that have an offset begin one item early: one item is
    # on two pages, as when something is added meanwhile. Or one item late: one is on none.
    pages_repeating: int = 0
    pages_skipping: int = 0
    # So many of the next answers of market.get count one item more than there is.
    counts_wrong: int = 0
    # Not every recorded answer holds these two fields.
    returns_sku: bool = True
    returns_stock: bool = True
    stock_zero_disables: bool = False
    # A photo that is another item's already: taken, refused with an error, or left out in silence.
    refuses_shared_photo: Literal["no", "with_error", "silently"] = "no"
    shared_photo_code: int = 129
    # What editAlbum does to the cover when no photo is sent along.
    edit_album_loses_cover: bool = True
    # A count above its maximum: cut to it, or refused.
    clamps_count: bool = False
    # The two ways VK tells that a token is over.
    expired_token_code: Literal[5, 1117] = 1117

    # Moderation looks at every new name, text and picture, and speaks after the delay. It rejects
    # titles in which this pattern is found (an empty one rejects none), and every so many-th item.
    rejects_titles: str = ""
    rejects_every: int = 0
    moderation_delay_s: float = 0.0
    # Whether market.get and search leave rejected items out; getById shows them with the reason.
    unlists_rejected: bool = False
