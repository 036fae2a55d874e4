import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from evosync.errors import Misconfigured
from evosync.pictures import MAX_PHOTO_BYTES, SHIPPED_PHOTO, picture_problem
from evosync.settings import Settings
from evosync.wiring import open_installation


def picture(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SHIPPED_PHOTO.read_bytes(), id="the shipped one"),
        pytest.param(picture((400, 400)), id="smallest"),
        pytest.param(picture((13_300, 700), mode="L"), id="longest"),
        pytest.param(picture((400, 500), "PNG", "RGBA"), id="PNG"),
        pytest.param(picture((400, 500), "GIF", "P"), id="GIF"),
    ],
)
def test_a_picture_that_vk_takes_has_no_problem(content: bytes) -> None:
    assert picture_problem(content) is None


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda: b"", "это не картинка JPG, PNG или GIF.", id="empty"),
        pytest.param(lambda: b"a teapot", "это не картинка JPG, PNG или GIF.", id="a text"),
        pytest.param(
            lambda: picture((400, 400), "BMP"), "это не картинка JPG, PNG или GIF.", id="BMP"
        ),
        pytest.param(
            lambda: half(picture((400, 400))), "картинка повреждена.", id="JPEG cut short"
        ),
        pytest.param(
            lambda: half(picture((400, 400), "PNG")), "картинка повреждена.", id="PNG cut short"
        ),
        pytest.param(
            lambda: picture((399, 500)),
            "картинка 399×500, а VK принимает от 400×400.",
            id="too narrow",
        ),
        pytest.param(
            lambda: picture((500, 399)),
            "картинка 500×399, а VK принимает от 400×400.",
            id="too low",
        ),
        pytest.param(
            lambda: picture((7001, 7000), mode="L"),
            "картинка 7001×7000, а VK принимает не больше 14000 пикселей в сумме сторон.",
            id="too large",
        ),
        pytest.param(
            lambda: picture((65_000, 2_000), "PNG", "1"),
            "картинка слишком большая.",
            id="a bomb that Pillow warns of",
        ),
        pytest.param(
            lambda: picture((65_000, 6_000), "PNG", "1"),
            "картинка слишком большая.",
            id="a bomb that Pillow refuses",
        ),
        pytest.param(
            lambda: picture((8_401, 400)),
            "картинка 8401×400, а VK принимает стороны не более чем 20 к 1.",
            id="too long",
        ),
        pytest.param(
            lambda: picture((400, 400)).ljust(MAX_PHOTO_BYTES + 1, b"\0"),
            "файл больше 50 МБ.",
            id="too heavy",
        ),
    ],
)
def test_a_picture_that_vk_would_refuse_has_a_reason(make: Callable[[], bytes], why: str) -> None:
    assert picture_problem(make()) == why


async def test_a_picture_that_vk_would_refuse_stops_the_start(
    sqlite_url: str, tmp_path: Path
) -> None:
    photo = tmp_path / "letter.jpg"
    photo.write_text("Дорогая Анна!", encoding="utf-8")
    settings = Settings(
        database_url=sqlite_url, data_dir=tmp_path, vk_default_photo_path=str(photo)
    )

    with pytest.raises(Misconfigured) as caught:
        async with open_installation(settings):
            pass

    assert caught.value.message == "VK_DEFAULT_PHOTO_PATH: это не картинка JPG, PNG или GIF."
