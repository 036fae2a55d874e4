import msgspec
import pytest

from evosync.evotor.envelope import Malformed, read_object, read_page


def names(body: bytes) -> list[str]:
    return [msgspec.json.decode(row)["name"] for row in read_page(body).items]


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        pytest.param(b'{"items":[{"id":"a"}],"paging":{"next_cursor":"x+/="}}', "x+/=", id="more"),
        pytest.param(b'{"items":[{"id":"a"}],"paging":{}}', None, id="empty paging"),
        pytest.param(b'{"items":[{"id":"a"}],"paging":{"next_cursor":null}}', None, id="null"),
        pytest.param(b'{"items":[{"id":"a"}],"paging":{"next_cursor":""}}', None, id="empty text"),
        pytest.param(b'{"items":[{"id":"a"}],"paging":null}', None, id="null paging"),
        pytest.param(b'{"items":[{"id":"a"}],"total":1}', None, id="absent, beside a new field"),
        pytest.param(b'[{"id":"a"}]', None, id="bare array"),
    ],
)
def test_a_page_has_its_rows_and_leads_to_the_next(body: bytes, cursor: str | None) -> None:
    page = read_page(body)

    assert [bytes(row) for row in page.items] == [b'{"id":"a"}']
    assert page.next_cursor == cursor


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><h1>502</h1></html>", id="HTML"),
        pytest.param(b'{"items":[{"id":"a"},{"id', id="truncated"),
        pytest.param(b"{}", id="no items"),
        pytest.param(b'{"items":null}', id="null items"),
        pytest.param(b'{"items":[],"paging":{"next_cursor":7}}', id="cursor is a number"),
        pytest.param(b'"items"', id="a text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe\x00", id="no text at all"),
        pytest.param(b'{"items":[' + b"[" * 20_000 + b"]" * 20_000 + b"]}", id="nested too deep"),
    ],
)
def test_what_is_no_list_is_malformed_and_never_an_empty_list(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_page(body)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param(rb"abc \ud83d", "abc \ufffd", id="first half of an emoji"),
        pytest.param(rb"\ude00 abc", "\ufffd abc", id="second half of an emoji"),
        pytest.param(rb"\ud83d\ud83d\ude00", "\ufffd😀", id="a half before a whole one"),
        pytest.param(b"tab\tand\x00nul", "tab and nul", id="bare control characters"),
        pytest.param(b"n\xb0 50", "n\ufffd 50", id="a byte that is no UTF-8"),
    ],
)
def test_a_broken_sign_in_one_name_costs_neither_page_nor_row(name: bytes, read: str) -> None:
    whole = rb"C:\\ud83d \" \ud83c\udf75"
    body = b'\n{"items":[{"name":"%b"},\n {"name":"%b"}],"paging":{}}' % (name, whole)

    assert names(body) == [read, 'C:\\ud83d " 🍵']


def test_a_byte_order_mark_is_passed_over() -> None:
    assert names(b'\xef\xbb\xbf[{"name":"tea"}]') == ["tea"]


def test_a_single_row_is_an_object() -> None:
    assert msgspec.json.decode(read_object(b'{"id":"a","price":1.10}')) == {"id": "a", "price": 1.1}
    with pytest.raises(Malformed):
        read_object(b'[{"id":"a"}]')
