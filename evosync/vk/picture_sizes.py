"""Which size of a picture of VK's the pages show: the smallest that is sharp enough (pure)."""

from collections.abc import Iterator, Mapping

THUMB_SIDE = 200
"""Pixels of the shorter side: an item's picture stands small in a list."""

COVER_SIDE = 400
"""Pixels of the shorter side: a cover is as wide as a card."""

LONGEST_ADDRESS = 2000  # characters; VK's signed addresses have some 300


def smallest_picture(photo: object, side: int) -> str | None:
    """Return the address of a photo's smallest size with no side under `side`, else the largest.

    `photo` is VK's JSON: `sizes` of url, width and height. Among equals the
    first counts, so that one photo always has one address.
    """
    sizes = sorted(_sizes(photo), key=lambda size: size[0])
    if not sizes:
        return None
    return next((url for shorter, url in sizes if shorter >= side), sizes[-1][1])


def picture_address(value: object) -> str | None:
    """Return what may be the address of a picture; None for anything else."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        return None
    return value if value.startswith(("https://", "http://")) else None


def _sizes(photo: object) -> Iterator[tuple[int, str]]:
    sizes = photo.get("sizes") if isinstance(photo, Mapping) else None
    for size in sizes if isinstance(sizes, list) else ():
        if isinstance(size, Mapping) and (url := picture_address(size.get("url"))) is not None:
            # Old photos come without their measures.
            width, height = (_pixels(size.get(name)) for name in ("width", "height"))
            yield min(width, height), url


def _pixels(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
