"""Waits grow, spread, and end."""

import pytest

from evosync.outbound.client import Unreachable
from evosync.outbound.retry import Backoff, Patience, later_from


@pytest.mark.parametrize(
    ("tried", "chance", "wait_s"),
    [
        pytest.param(1, 0.5, 0.5, id="the first wait"),
        pytest.param(2, 0.5, 1.0, id="doubled"),
        pytest.param(3, 0.0, 1.0, id="spread down to a half"),
        pytest.param(3, 1.0, 3.0, id="spread up to one and a half"),
        pytest.param(9, 0.5, 10.0, id="never above the ceiling"),
        pytest.param(10, 0.5, None, id="the last try is not followed by a wait"),
    ],
)
def test_backoff(tried: int, chance: float, wait_s: float | None) -> None:
    assert Backoff(tries=10).wait_s(tried, chance) == wait_s


async def test_patience_waits_between_tries_and_not_after_the_last() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    patience = Patience(backoff=Backoff(tries=3), sleep=sleep, chance=lambda: 0.5)
    assert [await patience.wait(tried) for tried in (1, 2, 3)] == [True, True, False]
    assert slept == [0.5, 1.0]


def test_silence_ends_the_run_and_names_the_service() -> None:
    error = later_from(Unreachable("ReadTimeout", is_unsent=False), service="VK", code="vk_busy")
    assert error.message == "Нет связи с VK: сервер не отвечает. Попробуем позже."
    assert (error.code, error.cause) == ("vk_busy", "ReadTimeout")
