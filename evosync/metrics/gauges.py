"""How things stand at this moment, as the lines that Prometheus reads."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from evosync.jobs.scheduler import RoundState
from evosync.metrics.seen import Seen, Stock

_HEALTH = ("ok", "degraded", "down")


def gauges_of(seen: Seen, ages: Mapping[str, timedelta]) -> Iterator[Metric]:
    """Make the gauges; `ages` is how long ago each round succeeded.

    What is not known has no line.
    """
    yield _by("build_info", "The version that runs.", {"version": {version("evosync"): 1}})
    yield _by(
        "health",
        "How the service is, as /health tells: 1 for what it is.",
        {"status": {each: int(each == seen.vitals.status) for each in _HEALTH}},
    )
    yield _one("database_up", "Whether the database answers.", seen.vitals.is_database_up)
    yield _one("runs_running", "Users whose run or reading goes on.", seen.working)
    yield _by(
        "runs_waiting", "Users who wait for their turn, by who asked.", {"asked_by": seen.waiting}
    )
    yield from _rounds({each.name: each for each in seen.rounds}, ages)
    if seen.stock is not None:
        yield from _stock(seen.stock, seen.now)


def _rounds(rounds: Mapping[str, RoundState], ages: Mapping[str, timedelta]) -> Iterator[Metric]:
    yield _by(
        "round_interval_seconds",
        "How often a round of the scheduler comes.",
        {"round": {name: each.every.total_seconds() for name, each in rounds.items()}},
    )
    yield _by(
        "round_last_success_age_seconds",
        "How long ago a round succeeded; before its first time, how long the service runs.",
        {"round": {name: age.total_seconds() for name, age in ages.items()}},
    )


def _stock(stock: Stock, now: datetime) -> Iterator[Metric]:
    census = stock.census
    yield _by("accounts", "Accounts.", {"status": census.accounts})
    connections = GaugeMetricFamily(
        "evosync_connections",
        "Connections: green works, red needs a person, grey is not checked yet.",
        labels=("service", "state"),
    )
    for (service, state), number in census.connections.items():
        connections.add_metric((service, state), number)
    yield connections
    yield _one("shops_due", "Shops that the timer mirrors.", census.shops_due)
    yield _one("items_on_sale", "Items on sale after the last runs.", census.on_sale)
    yield _by("problems", "Problems that the last runs met.", {"code": census.problems})
    yield _by(
        "vk_methods_parked", "Users for whom a method of VK rests.", {"method": census.parked}
    )
    yield from _age(
        "last_success_age_seconds",
        "How long ago a run did what it could.",
        census.last_success_at,
        now,
    )
    yield from _age(
        "stalest_shop_age_seconds",
        "The same, of the shop that is due for which it is longest ago.",
        census.stalest_at,
        now,
    )
    yield from _age(
        "last_backup_age_seconds", "How long ago a backup was made.", stock.last_backup_at, now
    )
    yield _one("database_bytes", "How much room the database takes.", stock.database_bytes)


def _age(name: str, about: str, at: datetime | None, now: datetime) -> Iterator[Metric]:
    """Tell an age; a moment ahead of the clock is none."""
    if at is not None:
        yield _one(name, about, max(0.0, (now - at).total_seconds()))


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"evosync_{name}", about, value=float(value))


def _by(name: str, about: str, values: Mapping[str, Mapping[str, float]]) -> Metric:
    """Make a gauge with one label: `values` by the label's name."""
    ((label, numbers),) = values.items()
    made = GaugeMetricFamily(f"evosync_{name}", about, labels=(label,))
    for each, number in numbers.items():
        made.add_metric((each,), number)
    return made
