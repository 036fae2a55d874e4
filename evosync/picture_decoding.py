"""A picture decoded, to learn whether VK would take it: Pillow's side of `evosync.pictures`."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from evosync.pictures import (
    MAX_DECODED_BYTES,
    MAX_PHOTO_RATIO,
    MAX_PHOTO_SIDES,
    MIN_PHOTO_SIDE,
    PHOTO_KINDS,
)


def decoded_problem(content: bytes) -> str | None:
    """Say why VK would not take what a file holds (a Russian sentence), or None when it would."""
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
