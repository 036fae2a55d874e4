"""What a page of the log of requests is asked for by its address, and the addresses of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from evosync.apilog.entry import FAILURES, Outcome
from evosync.db.api_logs import LogSearch, Mark
from evosync.spoken import zone_of
from evosync.web.exchange_words import SERVICES

LONGEST_WORDS = 200  # characters
LONGEST_ID = 18  # digits; databases take no number past 63 bits
MOST_METHODS = 20  # that a part of a name may mean

STATUSES: Mapping[str, tuple[str, tuple[Outcome, ...]]] = {
    "": ("Любой", ()),
    "failed": ("С ошибкой", FAILURES),
    "silent": ("Без ответа", (Outcome.SILENT,)),
    "ok": ("Удачный", (Outcome.OK,)),
    "refused": ("Отказ в ответе 200", (Outcome.REFUSED,)),
    "4xx": ("4xx", (Outcome.CLIENT,)),
    "5xx": ("5xx", (Outcome.SERVER,)),
}
PERIODS: Mapping[str, tuple[str, timedelta | None]] = {
    "hour": ("За час", timedelta(hours=1)),
    "day": ("За сутки", timedelta(days=1)),
    "week": ("За неделю", timedelta(days=7)),
    "all": ("Всё время", None),
}
_NAMES = ("user", "service", "status", "period", "method", "run", "from", "to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What stands in the address, as far as it means anything.

    `user` and `method` are still to be looked up; the rest is in `search`.
    """

    kept: Mapping[str, str]
    search: LogSearch
    period: str


def read_filters(query: Mapping[str, str], *, now: datetime, zone: str) -> Asked:
    """Read the filters; what makes no sense is left out. Times are of a person's zone."""
    kept = {name: query.get(name, "").strip()[:LONGEST_WORDS] for name in _NAMES}
    since, until = _moment(kept["from"], zone), _moment(kept["to"], zone)
    kept |= {"from": kept["from"] if since else "", "to": kept["to"] if until else ""}
    run_id = number_of(kept["run"])
    kept["run"] = "" if run_id is None else str(run_id)
    status = kept["status"]
    code = int(status) if len(status) == 3 and status.isascii() and status.isdecimal() else None
    if code is None and status not in STATUSES:
        kept["status"] = ""
    if kept["service"] not in SERVICES:
        kept["service"] = ""
    # Whoever names a moment or a run means it, whatever the field of periods holds.
    is_bounded = bool(since or until or run_id is not None)
    period = "all" if is_bounded else kept["period"] if kept["period"] in PERIODS else "day"
    kept["period"] = "" if is_bounded or period == "day" else period
    span = PERIODS[period][1]
    search = LogSearch(
        run_id=run_id,
        service=kept["service"] or None,
        outcomes=() if code is not None else STATUSES[kept["status"]][1],
        status=code,
        since=since or (now - span if span else None),
        until=until,
        before=_mark(query.get("before", "")),
        after=_mark(query.get("after", "")),
    )
    return Asked(kept=kept, search=search, period=period)


def methods_like(words: str, known: Sequence[str]) -> tuple[str, ...]:
    """List the methods that a text means: one by its whole name, else those that hold it."""
    if words in known:
        return (words,)
    return tuple(each for each in known if words.lower() in each.lower())[:MOST_METHODS]


def number_of(text: str) -> int | None:
    """Read an id; None when it is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_ID:
        return None
    return int(text)


def first_page(search: LogSearch) -> LogSearch:
    """Return the same search from its latest row on."""
    return replace(search, before=None, after=None)


def address(path: str, kept: Mapping[str, str], **changed: str) -> str:
    """Make the address of the list with these filters."""
    query = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{path}?{urlencode(query)}" if query else path


def mark_text(at: datetime, log_id: int) -> str:
    """Write the place of a row, as `before` and `after` take it: microseconds and its number."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{log_id}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(2000, 3000)


def _mark(text: str) -> Mark | None:
    micros, _, log_id = text.partition("-")
    at, number = number_of(micros), number_of(log_id)
    if at is None or number is None:
        return None
    try:
        mark = Mark(at=_EPOCH + timedelta(microseconds=at), id=number)
    except OverflowError:  # past the year 9999
        return None
    return mark if mark.at.year in _YEARS else None


def _moment(text: str, zone: str) -> datetime | None:
    """Read what a field of date and time holds."""
    try:
        typed = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=zone_of(zone))
    except ValueError:
        return None
    # Beyond them a zone, or a database, runs out of years.
    return typed.astimezone(UTC) if typed.year in _YEARS else None
