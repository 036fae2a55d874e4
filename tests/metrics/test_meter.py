"""The counting: nothing shared, nothing without bounds, in formats that parsers take."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from evosync.metrics.meter import MOST_NAMES, Meter
from evosync.tally import Answered
from tests.metrics.reading import Numbers
from tests.metrics.stand import exchange, full_meter, seen

OPENMETRICS = "application/openmetrics-text"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
OPEN = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"


def numbers(meter: Meter) -> Numbers:
    return Numbers.read(meter.exposed(seen(), "")[0].decode())


def test_two_meters_of_one_process_share_nothing() -> None:
    first, second = full_meter(), Meter()
    first.waited(1)
    assert numbers(first).total("evosync_vk_quota_waits_total") == 2
    assert numbers(second).total("evosync_vk_quota_waits_total") == 0
    assert not [one for one in REGISTRY.collect() if one.name.startswith("evosync")]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/plain;version=0.0.4;q=1", PLAIN),
        (f"{OPENMETRICS};version=1.0.0;q=0.6,text/plain;q=0.3", OPEN),
        (f"{OPENMETRICS};version=;;q=«», ,", OPEN),
    ],
)
def test_both_formats_are_read_by_their_parsers_and_say_the_same(accept: str, kind: str) -> None:
    meter = full_meter()
    body, told = meter.exposed(seen(), accept)
    assert told == kind
    text = body.decode()
    read = Numbers.read(text, is_open=kind == OPEN).families
    said = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in read
        for sample in family.samples
        if sample.name.startswith("evosync")
    }
    plain = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in numbers(meter).families
        for sample in family.samples
        if sample.name.startswith("evosync")
    }
    ages = {key for key in plain if key[0] == "evosync_round_last_success_age_seconds"}
    assert said.keys() == plain.keys()
    assert {key: said[key] for key in said.keys() - ages} == {
        key: plain[key] for key in plain.keys() - ages
    }


def test_no_names_of_others_make_lines_without_end() -> None:
    meter = Meter()
    for number in range(3 * MOST_NAMES):
        meter.record(exchange(f"market.get{number}"))
        meter.answered(Answered(route=None, method=f"BREW{number}", status=404, seconds=1))
    told = numbers(meter)
    assert len(told.by("evosync_api_requests_total", "method")) == MOST_NAMES + 1
    assert told.by("evosync_api_requests_total", "method")["other"] == 2 * MOST_NAMES
    assert len(told.by("evosync_vk_calls_total", "method")) == MOST_NAMES + 1
    [one] = told.samples("evosync_http_requests_total")
    assert one.labels == {"route": "none", "method": "other", "status": "4xx"}
    assert one.value == 3 * MOST_NAMES
    assert not told.samples("evosync_http_request_seconds_count")


def test_what_cannot_be_counted_stops_nobody() -> None:
    meter = Meter()
    with capture_logs() as events:
        meter.record(replace(exchange("market.get"), url="http://[::1"))
    assert [event["event"] for event in events] == ["request not counted"]


def test_a_round_is_as_old_as_its_last_success_or_the_service() -> None:
    present = [100.0]
    meter = Meter(monotonic=lambda: present[0])

    def age() -> float:
        return numbers(meter).total("evosync_round_last_success_age_seconds", round="pipeline")

    present[0] = 160.0
    assert age() == 60
    meter.round_ended("pipeline", has_failed=True)
    assert age() == 60
    meter.round_ended("pipeline", has_failed=False)
    present[0] = 165.0
    assert age() == 5
    assert numbers(meter).by("evosync_rounds_total", "outcome") == {"ok": 1, "failed": 1}


def test_a_database_that_is_out_takes_only_its_own_lines_along() -> None:
    whole = {family.name for family in numbers(full_meter()).families}
    look = seen()
    without = replace(look, stock=None, vitals=replace(look.vitals, is_database_up=False))
    told = Numbers.read(full_meter().exposed(without, "")[0].decode())
    assert told.total("evosync_database_up") == 0
    assert told.total("evosync_health", status="down") == 1
    lost = whole - {family.name for family in told.families}
    assert lost >= {"evosync_accounts", "evosync_last_success_age_seconds"}
    assert not any(name.startswith(("evosync_runs", "evosync_http", "process")) for name in lost)


def test_ages_are_of_the_moment_and_never_negative() -> None:
    told = numbers(Meter())
    assert told.total("evosync_last_success_age_seconds") == 3600
    assert told.total("evosync_stalest_shop_age_seconds") == 3 * 3600
    assert told.total("evosync_last_backup_age_seconds") == 86400
    look = seen()
    assert look.stock is not None
    ahead = replace(look.stock, last_backup_at=look.now.replace(year=2030))
    text = Meter().exposed(replace(look, stock=ahead), "")[0].decode()
    assert Numbers.read(text).total("evosync_last_backup_age_seconds") == 0
