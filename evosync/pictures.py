"""The picture of items that have none: read, and held to VK's rules before it is sent there."""

from pathlib import Path

from evosync.errors import Misconfigured
from evosync.os_words import reason_of

SHIPPED_PHOTO = Path(__file__).parent / "assets" / "default_photo.jpg"

# VK's rules for the picture of a product (help of market.getProductPhotoUploadServer;
# the ratio is what VK's own SDK keeps to).
MAX_PHOTO_BYTES = 50 * 1024 * 1024
MAX_OWN_PHOTO_BYTES = 10 * 1024 * 1024
"""Of a picture that a user uploads: the database holds it, and MariaDB takes 16 MB at once."""
PHOTO_KINDS = ("JPEG", "PNG", "GIF")
MIN_PHOTO_SIDE = 400  # pixels
MAX_PHOTO_SIDES = 14_000  # pixels, width and height added
MAX_PHOTO_RATIO = 20
MAX_DECODED_BYTES = 240_000_000
"""What decoding may take for a moment: a picture of few bytes may be a very large one."""
_PHOTO = "VK_DEFAULT_PHOTO_PATH"


def read_picture(given: str) -> bytes:
    """Read the picture of items that have none: the file given, else the one that ships.

    Decodes it: not for the loop. Raises Misconfigured when VK would not take it.
    """
    if not given:
        return SHIPPED_PHOTO.read_bytes()
    try:
        with Path(given).open("rb") as file:
            content = file.read(MAX_PHOTO_BYTES + 1)
    except OSError as error:
        raise Misconfigured(_PHOTO, f"файл не читается ({reason_of(error)}).") from None
    why = picture_problem(content)
    if why is not None:
        raise Misconfigured(_PHOTO, why)
    return content


def picture_problem(content: bytes) -> str | None:
    """Say why VK would not take a picture (a Russian sentence), or None when it would.

    Decodes the whole picture: not for the loop.
    """
    if len(content) > MAX_PHOTO_BYTES:
        return f"файл больше {MAX_PHOTO_BYTES // 1024**2} МБ."
    # Pillow is loaded when there is a picture to judge: most shops have none of their own.
    from evosync.picture_decoding import decoded_problem  # noqa: PLC0415

    return decoded_problem(content)


def picture_type(content: bytes) -> str:
    """Return the media type of a picture that has no problem, by its first bytes."""
    kinds = {b"\x89PNG": "image/png", b"GIF8": "image/gif"}
    return kinds.get(content[:4], "image/jpeg")
