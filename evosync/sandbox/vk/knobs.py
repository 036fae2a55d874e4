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
    stock_zero_disables: bool = False
    # A count above its maximum: cut to it, or refused.
    clamps_count: bool = False
    # The two ways VK tells that a token is over.
    expired_token_code: Literal[5, 1117] = 1117
