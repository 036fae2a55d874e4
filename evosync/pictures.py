"""The picture of items that have none: read, and held to VK's rules before it is sent there."""

import io
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from evosync.errors import Misconfigured

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
        raise Misconfigured(_PHOTO, f"файл не читается ({error.strerror}).") from None
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
    file = io.BytesIO(content)
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(file, formats=PHOTO_KINDS) as image,
        ):
            head = content[: file.tell()]
            why = _size_problem(*image.size) or _memory_problem(image, head)
            if why is None:
                image.load()
            return why
    except UnidentifiedImageError:
        return "это не картинка JPG, PNG или GIF."
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "картинка слишком большая."
    except Exception:  # noqa: BLE001 - each of Pillow's decoders breaks in ways of its own
        return "картинка повреждена."


def picture_type(content: bytes) -> str:
    """Return the media type of a picture that has no problem, by its first bytes."""
    kinds = {b"\x89PNG": "image/png", b"GIF8": "image/gif"}
    return kinds.get(content[:4], "image/jpeg")


def _memory_problem(image: Image.Image, head: bytes) -> str | None:
    """Weigh what decoding would take; `head` is as much of the file as Pillow has read so far."""
    bands = len(image.getbands())
    # Pillow keeps each pixel in four bytes, or in one where it has one band.
    of_pixel = 4 if bands > 1 else 1
    if image.format not in {"PNG", "GIF"} and not _comes_by_rows(image, head, bands):
        of_pixel += 2 * bands  # the coefficients of all of it, until the last scan is read
    if image.width * image.height * of_pixel <= MAX_DECODED_BYTES:
        return None
    most = MAX_DECODED_BYTES // of_pixel // 1_000_000
    size = f"{image.width}×{image.height}"
    return f"картинка {size} слишком велика: уменьшите её до {most} мегапикселей."


def _comes_by_rows(image: Image.Image, head: bytes, bands: int) -> bool:
    """Tell whether the first scan of a JPEG is all of it: then it is decoded row by row.

    `head` ends with the header of that scan.
    """
    length = 6 + 2 * bands
    header = b"\xff\xda" + length.to_bytes(2) + bytes([bands])
    return not image.info.get("progressive") and head[-2 - length :].startswith(header)


def _size_problem(width: int, height: int) -> str | None:
    size = f"картинка {width}×{height}, а VK принимает"
    if min(width, height) < MIN_PHOTO_SIDE:
        return f"{size} от {MIN_PHOTO_SIDE}×{MIN_PHOTO_SIDE}."
    if width + height > MAX_PHOTO_SIDES:
        return f"{size} не больше {MAX_PHOTO_SIDES} пикселей в сумме сторон."
    if max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        return f"{size} стороны не более чем {MAX_PHOTO_RATIO} к 1."
    return None
