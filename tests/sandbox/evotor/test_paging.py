import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.sandbox.evotor.knobs import Knobs
from evosync.sandbox.evotor.paging import Place, Question, decode_cursor, encode_cursor, read_page
from evosync.sandbox.evotor.refusals import Refusal
from evosync.sandbox.evotor.state import GroupState

LISTING = "01 store products"


def groups(count: int) -> list[GroupState]:
    return [
        GroupState(id=f"g{at:02d}", name="Чай", created_ms=at // 2, updated_ms=0)
        for at in range(count)
    ]


def read_all(rows: list[GroupState], size: int) -> list[list[str]]:
    pages = []
    cursor = None
    while True:
        question = Question(listing=LISTING, cursor=cursor)
        page, cursor = read_page(rows, question, Knobs(page_size=size), lambda _row, _place: True)
        pages.append([row.id for row in page])
        if cursor is None:
            return pages


@pytest.mark.parametrize(
    ("count", "size", "lengths"),
    [
        pytest.param(0, 2, [0], id="nothing"),
        pytest.param(1, 2, [1], id="part of a page"),
        pytest.param(2, 2, [2], id="exactly a page"),
        pytest.param(3, 2, [2, 1], id="one over"),
        pytest.param(6, 2, [2, 2, 2], id="exactly three pages"),
        pytest.param(7, 50, [7], id="a large page"),
    ],
)
def test_pages_hold_every_row_once_and_the_last_page_is_never_empty(
    count: int, size: int, lengths: list[int]
) -> None:
    pages = read_all(groups(count), size)
    assert [len(page) for page in pages] == lengths
    assert [row_id for page in pages for row_id in page] == [row.id for row in groups(count)]


def test_a_row_deleted_between_two_pages_costs_no_other_row() -> None:
    rows = groups(5)
    _, cursor = read_page(
        rows, Question(listing=LISTING), Knobs(page_size=2), lambda _row, _place: True
    )
    page, _ = read_page(
        rows[2:],
        Question(listing=LISTING, cursor=cursor),
        Knobs(page_size=2),
        lambda _row, _place: True,
    )
    assert [row.id for row in page] == ["g02", "g03"]


@given(
    created_ms=st.integers(0, 2**53),
    row_id=st.text(st.characters(codec="utf-8"), max_size=40),
    since_ms=st.none() | st.integers(0, 2**53),
)
def test_a_cursor_must_be_percent_encoded_and_reads_back(
    created_ms: int, row_id: str, since_ms: int | None
) -> None:
    place = Place(LISTING, since_ms, None, "SELL", created_ms, row_id)
    cursor = encode_cursor(place)
    assert set("+/=") <= set(cursor)
    assert decode_cursor(cursor, LISTING) == place


GOOD = encode_cursor(Place(LISTING, None, None, "", 5, "g05"))


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("garbage", id="no base64"),
        pytest.param("чай", id="not ascii"),
        pytest.param(base64.b64encode(b"tea").decode(), id="base64 of something else"),
        pytest.param(GOOD.replace("+", " "), id="plus lost in the address"),
        pytest.param(GOOD.rstrip("="), id="padding lost"),
        pytest.param(GOOD[:12] + "AAAA" + GOOD[16:], id="altered"),
        pytest.param(
            encode_cursor(Place("01 other products", None, None, "", 5, "g05")),
            id="of another list",
        ),
    ],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode_cursor(cursor, LISTING)
    assert (refused.value.status, refused.value.subject) == (400, "cursor")
