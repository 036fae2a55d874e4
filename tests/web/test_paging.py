from urllib.parse import parse_qs, urlsplit

import pytest

from evosync.web.paging import LAST_PAGE, Pager, make_pager, page_number


@pytest.mark.parametrize(
    ("text", "page"),
    [
        pytest.param(None, 1, id="missing"),
        pytest.param("", 1, id="empty"),
        pytest.param("1", 1, id="first"),
        pytest.param("7", 7, id="another"),
        pytest.param("007", 7, id="zeros before it"),
        pytest.param("0", 1, id="zero"),
        pytest.param("-3", 1, id="negative"),
        pytest.param("+3", 1, id="with a sign"),
        pytest.param("1.5", 1, id="fraction"),
        pytest.param("1e3", 1, id="power"),
        pytest.param("1_0", 1, id="underscore"),
        pytest.param(" 2 ", 1, id="blanks"),
        pytest.param("two", 1, id="word"),
        pytest.param("٣", 1, id="digits of others"),
        pytest.param("²", 1, id="superscript"),
        pytest.param("10000", LAST_PAGE, id="last"),
        pytest.param("10001", LAST_PAGE, id="beyond the last"),
        pytest.param("9" * 5000, 1, id="out of all measure"),
    ],
)
def test_a_pages_number_is_read(text: str | None, page: int) -> None:
    assert page_number(text) == page


@pytest.mark.parametrize(
    ("page", "total", "shown", "newer", "older"),
    [
        pytest.param(1, 0, (0, 0), None, None, id="nothing"),
        pytest.param(1, 50, (1, 50), None, None, id="one full page"),
        pytest.param(1, 51, (1, 50), None, 2, id="the first of two"),
        pytest.param(2, 51, (51, 51), 1, None, id="the last"),
        pytest.param(2, 120, (51, 100), 1, 3, id="in the middle"),
        pytest.param(9, 120, (120, 120), 3, None, id="from beyond the end back to the end"),
        pytest.param(9, 0, (0, 0), 1, None, id="from beyond the end of nothing to the first"),
        pytest.param(
            LAST_PAGE, 10**9, (499_951, 500_000), LAST_PAGE - 1, None, id="no page after the last"
        ),
    ],
)
def test_the_ways_from_a_page(
    page: int, total: int, shown: tuple[int, int], newer: int | None, older: int | None
) -> None:
    pager = make_pager("/list", {}, page, 50, total)
    assert (pager.first, pager.last, pager.total) == (*shown, total)
    assert pager.newer_url == (newer and f"/list?page={newer}")
    assert pager.older_url == (older and f"/list?page={older}")


def test_the_ways_keep_what_was_asked_but_the_page() -> None:
    query = {"q": "чай & кофе=#?", "status": "", "page": "2"}
    pager: Pager = make_pager("/list", query, 2, 10, 100)
    assert pager.older_url is not None
    way = urlsplit(pager.older_url)
    assert way.path == "/list"
    assert parse_qs(way.query, strict_parsing=True) == {"q": ["чай & кофе=#?"], "page": ["3"]}
