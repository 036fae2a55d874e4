"""Counts what happens in a running service, and writes it down in Prometheus' formats."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics import disable_created_metrics
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

from evosync.db.change_rows import name_of_kind
from evosync.engine.changes import NOT_SENT, Failed, Outcome
from evosync.metrics.gauges import gauges_of
from evosync.metrics.requests import asked_of, calls_in
from evosync.metrics.seen import Seen
from evosync.outbound.exchange import Exchange
from evosync.tally import Answered, EndedRun

log = structlog.get_logger(__name__)

# In seconds. A run of an ordinary shop takes one or two, a first push minutes; a page takes
# milliseconds, and an `execute` of VK up to a minute.
RUN_BUCKETS = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200)
PAGE_BUCKETS = (0.01, 0.05, 0.1, 0.25, 1, 5)
API_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

MOST_NAMES = 80
"""So many methods there are of one service at most; ours are about thirty."""

OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OPENMETRICS = "application/openmetrics-text"

# They would double the number of lines, and nobody asks when a count began.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Meter:
    """Counts in a registry of its own; implements Tally.

    Labels are names of ours, of VK's methods and of codes: none is what somebody sent.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._born = monotonic()
        self._succeeded: dict[str, float] = {}
        self._names: dict[str, set[str]] = {}
        made = self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=made)

        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(f"evosync_{name}", about, labels, registry=made)

        def histogram(name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(f"evosync_{name}", about, labels, registry=made, buckets=buckets)

        self._runs = counter(
            "runs", "Runs that ended: previews, readings, pushes.", "kind", "trigger", "status"
        )
        self._run_seconds = histogram("run_seconds", "How long runs took.", RUN_BUCKETS, "kind")
        self._changes = counter(
            "changes", "Changes of items and albums, by what became of them.", "kind", "outcome"
        )
        self._requests = counter(
            "api_requests",
            "Requests to Evotor and VK, by how they ended.",
            "service",
            "method",
            "outcome",
        )
        self._request_seconds = histogram(
            "api_request_seconds",
            "How long requests to Evotor and VK took.",
            API_BUCKETS,
            "service",
            "method",
        )
        self._calls = counter(
            "vk_calls",
            "Calls of VK's methods, alone or within an execute.",
            "method",
            "outcome",
        )
        self._waits = counter("vk_quota_waits", "Times that the start of a request was waited for.")
        self._wait_seconds = counter(
            "vk_quota_wait_seconds", "How long was waited for VK's quota of requests a second."
        )
        self._pauses = counter(
            "vk_quota_pauses", "Times that VK found the requests too many, and the quota rested."
        )
        self._pages = counter(
            "http_requests", "Requests to the service.", "route", "method", "status"
        )
        self._page_seconds = histogram(
            "http_request_seconds",
            "How long the service took to answer.",
            PAGE_BUCKETS,
            "route",
            "method",
        )
        self._webhooks = counter("webhooks", "Evotor's webhooks.", "kind", "status")
        self._rounds = counter("rounds", "Rounds of the scheduler.", "round", "outcome")

    def record(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        with _whatever_happens():
            asked = asked_of(exchange)
            method = self._bounded(asked.service, asked.method)
            self._requests.labels(asked.service, method, asked.outcome).inc()
            self._request_seconds.labels(asked.service, method).observe(exchange.seconds)
            for (name, outcome), count in calls_in(exchange, asked.outcome).items():
                self._calls.labels(self._bounded("calls", name), outcome).inc(count)

    def waited(self, seconds: float) -> None:
        """Take note of a wait for the quota."""
        self._waits.inc()
        self._wait_seconds.inc(max(seconds, 0.0))

    def paused(self) -> None:
        """Take note of a rest of the quota."""
        self._pauses.inc()

    def run_ended(self, run: EndedRun) -> None:
        """Take note of a run that ended."""
        self._runs.labels(run.kind.value, run.trigger.value, run.status.value).inc()
        self._run_seconds.labels(run.kind.value).observe(run.seconds)

    def changes_ended(self, outcomes: Sequence[Outcome]) -> None:
        """Take note of what became of changes."""
        for outcome in outcomes:
            self._changes.labels(name_of_kind(outcome.change), _fate(outcome)).inc()

    def round_ended(self, name: str, *, has_failed: bool) -> None:
        """Take note of a round of the scheduler."""
        self._rounds.labels(name, "failed" if has_failed else "ok").inc()
        if not has_failed:
            self._succeeded[name] = self._monotonic()

    def answered(self, answered: Answered) -> None:
        """Take note of a request that was answered."""
        method = answered.method if answered.method in _METHODS else OTHER
        route = answered.route or "none"
        self._pages.labels(route, method, f"{answered.status // 100}xx").inc()
        if answered.route is not None:
            self._page_seconds.labels(route, method).observe(answered.seconds)

    def called(self, kind: str, status: int | None) -> None:
        """Take note of a webhook."""
        self._webhooks.labels(kind, "gone" if status is None else str(status)).inc()

    def exposed(self, seen: Seen, accept: str) -> tuple[bytes, str]:
        """Write everything down; return it and its type: OpenMetrics to whoever takes that."""
        ages = {each.name: self._age(each.name) for each in seen.rounds}
        written = _Written((*self._registry.collect(), *gauges_of(seen, ages)))
        if _OPENMETRICS in accept:
            body: bytes = openmetrics.generate_latest(written)  # type: ignore[no-untyped-call]
            return body, openmetrics.CONTENT_TYPE_LATEST
        body = generate_latest(written)
        return body, CONTENT_TYPE_PLAIN_0_0_4

    def _age(self, name: str) -> timedelta:
        """Tell how long ago a round succeeded; before the first time, how old the service is."""
        return timedelta(seconds=self._monotonic() - self._succeeded.get(name, self._born))

    def _bounded(self, of: str, name: str) -> str:
        """Keep a name, unless there are too many of its kind already."""
        known = self._names.setdefault(of, set())
        if name not in known:
            if len(known) >= MOST_NAMES:
                return OTHER
            known.add(name)
        return name


class _Written:
    """What is written down, as the library asks for it."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _fate(outcome: Outcome) -> str:
    if isinstance(outcome, Failed) and outcome.code == NOT_SENT:
        return "not_sent"
    return type(outcome).__name__.lower()


@contextmanager
def _whatever_happens() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("request not counted")
