"""A list of VK's, page by page, several pages a request, until its count and its rows agree."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

import msgspec
import structlog

from evosync.errors import TryLater
from evosync.vk.api import Param, VkApi
from evosync.vk.errors import Remedy, Unsure, VkRefusal, error_of_request
from evosync.vk.execute import Call, Unpaired, execute
from evosync.vk.rows import Page, Row, T
from evosync.vk.wire import A_LIST, LISTS, ListRow

log = structlog.get_logger(__name__)

SMALLEST_PAGE = 10

# A page as columns is some 200 KB where one of whole items is 1 to 2 MB.
COLUMN_PAGES = 12

# Lists shift under our hands when somebody edits the market meanwhile.
REREADINGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns(Generic[T]):
    """A way to read pages by less than whole rows, and how its rows are compared with those.

    `read` makes the calls in one request; None is a page that has to be read whole.
    """

    read: Callable[[VkApi, Sequence[Call]], Awaitable[list[Page[T] | None] | VkRefusal | Unsure]]
    is_same: Callable[[T, T], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """A method that lists something, how a row is read, and how much to ask for at once."""

    method: str
    read: Callable[[msgspec.Raw], Row[T]]
    params: Mapping[str, Param]
    page: int
    pages: int
    columns: Columns[T] | None = None


@dataclass(slots=True)
class Rows(Generic[T]):
    """The rows of a list, each id once.

    `unread` are the ids of those in which something of ours may stand unseen,
    None where that was missing. `agrees` when VK's count says that they are all.
    """

    values: tuple[T, ...]
    unread: tuple[int | None, ...]
    agrees: bool


@dataclass(slots=True)
class Collected(Generic[T]):
    """What has been read of a list so far, each id once, the first reading of it counting."""

    main: dict[object, Row[T]] = field(default_factory=dict)
    variants: dict[object, Row[T]] = field(default_factory=dict)
    counts: set[int] = field(default_factory=set)
    first: Page[T] | None = None

    def add(self, page: Page[T]) -> None:
        """Take a page."""
        self.first = self.first or page
        self.counts.add(page.count)
        collect(self.main, page.items)
        collect(self.variants, page.variants)

    def is_first(self, page: Page[T], is_same: Callable[[T, T], bool]) -> bool:
        """Tell whether a page has all rows of the first one, with the same values."""
        first = self.first or page
        if len(page.items) < len(first.items) or len(page.variants) < len(first.variants):
            return False
        pairs = [(self.main.get(row.id), row) for row in page.items]
        pairs += [(self.variants.get(row.id), row) for row in page.variants]
        return all(
            known is not None
            and known.value is not None
            and row.value is not None
            and is_same(known.value, row.value)
            for known, row in pairs
        )

    def rows(self) -> Rows[T]:
        """Make the rows of it."""
        merged = {**self.variants, **self.main}
        return Rows(
            values=values_of(merged.values()),
            unread=unread_of(merged.values()),
            # Whether "count" counts variants is not documented: either total will do.
            agrees=len(self.counts) == 1 and self.counts <= {len(self.main), len(merged)},
        )


class Lister(Generic[T]):
    """Reads one list, and remembers how much of it VK gives at once."""

    def __init__(self, api: VkApi, wanted: Listing[T]) -> None:
        self._api = api
        self._wanted: Listing[T] = wanted
        self._page, self._pages = wanted.page, wanted.pages
        self._columns: Columns[T] | None = wanted.columns
        self._column_pages = COLUMN_PAGES
        self._begun: Collected[T] | None = None

    def first_calls(self) -> list[Call]:
        """Give the calls for the beginning of the list, for a request that others share."""
        return self._calls(range(0, self._page * self._pages, self._page), self._page)

    async def begin_with(self, answers: Sequence[ListRow]) -> None:
        """Take what VK answered to the first calls; `read` goes on from there."""
        self._begun = Collected()
        await self._take(self._begun, answers)

    async def read(self) -> Rows[T]:
        """Read the list, and again while its count and its rows differ.

        Raises TryLater or NeedsPerson.
        """
        rows = await self._read_once()
        for _ in range(REREADINGS):
            if rows.agrees:
                break
            log.info("market list shifted while read", method=self._wanted.method)
            rows = await self._read_once()
        return rows

    async def _read_once(self) -> Rows[T]:
        found: Collected[T] = self._begun or Collected()
        self._begun = None
        known, offset = (0, self._page * self._pages) if found.counts else (-1, 0)
        while not found.counts or (offset < max(found.counts) and len(found.main) > known):
            known = len(found.main)
            offset = await self._go_on(found, offset)
        return found.rows()

    async def _go_on(self, found: Collected[T], offset: int) -> int:
        """Read what one request takes, or a little more; return where to go on."""
        whole = self._page * self._pages
        # A list that one more request of whole pages ends is not worth the doubt.
        if self._columns and found.counts and max(found.counts) - offset > whole:
            until = await self._read_columns(self._columns, found, offset)
            if until > offset:
                return until
        await self._read_whole(found, range(offset, offset + whole, self._page))
        return offset + whole

    async def _read_whole(self, found: Collected[T], starts: Sequence[int]) -> None:
        """Read the pages that start there, of the size that goes at present."""
        size, todo = self._page, list(starts)
        while todo := [start for start in todo if start < max(found.counts, default=start + 1)]:
            if self._page < size:
                todo = [part for start in todo for part in range(start, start + size, self._page)]
                size = self._page
            now, later = todo[: self._pages], todo[self._pages :]
            answers = await ask(self._api, self._calls(now, size))
            if isinstance(answers, VkRefusal):
                self._pages, self._page = _smaller(answers, self._pages, size)
                continue
            await self._take(found, answers)
            todo = later

    async def _take(self, found: Collected[T], answers: Sequence[ListRow]) -> None:
        # Hundreds of rows, which the pages of others need not wait for.
        for page in await asyncio.to_thread(self._pages_of, answers):
            found.add(page)

    async def _read_columns(self, columns: Columns[T], found: Collected[T], offset: int) -> int:
        """Read pages by columns; return where to go on, the same offset if that did not go.

        The first page of all, which was read whole, is read along: what VK
        answers has to be the same.
        """
        size = self._wanted.page
        until = min(offset + self._column_pages * size, max(found.counts))
        starts: range = range(offset, until, size)
        answers = await columns.read(self._api, self._calls([0, *starts], size))
        if not isinstance(answers, list):
            self._ask_for_fewer_columns(answers)
            return offset
        sample: Page[T] | None = answers[0]
        pages: list[Page[T] | None] = answers[1:]
        if sample is None or not found.is_first(sample, columns.is_same):
            self._give_up_columns("not the same as whole rows")
            return offset
        for page in filter(None, pages):
            found.add(page)
        misfits = [start for start, page in zip(starts, pages, strict=True) if page is None]
        if len(misfits) * 2 > len(pages):
            self._give_up_columns("do not line up")
        parts = [part for start in misfits for part in range(start, start + size, self._page)]
        await self._read_whole(found, parts)
        return until

    def _ask_for_fewer_columns(self, answer: VkRefusal | Unsure) -> None:
        if isinstance(answer, Unsure):
            raise unreadable(answer.cause)
        if answer.remedy not in {Remedy.SHRINK, Remedy.MISTAKE, Remedy.REFUSED}:
            raise error_of_request(answer)
        self._column_pages //= 2
        if answer.remedy is not Remedy.SHRINK or self._column_pages <= self._wanted.pages:
            self._give_up_columns("refused")

    def _give_up_columns(self, why: str) -> None:
        self._columns = None
        log.info("market not read by columns", why=why)

    def _calls(self, starts: Sequence[int], size: int) -> list[Call]:
        return [
            Call(
                method=self._wanted.method,
                params={**self._wanted.params, "count": size, "offset": start},
            )
            for start in starts
        ]

    def _pages_of(self, answers: Sequence[ListRow]) -> list[Page[T]]:
        read = self._wanted.read
        return [
            Page(
                count=answer.count,
                items=list(map(read, answer.items)),
                variants=list(map(read, answer.variants or ())),
            )
            for answer in answers
        ]


def collect(rows: dict[object, Row[T]], page: Iterable[Row[T]]) -> None:
    """Take rows whose ids are new."""
    for row in page:
        # A row without an id counts as one, though nobody can say which.
        rows.setdefault(row.id or f"unnamed {len(rows)}", row)


def values_of(rows: Iterable[Row[T]]) -> tuple[T, ...]:
    """List what was read."""
    return tuple([row.value for row in rows if row.value is not None])


def unread_of(rows: Iterable[Row[T]]) -> tuple[int | None, ...]:
    """List the ids of rows in which something of ours may stand unseen."""
    return tuple([row.id for row in rows if not row.is_clear])


def _smaller(refusal: VkRefusal, pages: int, page: int) -> tuple[int, int]:
    """Return how many pages of what size to try when the answer was too big."""
    if pages > 1:
        return pages // 2, page
    if page > SMALLEST_PAGE:
        return 1, page // 2
    raise error_of_request(refusal)


async def ask(api: VkApi, calls: Sequence[Call]) -> list[ListRow] | VkRefusal:
    """Make calls that list something, in one request; a VkRefusal when that was too much for VK."""
    answers = await execute(api, calls, reader=LISTS)
    if isinstance(answers, VkRefusal):
        if answers.remedy is Remedy.SHRINK:
            return answers
        raise error_of_request(answers)
    if isinstance(answers, Unsure):
        raise unreadable(answers.cause)
    # Inside an execute an error comes without its subcode and link.
    return [
        await ask_alone(api, call) if isinstance(row, VkRefusal | Unpaired) else _list_row(row)
        for call, row in zip(calls, answers, strict=True)
    ]


async def ask_alone(api: VkApi, call: Call) -> ListRow:
    """Make a call that lists something by itself. Raises TryLater or NeedsPerson."""
    answer = await api.call(call.method, call.params, reader=A_LIST)
    if isinstance(answer, VkRefusal):
        raise error_of_request(answer)
    return _list_row(answer)


def _list_row(answer: object) -> ListRow:
    if isinstance(answer, ListRow):
        return answer
    raise unreadable("no list where one was asked for")


def unreadable(cause: str) -> TryLater:
    """Make the error of a list that VK did not give."""
    return TryLater("VK не отдал список товаров. Попробуем позже.", code="vk_busy", cause=cause)
