from datetime import timedelta

import pytest

from evosync.evotor.failures import Busy
from evosync.evotor.waiting import Patience, asked_wait_s
from tests.evotor.stand import NOON, Hours

IN_12_S = int(NOON.timestamp()) + 12


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        pytest.param({"retry-after": "7"}, 7, id="Retry-After in seconds"),
        pytest.param({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30, id="Retry-After date"),
        pytest.param({"retry-after": "7", "x-ratelimit-reset": "30"}, 7, id="Retry-After wins"),
        pytest.param({"retry-after": "soon", "x-ratelimit-reset": "30"}, 30, id="odd Retry-After"),
        pytest.param(
            {"retry-after": "Sun, 01 Mar 2026 12:00:30"}, 10, id="Retry-After date without a zone"
        ),
        pytest.param({"x-ratelimit-reset": "12"}, 12, id="Reset in seconds left"),
        pytest.param({"x-ratelimit-reset": str(IN_12_S)}, 12, id="Reset in seconds since 1970"),
        pytest.param({"x-ratelimit-reset": str(IN_12_S * 1000)}, 12, id="Reset in milliseconds"),
        pytest.param({"x-ratelimit-reset": "0"}, 1, id="never at once"),
        pytest.param({"x-ratelimit-reset": str(IN_12_S - 90)}, 1, id="Reset in the past"),
        pytest.param({"x-ratelimit-reset": "3600"}, 60, id="never longer than a minute"),
        pytest.param({"x-ratelimit-reset": "5000000"}, 10, id="Reset between the ranges"),
        pytest.param({"x-ratelimit-reset": "1" * 5000}, 10, id="Reset longer than a number"),
        pytest.param({"x-ratelimit-reset": "-5"}, 10, id="negative Reset"),
        pytest.param({}, 10, id="not told"),
    ],
)
def test_a_spent_quota_tells_how_long_to_wait(headers: dict[str, str], wait_s: float) -> None:
    assert asked_wait_s(headers, NOON) == wait_s


async def test_patience_ends_after_five_waits(hours: Hours) -> None:
    patience = Patience(hours.pace)
    for _ in range(5):
        await patience.wait({"retry-after": "2"})

    with pytest.raises(Busy) as caught:
        await patience.wait({"retry-after": "2"})

    assert hours.slept_s == [2] * 5
    assert caught.value.retry_at == hours.now + timedelta(seconds=2)
    assert caught.value.message == "Эвотор просит подождать: продолжим позже."


async def test_patience_ends_after_two_minutes(hours: Hours) -> None:
    patience = Patience(hours.pace)
    await patience.wait({"retry-after": "60"})
    await patience.wait({"retry-after": "60"})

    with pytest.raises(Busy):
        await patience.wait({"retry-after": "1"})

    assert sum(hours.slept_s) == 120
