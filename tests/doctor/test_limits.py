from datetime import timedelta

import pytest

from evosync.db.oversight import Failures, Fullness, Resting
from evosync.doctor.limits import judge_fullness, judge_quota
from evosync.doctor.verdict import State
from tests.builders import NOON


@pytest.mark.parametrize(
    ("items", "albums", "state"),
    [
        pytest.param(13_499, 89, State.GOOD, id="room"),
        pytest.param(13_500, 0, State.ATTENTION, id="nearly all items"),
        pytest.param(0, 90, State.ATTENTION, id="nearly all albums"),
    ],
)
def test_a_market_that_is_nearly_full_is_named(items: int, albums: int, state: State) -> None:
    empty = Fullness(community="Пустое", items=0, albums=0)
    full = Fullness(community="Чайная", items=items, albums=albums)
    verdict = judge_fullness([full, empty])
    assert verdict.state is state
    assert ("«Чайная»" in verdict.told) is (state is State.ATTENTION)
    assert "Пустое" not in verdict.told


def test_without_communities_there_is_nothing_to_fill() -> None:
    assert judge_fullness([]).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("service", "status", "code", "told"),
    [
        pytest.param("vk", 200, "9", "VK просил подождать 3 раза.", id="flood"),
        pytest.param("vk", 200, "29 ×25", "VK просил подождать 3 раза.", id="rate limit"),
        pytest.param("vk", 200, "100 ×3, 9", "VK просил подождать 3 раза.", id="among others"),
        pytest.param("evotor", 429, None, "Эвотор просил подождать 3 раза.", id="till"),
        pytest.param(
            "evotor", 400, "9", "Эвотор и VK не просили подождать.", id="a number of Evotor's"
        ),
        pytest.param("vk", 200, "100 ×9", "Эвотор и VK не просили подождать.", id="nine refusals"),
    ],
)
def test_who_asked_us_to_wait_is_counted(
    service: str, status: int, code: str | None, told: str
) -> None:
    seen = [Failures(service=service, status=status, code=code, count=3)]
    verdict = judge_quota([], seen, NOON)
    assert (verdict.state, verdict.told) == (State.GOOD, told)


def test_a_method_that_rests_is_named_with_its_end() -> None:
    rest = Resting(method="market.add", users=1, until_at=NOON + timedelta(minutes=7))
    verdict = judge_quota([rest], [], NOON)
    assert verdict.state is State.ATTENTION
    assert verdict.told == "VK просит не вызывать market.add: продолжим через 7 мин."
