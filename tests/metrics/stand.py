"""A meter that has counted one of everything, and a look at a service that has everything."""

from datetime import UTC, datetime, timedelta

from evosync.catalog.item import Link
from evosync.db.census import Census
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.changes import Done, Lose
from evosync.engine.report import RunStatus
from evosync.jobs.scheduler import RoundState
from evosync.jobs.vitals import Vitals
from evosync.metrics.meter import Meter
from evosync.metrics.seen import Seen, Stock
from evosync.outbound.exchange import Exchange
from evosync.tally import Answered, EndedRun

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VK = "https://api.vk.ru/method/"


def exchange(method: str, status: int | None = 200, **rest: object) -> Exchange:
    """Make a request to VK that ended."""
    made: dict[str, object] = {"answer": b'{"response":1}', "seconds": 0.25, "form": {}} | rest
    return Exchange(service="vk", method="POST", url=f"{VK}{method}", status=status, **made)  # type: ignore[arg-type]


def full_meter() -> Meter:
    """Make a meter that has counted one of everything."""
    meter = Meter()
    meter.record(exchange("market.get"))
    meter.waited(0.5)
    meter.paused()
    meter.run_ended(
        EndedRun(kind=RunKind.MIRROR, trigger=RunTrigger.TIMER, status=RunStatus.DONE, seconds=1.5)
    )
    meter.changes_ended([Done(change=Lose(link=Link(product_id="p", item_id=1)))])
    meter.round_ended("pipeline", has_failed=False)
    meter.answered(Answered(route="health", method="GET", status=200, seconds=0.001))
    meter.called("token", 200)
    return meter


def census() -> Census:
    """Make an installation of one shop."""
    return Census(
        accounts={"active": 2},
        connections={("evotor", "green"): 1, ("vk", "red"): 1},
        shops_due=1,
        last_success_at=NOON - timedelta(hours=1),
        stalest_at=NOON - timedelta(hours=3),
        on_sale=12,
        problems={"no_price": 3},
        parked={"market.add": 1},
    )


def seen() -> Seen:
    """Look at a service at noon."""
    stock = Stock(census=census(), database_bytes=4096, last_backup_at=NOON - timedelta(days=1))
    hourly = RoundState(
        name="pipeline",
        every=timedelta(hours=1),
        begun_at=None,
        ended_at=None,
        next_at=None,
        has_failed=False,
    )
    return Seen(
        now=NOON,
        vitals=Vitals(is_database_up=True, is_scheduler_up=True, is_impaired=False),
        stock=stock,
        working=1,
        waiting={"person": 0, "timer": 2},
        rounds=[hourly],
    )
