"""Pages of a long list: which rows stand on this one, and where the others are (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """What stands below a list."""

    first: int
    last: int
    total: int
    newer_url: str | None
    older_url: str | None


def page_number(text: str | None) -> int:
    """Read the number of a page; what is none, or is out of all measure, is the first."""
    if (
        text is None
        or not text.isascii()
        or not text.isdecimal()
        or len(text) > len(str(LAST_PAGE))
    ):
        return 1
    return min(max(1, int(text)), LAST_PAGE)


def make_pager(
    path: str, query: Mapping[str, str], page: int, size: int, total: int, *, name: str = "page"
) -> Pager:
    """Make the pager of a page that shows `size` rows of `total` at most.

    `name` is what the query calls its number, where a page has two lists.
    """
    pages = max(1, -(-total // size))
    first = (page - 1) * size + 1
    last = min(page * size, total)

    def at(number: int) -> str:
        rest = {key: value for key, value in query.items() if value and key != name}
        return f"{path}?{urlencode(rest | {name: str(number)})}"

    return Pager(
        first=min(first, last),
        last=last,
        total=total,
        # From beyond the end the way back leads to where there is something.
        newer_url=at(min(page - 1, pages)) if page > 1 else None,
        older_url=at(page + 1) if last < total and page < LAST_PAGE else None,
    )
