from typing import Any

import pytest

from evosync.catalog.item import Availability
from evosync.engine.likeness import SHOWN_NAMES, Mismatch, find_mismatches, lacking_picture
from tests.builders import PHOTO, SHOP, item, link

HIDDEN = Availability.UNAVAILABLE


@pytest.mark.parametrize(
    ("there", "told"),
    [
        pytest.param({"price": 1_00}, ("price", "100\u00a0₽", "1\u00a0₽"), id="price"),
        pytest.param({"title": "Чай"}, ("title", "Чай чёрный «Ассам»", "Чай"), id="title"),
        pytest.param({"sku": "keemun"}, ("sku", "assam", "keemun"), id="sku"),
        pytest.param(
            {"availability": HIDDEN}, ("availability", "в продаже", "не в продаже"), id="hidden"
        ),
    ],
)
def test_a_value_that_vk_shows_otherwise_is_told_with_both(
    there: dict[str, Any], told: tuple[str, str, str]
) -> None:
    [found] = find_mismatches(link(), item(**there))

    assert (found.field, found.sent, found.there) == told
    assert (found.product_id, found.store_id, found.title) == ("assam", SHOP, item().title)
    assert found.member == (f"canary:{found.field}", "assam")
    assert found.field in SHOWN_NAMES


@pytest.mark.parametrize(
    ("last", "there"),
    [
        pytest.param({}, {}, id="nothing differs"),
        pytest.param({}, {"sku": None, "stock": None, "price": None}, id="VK does not tell"),
        pytest.param({}, {"stock": 3}, id="sold meanwhile"),
        pytest.param({}, {"title": "Чай  чёрный &laquo;Ассам&raquo;"}, id="title in entities"),
        pytest.param({"stock": 0}, {"availability": HIDDEN}, id="sold out shows as unavailable"),
        pytest.param({"stock": 0}, {}, id="sold out shows as available"),
        pytest.param({}, {"availability": HIDDEN, "rejected": "нет"}, id="rejected"),
        pytest.param(
            {"title": None, "price": None, "sku": None},
            {"title": "Иной", "price": 1, "sku": "x"},
            id="nobody knows what was written",
        ),
    ],
)
def test_what_is_no_difference(last: dict[str, Any], there: dict[str, Any]) -> None:
    assert list(find_mismatches(link(last=last), item(**there))) == []


def test_a_mismatch_of_an_item_whose_title_was_never_noted_is_told_under_the_one_there() -> None:
    [found] = find_mismatches(link(last={"title": None}, store_ids=()), item(price=1))

    assert isinstance(found, Mismatch)
    assert (found.title, found.store_id) == (item().title, "")


@pytest.mark.parametrize(
    ("pictures", "photos", "lacking"),
    [
        pytest.param([(7,), ()], [PHOTO, PHOTO], [2], id="dropped"),
        pytest.param([(7,), (8,)], [PHOTO, PHOTO], [], id="shown"),
        pytest.param([(), ()], [PHOTO, PHOTO], [], id="VK tells none"),
        pytest.param([(7,), ()], [PHOTO, "another"], [], id="another picture"),
        pytest.param([(7,), ()], [PHOTO, None], [], id="none was sent"),
        pytest.param([(7,), ()], [None, None], [], id="theirs"),
    ],
)
def test_an_item_lacks_the_picture_that_another_one_shows(
    pictures: list[tuple[int, ...]], photos: list[str | None], lacking: list[int]
) -> None:
    links = [
        link(f"tea-{number}", number, last={"photo": photo})
        for number, photo in enumerate(photos, 1)
    ]
    items = {number: item(number, photo_ids=ids) for number, ids in enumerate(pictures, 1)}

    assert [one.item_id for one in lacking_picture(links, items)] == lacking
