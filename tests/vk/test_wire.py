"""Rows of VK become plain values; a row that does not fit costs only itself."""

from datetime import UTC, datetime

import pytest

from evosync.catalog.item import Album, Availability, MarketItem
from evosync.vk.wire import Unread, albums_from, items_from

FULL = {
    "id": 11,
    "owner_id": -225,
    "title": "Чай &quot;Кёр&quot; &amp; Ко, pen&notebook",
    "description": "Чай, просто чай",
    "availability": 2,
    "price": {"amount": "19990", "currency": {"id": 643}, "text": "199 ₽"},
    "category": {"id": 40015, "name": "Чай", "parent": {"id": 30000}},
    "sku": "p1",
    "stock_amount": 7,
    "photos": [{"id": 5, "sizes": []}, {"id": 6}],
    "albums_ids": [1, 2],
    "date": 1_772_366_400,
    "likes": {"count": 0},
}


def only(row: object) -> MarketItem:
    (item,), unread = items_from([row])
    assert unread == Unread()
    return item


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


def test_odd_optional_fields_cost_nothing_else() -> None:
    item = only(FULL | {"sku": 123, "photos": {}, "category": None, "date": 10**18, "title": 5})
    assert (item.sku, item.photo_ids, item.category_id, item.created_at) == ("123", (), None, None)


@pytest.mark.parametrize(
    ("row", "id_"),
    [
        pytest.param({"title": "Чай", "availability": 0}, None, id="no id"),
        pytest.param(FULL | {"id": "x"}, None, id="no number for an id"),
        pytest.param(FULL | {"id": True}, None, id="a truth for an id"),
        pytest.param(False, None, id="no row at all"),
    ],
)
def test_a_row_without_an_id_costs_that_row(row: object, id_: int | None) -> None:
    items, unread = items_from([row, FULL | {"id": 12}])
    assert [item.item_id for item in items] == [12]
    assert unread.ids == (id_,)


@pytest.mark.parametrize(
    ("sent", "sku"), [("p1", "p1"), (123, "123"), ("", ""), (None, None)], ids=repr
)
def test_a_sku(sent: object, sku: str | None) -> None:
    assert only(FULL | {"sku": sent}).sku == sku


@pytest.mark.parametrize("sku", [["p1"], {"id": "p1"}, 1.5, True])
def test_an_item_whose_sku_cannot_be_read_is_named(sku: object) -> None:
    (item,), unread = items_from([FULL | {"sku": sku}])
    assert (item.item_id, item.sku, item.title) == (11, None, only(FULL).title)
    assert unread.ids == (11,)


def test_a_number_that_no_column_holds_is_no_number() -> None:
    huge = 2**63
    sent = {"stock_amount": 2**31, "price": {"amount": str(huge)}, "albums_ids": [huge, 3]}
    item = only({"id": 1, "date": huge, "category": {"id": huge}, **sent})
    assert (item.stock, item.price, item.category_id, item.created_at) == (None, None, None, None)
    assert item.album_ids == {3}
    assert items_from([{"id": huge}]) == ((), Unread(ids=(None,)))


def test_albums() -> None:
    rows = [
        {"id": 3, "title": "Чай &amp; кофе", "count": 9, "is_hidden": 1, "photo": {"id": 8}},
        {"id": 4, "title": "Сладости", "count": 0},
        {"id": 5, "count": None, "is_hidden": [], "photo": False},
        {"title": "Без номера"},
    ]
    albums, unread = albums_from(rows)
    assert albums == (
        Album(album_id=3, title="Чай & кофе", count=9, is_hidden=True, photo_id=8),
        Album(album_id=4, title="Сладости"),
        Album(album_id=5, title=""),
    )
    assert unread.ids == (None,)
