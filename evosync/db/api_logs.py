"""Queries on the log of requests: rows in batches, and pages of it by time.

The table grows by tens of thousands of rows a day, so a page is found by one
index, from one moment on, and whatever is counted is counted up to a limit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    union_all,
)

from evosync.db.tables.accounts import users
from evosync.db.tables.journal import api_logs
from evosync.db.types import Tx

PAGE = 100  # rows
MOST_COUNTED = 1000  # rows; of more it is only said that there are more
MOST_METHODS = 200
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # before any row: it only names the index


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLog:
    """A row; bodies and address are masked already. `at` is when the request began."""

    at: datetime
    service: str
    method: str
    url: str
    status: int | None
    outcome: str
    duration_ms: int
    error_code: str | None = None
    detail: str | None = None
    user_id: int | None = None
    run_id: int | None = None
    request_body: str | None = None
    response_body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A request as lists show it; `user` is the name of whose it was, if anybody's."""

    id: int
    at: datetime
    service: str
    method: str
    url: str
    status: int | None
    outcome: str
    duration_ms: int | None
    error_code: str | None
    detail: str | None
    user_id: int | None
    run_id: int | None
    user: str | None
    request_body: str | None = None
    response_body: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the list: rows come by moment, and by number within one."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSearch:
    """What is looked for; None and () = anything. `since` counts in, `until` does not.

    `before` and `after` are the marks of the rows that a page begins beyond:
    older ones, or newer ones.
    """

    user_id: int | None = None
    run_id: int | None = None
    service: str | None = None
    methods: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    status: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Mark | None = None
    after: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A page, the latest first, and whether there are rows beyond it on either side."""

    logs: Sequence[Log] = field(default_factory=tuple)
    has_newer: bool = False
    has_older: bool = False


async def add_logs(tx: Tx, logs: Sequence[NewLog]) -> None:
    """Write rows; those of an account that is gone are gone, too."""
    named = {each.user_id for each in logs if each.user_id is not None}
    known: set[int | None] = {None}
    if named:
        # Nobody may delete an account between this and its rows, which would take all others along.
        held = select(users.c.id).where(users.c.id.in_(named)).with_for_update(read=True)
        known |= set(await tx.scalars(held))
    rows = [asdict(each) for each in logs if each.user_id in known]
    if rows:
        await tx.execute(insert(api_logs), rows)


async def list_logs(tx: Tx, search: LogSearch) -> LogPage:
    """Read a page of what fits, without its bodies."""
    is_upward = search.after is not None
    found = await tx.execute(_listed(search, limit=PAGE + 1, is_upward=is_upward))
    rows = found.mappings().all()
    is_more, rows = len(rows) > PAGE, rows[:PAGE]
    logs = [_log(row) for row in (reversed(rows) if is_upward else rows)]
    return LogPage(
        logs=logs,
        has_newer=is_more if is_upward else search.before is not None,
        has_older=True if is_upward else is_more,
    )


async def count_logs(tx: Tx, search: LogSearch) -> int:
    """Count what fits, on all pages: `MOST_COUNTED` + 1 stands for more than that."""
    arms = [_arm(search, each).limit(MOST_COUNTED + 1).subquery() for each in _drivers(search)]
    counts = [await tx.scalar(select(func.count()).select_from(arm)) or 0 for arm in arms]
    return min(sum(counts), MOST_COUNTED + 1)


async def find_log(tx: Tx, log_id: int) -> Log | None:
    """Find one request with its bodies."""
    query = select(*_LISTED, api_logs.c.request_body, api_logs.c.response_body)
    found = await tx.execute(query.select_from(_WITH_USERS).where(api_logs.c.id == log_id))
    row = found.mappings().first()
    return None if row is None else _log(row)


async def list_methods(tx: Tx) -> list[str]:
    """List the methods that occur, up to `MOST_METHODS`, in order."""
    # Each next one is one step in the index; DISTINCT would read all of it on SQLite.
    log = api_logs.c.method
    met = select(func.min(log).label("method")).cte("met", recursive=True)
    beyond = select(func.min(log)).where(log > met.c.method).scalar_subquery()
    met = met.union_all(select(beyond).where(met.c.method.is_not(None)))
    found = await tx.scalars(select(met.c.method).limit(MOST_METHODS))
    return [method for method in found if method is not None]


_WITH_USERS = api_logs.outerjoin(users, users.c.id == api_logs.c.user_id)
_LISTED: tuple[Any, ...] = (
    *(api_logs.c[name] for name in ("id", "at", "service", "method", "url", "status", "outcome")),
    *(api_logs.c[name] for name in ("duration_ms", "error_code", "detail", "user_id", "run_id")),
    users.c.name.label("user_name"),
    users.c.email.label("user_email"),
)


def _listed(search: LogSearch, *, limit: int, is_upward: bool) -> Select[Any]:
    """Find ids by the indexes first, and then what lists show of those few rows."""
    arms = [
        select(
            _arm(search, each)
            .order_by(*_order(api_logs.c, is_upward=is_upward))
            .limit(limit)
            .subquery()
        )
        for each in _drivers(search)
    ]
    ids = union_all(*arms).subquery() if len(arms) > 1 else arms[0].subquery()
    few = select(ids.c.id).order_by(*_order(ids.c, is_upward=is_upward)).limit(limit).subquery()
    return (
        select(*_LISTED)
        .select_from(few.join(_WITH_USERS, api_logs.c.id == few.c.id))
        .order_by(*_order(api_logs.c, is_upward=is_upward))
    )


def _order(columns: Any, *, is_upward: bool) -> tuple[ColumnElement[Any], ...]:
    if is_upward:
        return columns.at.asc(), columns.id.asc()
    return columns.at.desc(), columns.id.desc()


def _drivers(search: LogSearch) -> Iterable[ColumnElement[bool]]:
    """Give the condition that an index answers in order of time: one, or one for each value."""
    log = api_logs.c
    if search.run_id is not None:
        return [log.run_id == search.run_id]
    if search.user_id is not None:
        return [log.user_id == search.user_id]
    if search.status is not None:
        return [log.status == search.status]
    if search.outcomes:
        return [log.outcome == each for each in search.outcomes]
    if search.methods:
        return [log.method == each for each in search.methods]
    if search.service is not None:
        return [log.service == search.service]
    return [log.at >= _FIRST]


def _arm(search: LogSearch, driver: ColumnElement[bool]) -> Select[Any]:
    return select(api_logs.c.id, api_logs.c.at).where(driver, *_fits(search))


def _fits(search: LogSearch) -> list[ColumnElement[bool]]:
    log = api_logs.c
    asked: tuple[tuple[object, Callable[[], ColumnElement[bool]]], ...] = (
        (search.user_id, lambda: log.user_id == search.user_id),
        (search.run_id, lambda: log.run_id == search.run_id),
        (search.service, lambda: log.service == search.service),
        (search.status, lambda: log.status == search.status),
        (search.methods or None, lambda: log.method.in_(search.methods)),
        (search.outcomes or None, lambda: log.outcome.in_(search.outcomes)),
        (search.since, lambda: log.at >= search.since),
        (search.until, lambda: log.at < search.until),
    )
    marks = ((search.before, False), (search.after, True))
    return [
        *(make() for value, make in asked if value is not None),
        *(_beyond(mark, is_upward=is_upward) for mark, is_upward in marks if mark is not None),
    ]


def _beyond(mark: Mark, *, is_upward: bool) -> ColumnElement[bool]:
    """Tell which rows come after a mark; the first half is what an index can answer."""
    log = api_logs.c
    if is_upward:
        return and_(log.at >= mark.at, or_(log.at > mark.at, log.id > mark.id))
    return and_(log.at <= mark.at, or_(log.at < mark.at, log.id < mark.id))


def _log(row: RowMapping) -> Log:
    values: dict[str, Any] = dict(row)
    name, email = values.pop("user_name"), values.pop("user_email")
    return Log(**values, user=name or email)
