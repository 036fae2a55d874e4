"""Which size of a picture of VK's the pages show: the smallest that is sharp enough (pure)."""

from collections.abc import Iterable

from evosync.vk.wire import SizeRow

THUMB_SIDE = 200
"""Pixels of the shorter side: an item's picture stands small in a list."""

COVER_SIDE = 400
"""Pixels of the shorter side: a cover is as wide as a card."""

LONGEST_ADDRESS = 2000  # characters; VK's signed addresses have some 300


def smallest_picture(sizes: Iterable[SizeRow], side: int) -> str | None:
    """Return the address of a photo's smallest size with no side under `side`, else the largest.

    Among equals the first counts that is big enough, and the last that is
    not, so that one photo always has one address.
    """
    enough, larger = None, None
    smallest = largest = 0
    for size in sizes:
        shorter = min(size.width or 0, size.height or 0)
        if shorter >= side:
            if (enough is None or shorter < smallest) and picture_address(size.url):
                enough, smallest = size.url, shorter
        elif (larger is None or shorter >= largest) and picture_address(size.url):
            larger, largest = size.url, shorter
    return enough or larger


def picture_address(value: object) -> str | None:
    """Return what may be the address of a picture; None for anything else."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        return None
    return value if value.startswith(("https://", "http://")) else None
