"""Columns of a page are read where they line up beyond doubt, and say what whole rows say."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.vk.columns import page_from
from evosync.vk.rows import read_listed_item
from tests.vk.cards import FIELDS, FULL, Path, changed, columns_of, raw


def raw_page(rows: object, variants: object = None, *, drops: bool = False) -> msgspec.Raw:
    return raw(columns_of(rows, variants, drops=drops))


def card(item_id: int, **more: object) -> dict[str, Any]:
    return FULL | {"id": item_id, "thumb_photo": "https://v.test/a"} | more


def without(name: str, item_id: int = 2) -> dict[str, Any]:
    return {key: value for key, value in card(item_id).items() if key != name}


@given(
    changes=st.lists(st.dictionaries(*FIELDS, max_size=2), min_size=1, max_size=3),
    drops=st.booleans(),
)
def test_columns_say_what_whole_rows_say_or_nothing(
    changes: list[dict[Path, object]], drops: bool
) -> None:
    rows = [changed(number, change) for number, change in enumerate(changes, 1)]
    page = page_from(raw_page(rows, drops=drops))
    assert page is None or page.items == [read_listed_item(raw(row)) for row in rows]


@pytest.mark.parametrize("drops", [True, False], ids=["dropped", "null"])
def test_variants_are_read_too(drops: bool) -> None:
    rows, variants = [card(1), card(2)], [card(2), card(3)]
    page = page_from(raw_page(rows, variants, drops=drops))
    assert page is not None
    assert [row.id for row in page.items] == [1, 2]
    assert [row.id for row in page.variants] == [2, 3]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(raw_page([card(1), without("sku")], drops=True), id="a shorter column"),
        *[
            pytest.param(
                raw_page([without(name, 1), without(name, 2)], drops=True), id=f"no {name} at all"
            )
            for name in ("title", "availability", "price")
        ],
        pytest.param(raw_page([card(1), without("id")]), id="no id"),
        pytest.param(raw_page([without("thumb_photo")]), id="a picture elsewhere"),
        pytest.param(raw_page([card(1)], [without("id")]), id="a variant without an id"),
        pytest.param(raw_page([card(1)], [without("id")], drops=True), id="the same, dropped"),
        pytest.param(raw_page(None), id="a failed call"),
        pytest.param(raw(False), id="no page"),
        pytest.param(raw({"count": 1, "items": [], "variants": []}), id="lists for columns"),
    ],
)
def test_a_page_in_doubt_is_not_read(page: msgspec.Raw) -> None:
    assert page_from(page) is None


def test_columns_that_no_item_has_are_empty() -> None:
    page = page_from(raw_page([without("sku", 1), without("sku", 2)], drops=True))
    assert page is not None
    assert [row.value and row.value.sku for row in page.items] == [None, None]
