import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from evosync.errors import Misconfigured
from evosync.pictures import MAX_PHOTO_BYTES, SHIPPED_PHOTO, picture_problem
from evosync.settings import Settings
from evosync.wiring import open_installation

LARGEST = """
import sys
from pathlib import Path
from PIL import Image
from evosync.pictures import picture_problem

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

content = sys.stdin.buffer.read()
Image.preinit()
before = peak()
print(picture_problem(content), (peak() - before) // 1024)
"""


def picture(
    size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **how: bool | int
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **how)
    return out.getvalue()


def in_several_scans(content: bytes) -> bytes:
    """Let the header of a JPEG's first scan say that it holds the first of three bands."""
    whole, first = b"\xff\xda\x00\x0c\x03", b"\xff\xda\x00\x08\x01\x01\x00\x00?\x00"
    before, after = content.split(whole)
    return before + first + after[9:]


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
        pytest.param(picture((400, 500), progressive=True), id="progressive"),
        pytest.param(picture((7_000, 7_000)), id="largest"),
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
            lambda: picture((5_000, 5_000), mode="CMYK", progressive=True),
            "картинка 5000×5000 слишком велика: уменьшите её до 20 мегапикселей.",
            id="a bomb of coefficients",
        ),
        pytest.param(
            lambda: in_several_scans(picture((5_000, 5_000))),
            "картинка 5000×5000 слишком велика: уменьшите её до 24 мегапикселей.",
            id="a bomb of coefficients, not progressive",
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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="it is Linux that tells")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: picture((5_000, 4_000), mode="CMYK", progressive=True), id="CMYK"),
        pytest.param(lambda: picture((6_000, 4_000), progressive=True, subsampling=0), id="RGB"),
        pytest.param(lambda: picture((7_000, 7_000), "PNG", "RGBA"), id="PNG"),
    ],
)
def test_the_largest_pictures_take_no_more_memory_than_is_said(make: Callable[[], bytes]) -> None:
    command = [sys.executable, "-c", LARGEST]
    done = subprocess.run(command, input=make(), capture_output=True, check=True)
    why, megabytes = done.stdout.split()
    assert why == b"None"
    assert int(megabytes) < 250


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
