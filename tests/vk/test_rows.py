"""Rows of VK become plain values; a row that does not fit costs only itself."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.catalog.item import Album, Availability, MarketItem
from evosync.vk.rows import Row, read_album, read_item, read_listed_item
from tests.vk.cards import FIELDS, FULL, Path, changed, raw

UNREAD: Row[MarketItem] = Row(id=None, value=None, is_clear=False)


def only(row: object) -> MarketItem:
    read = read_item(raw(row))
    assert read.is_clear
    assert read.value is not None
    return read.value


def test_a_full_row() -> None:
    assert only(FULL) == MarketItem(
        item_id=11,
        title='Чай "Кёр" & Ко, pen&notebook',
        description="Чай, просто чай",
        price=199_90,
        availability=Availability.UNAVAILABLE,
        sku="p1",
        stock=7,
        category_id=40015,
        photo_ids=(5, 6),
        album_ids=frozenset({1, 2}),
        created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param({}, id="absent"),
        pytest.param({name: None for name in FULL if name != "id"}, id="null"),
        pytest.param({name: [] for name in FULL if name not in {"id", "sku"}}, id="empty lists"),
        pytest.param({name: False for name in FULL if name not in {"id", "sku"}}, id="false"),
        pytest.param({"availability": 3, "albums_ids": ["1", None]}, id="unknown values"),
    ],
)
def test_a_row_needs_nothing_but_its_id(rest: dict[str, object]) -> None:
    assert only({"id": 1} | rest) == MarketItem(
        item_id=1, title="", description="", price=None, availability=Availability.UNAVAILABLE
    )


@pytest.mark.parametrize(
    ("price", "kopecks"),
    [
        pytest.param({"amount": "12345"}, 123_45, id="text of kopecks"),
        pytest.param({"amount": 12345}, 123_45, id="number of kopecks"),
        pytest.param([], None, id="the empty list of hidden goods"),
        pytest.param(None, None, id="none"),
        pytest.param({"text": "по договорённости"}, None, id="no amount"),
        pytest.param({"amount": "12.5"}, None, id="no whole number"),
    ],
)
def test_a_price(price: object, kopecks: int | None) -> None:
    assert only(FULL | {"price": price}).price == kopecks


@pytest.mark.parametrize(
    ("info", "words"),
    [
        pytest.param(
            {"title": "Отклонён.", "description": "Укажите цену", "moderation_status": 2},
            "Отклонён. Укажите цену",
            id="rejected",
        ),
        pytest.param({"title": "Отклонён"}, "Отклонён", id="without a status"),
        pytest.param({"title": "Проверяем", "moderation_status": 1}, None, id="under way"),
        pytest.param({"moderation_status": 2}, "причина не названа", id="without words"),
        pytest.param([], None, id="no object"),
    ],
)
def test_moderations_word(info: object, words: str | None) -> None:
    assert only(FULL | {"reject_info": info}).rejected == words


def test_the_photos_of_a_listed_item_are_not_told() -> None:
    assert read_listed_item(raw(FULL)).value == replace(only(FULL), photo_ids=())


def test_an_items_preview_is_its_picture() -> None:
    photos = [{"id": 5, "sizes": [{"url": "https://v.test/photo", "width": 400, "height": 400}]}]
    shown = FULL | {"photos": photos, "thumb_photo": "https://v.test/preview"}
    assert only(shown).thumb_url == "https://v.test/preview"
    assert only(shown | {"thumb_photo": [{"url": "?"}]}).thumb_url == "https://v.test/photo"


def test_odd_optional_fields_cost_nothing_else() -> None:
    item = only(FULL | {"sku": 123, "photos": {}, "category": None, "date": 10**18, "title": 5})
    assert (item.sku, item.photo_ids, item.category_id, item.created_at) == ("123", (), None, None)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"title": "Чай", "availability": 0}, id="no id"),
        pytest.param(FULL | {"id": "x"}, id="no number for an id"),
        pytest.param(FULL | {"id": True}, id="a truth for an id"),
        pytest.param(FULL | {"id": 2**63}, id="an id that no column holds"),
        pytest.param(False, id="no row at all"),
    ],
)
def test_a_row_without_an_id_is_not_read(row: object) -> None:
    assert read_item(raw(row)) == UNREAD


def test_half_a_letter_costs_the_letter() -> None:
    row = msgspec.Raw(b'{"id": 1, "title": "\xd0\xa7\xd0", "sku": "p1"}')
    item = read_item(row).value
    assert item is not None
    assert (item.title, item.sku) == ("Ч\ufffd", "p1")


@given(changes=st.dictionaries(*FIELDS, max_size=4))
def test_one_odd_field_changes_nothing_of_how_the_others_are_read(
    changes: dict[Path, object],
) -> None:
    row = changed(11, changes)
    # A date that is no number makes every row an odd one, and hides nothing but itself.
    read, odd = read_item(raw(row)), read_item(raw(row | {"date": "чай"}))
    assert read.is_clear == odd.is_clear
    assert read.value is not None
    assert replace(read.value, created_at=None) == odd.value


@pytest.mark.parametrize(
    ("sent", "sku"), [("p1", "p1"), (123, "123"), ("", ""), (None, None)], ids=repr
)
def test_a_sku(sent: object, sku: str | None) -> None:
    assert only(FULL | {"sku": sent}).sku == sku


@pytest.mark.parametrize("sku", [["p1"], {"id": "p1"}, 1.5, True])
def test_an_item_whose_sku_cannot_be_read_is_named(sku: object) -> None:
    read = read_item(raw(FULL | {"sku": sku}))
    assert read == Row(id=11, value=replace(only(FULL), sku=None), is_clear=False)


def test_a_number_that_no_column_holds_is_no_number() -> None:
    huge = 2**63
    sent = {"stock_amount": 2**31, "price": {"amount": str(huge)}, "albums_ids": [huge, 3]}
    item = only({"id": 1, "date": huge, "category": {"id": huge}, **sent})
    assert (item.stock, item.price, item.category_id, item.created_at) == (None, None, None, None)
    assert item.album_ids == {3}


def test_albums() -> None:
    rows = [
        {"id": 3, "title": "Чай &amp; кофе", "count": 9, "is_hidden": 1, "photo": {"id": 8}},
        {"id": 4, "title": "Сладости", "count": 0},
        {"id": 5, "count": None, "is_hidden": [], "photo": False},
        {"title": "Без номера"},
    ]
    assert [read_album(raw(row)).value for row in rows] == [
        Album(album_id=3, title="Чай & кофе", count=9, is_hidden=True, photo_id=8),
        Album(album_id=4, title="Сладости"),
        Album(album_id=5, title=""),
        None,
    ]
    assert [read_album(raw(row)).is_clear for row in rows] == [True, True, True, False]
