"""The size of a picture that the pages show."""

import msgspec
import pytest

from evosync.vk.picture_sizes import LONGEST_ADDRESS, picture_address, smallest_picture
from evosync.vk.rows import read_item
from evosync.vk.wire import SizeRow


def size(side: int, url: str | None = None, **rest: object) -> dict[str, object]:
    return {"url": url or f"https://v.test/{side}", "width": side, "height": side} | rest


@pytest.mark.parametrize(
    ("sizes", "address"),
    [
        pytest.param([size(75), size(807), size(200)], "https://v.test/200", id="enough"),
        pytest.param([size(75), size(130)], "https://v.test/130", id="none is enough: the largest"),
        pytest.param([size(320, height=100), size(510)], "https://v.test/510", id="too low"),
        pytest.param(
            [size(400, "https://v.test/a"), size(400, "https://v.test/b")],
            "https://v.test/a",
            id="the first of equals",
        ),
        pytest.param([{"url": "https://v.test/old"}], "https://v.test/old", id="without measures"),
        pytest.param(
            [{"url": "https://v.test/a"}, {"url": "https://v.test/b"}],
            "https://v.test/b",
            id="the last of equals too small",
        ),
        pytest.param([size(200, "javascript:alert(1)"), 5, None], None, id="no address"),
        pytest.param([], None, id="no sizes"),
        pytest.param({}, None, id="no list"),
    ],
)
def test_the_smallest_that_is_sharp_enough(sizes: object, address: str | None) -> None:
    row = msgspec.json.encode({"id": 1, "photos": [{"id": 1, "sizes": sizes}]})
    item = read_item(msgspec.Raw(row)).value
    assert item is not None
    assert item.thumb_url == address


@pytest.mark.parametrize("value", [None, "", "//v.test/a", f"https://{'a' * LONGEST_ADDRESS}"])
def test_what_is_no_address_is_none(value: str | None) -> None:
    assert picture_address(value) is None
    assert smallest_picture([SizeRow(url=value)], 200) is None
