import io
from collections.abc import Callable

import pytest
from PIL import Image

from evosync.sandbox.vk.pictures import BadPicture, check_picture

Draw = Callable[..., bytes]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_three_formats_are_taken_and_made_small(picture: Draw, kind: str) -> None:
    taken = check_picture(picture(800, 600, kind), "product")
    assert (taken.width, taken.height) == (800, 600)
    with Image.open(io.BytesIO(taken.thumb)) as thumb:
        assert (thumb.format, thumb.size) == ("JPEG", (400, 300))


@pytest.mark.parametrize(
    ("width", "height", "kind"),
    [
        pytest.param(399, 400, "PNG", id="too narrow"),
        pytest.param(400, 399, "PNG", id="too low"),
        pytest.param(13_600, 401, "PNG", id="too long"),
        pytest.param(8_001, 400, "PNG", id="beyond one to twenty"),
        pytest.param(600, 600, "WEBP", id="another format"),
        pytest.param(600, 600, "BMP", id="an old format"),
    ],
)
def test_other_pictures_are_not_taken(picture: Draw, width: int, height: int, kind: str) -> None:
    with pytest.raises(BadPicture):
        check_picture(picture(width, height, kind), "product")


@pytest.mark.parametrize(("width", "height"), [(400, 400), (8_000, 400)])
def test_the_edges_are_taken(picture: Draw, width: int, height: int) -> None:
    assert check_picture(picture(width, height), "product").width == width


def test_a_file_cut_short_is_not_taken(picture: Draw) -> None:
    with pytest.raises(BadPicture, match="broken"):
        check_picture(picture(600, 600, "JPEG")[:-200], "product")


def test_a_heavy_file_is_not_taken(picture: Draw) -> None:
    with pytest.raises(BadPicture, match="50 MB"):
        check_picture(picture() + bytes(50 * 1024 * 1024), "product")
