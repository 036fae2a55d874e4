"""Picture files: what VK accepts, and the small copy of each that the fake VK keeps."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from evosync.sandbox.vk.state import PictureUse

MAX_BYTES = 50 * 1024 * 1024
MAX_SIDES_SUM = 14_000  # width + height, px
MAX_RATIO = 20  # the longer side to the shorter one, by the official Go SDK
# Least width and height, px: product photos, album covers, product photos of the removed methods.
MIN_SIDES: dict[PictureUse, tuple[int, int]] = {
    "product": (400, 400),
    "album": (1280, 720),
    "old_product": (400, 400),
}
FORMATS = ("JPEG", "PNG", "GIF")

THUMB_SIDE = 400  # px, our own choice: enough for the storefront


class BadPicture(Exception):
    """The upload host does not take the file; `code` is its word for the reason."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An accepted file: its size in px, the hash of its bytes, a small JPEG of it."""

    width: int
    height: int
    sha: str
    thumb: bytes


def check_picture(body: bytes, use: PictureUse) -> Picture:
    """Measure and really decode a file; raises BadPicture."""
    if len(body) > MAX_BYTES:
        raise BadPicture("ERR_UPLOAD_FILE_TOO_BIG", "file is bigger than 50 MB")
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as image:
            _check_sides(image.width, image.height, use)
            image.load()
            thumb = _thumb(image)
            width, height = image.size
    except UnidentifiedImageError:
        raise BadPicture("ERR_UPLOAD_BAD_IMAGE", "file is not a JPG, PNG or GIF image") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise BadPicture("ERR_UPLOAD_BAD_IMAGE", "image file is broken") from None
    sha = hashlib.sha256(body).hexdigest()
    return Picture(width=width, height=height, sha=sha, thumb=thumb)


def _check_sides(width: int, height: int, use: PictureUse) -> None:
    min_width, min_height = MIN_SIDES[use]
    if width < min_width or height < min_height:
        raise BadPicture(
            "ERR_UPLOAD_BAD_IMAGE_SIZE", f"market photo min size {min_width}x{min_height}"
        )
    if width + height > MAX_SIDES_SUM:
        raise BadPicture("ERR_UPLOAD_BAD_IMAGE_SIZE", "width and height are over 14000 in sum")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise BadPicture("ERR_UPLOAD_BAD_IMAGE_SIZE", "the image is too narrow")


def _thumb(image: Image.Image) -> bytes:
    small = image.convert("RGBA")
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small)
    written = io.BytesIO()
    paper.save(written, "JPEG", quality=80)
    return written.getvalue()
