"""Runs in words, how long one still takes, and a month of them as bars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evosync.db.run_progress import Pace
from evosync.db.runs import Run, RunKind, RunTrigger
from evosync.engine.held import Ask
from evosync.engine.likeness import kind_of
from evosync.engine.report import RunStatus
from evosync.web.reasons import SHOWN
from evosync.web.run_chart import DAYS, HEIGHT, make_chart
from evosync.web.run_ended import ended_sentence, find_mend, list_met
from evosync.web.run_live import Look, seconds_left
from evosync.web.run_question import Standing, ask
from evosync.web.run_words import (
    STAGE_TITLES,
    STATUSES,
    TRIGGERS,
    counts_in_words,
    duration,
    left_in_words,
    stages_of,
    status_words,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(
    id=1,
    user_id=1,
    kind=RunKind.MIRROR,
    trigger=RunTrigger.TIMER,
    status=RunStatus.DONE,
    counts={},
    queued_at=NOON,
    finished_at=NOON,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"created": 3, "updated": 12, "failed": 1}, "3 новых, 12 изменено, 1 ошибка"),
        ({"created": 1, "updated": 1, "hidden": 1}, "1 новый, 1 изменён, 1 скрыт"),
        ({"albums_created": 2, "held": 21}, "2 новые подборки, 21 ждёт решения"),
        ({"created": 0, "unchanged": 40, "skipped": 3}, ""),
        ({}, ""),
    ],
)
def test_counts_are_told_in_words(counts: dict[str, int], told: str) -> None:
    assert plain(counts_in_words(counts)) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        *[(0.2, "1 с"), (59, "59 с"), (60, "1 мин"), (200, "3 мин 20 с")],
        *[(3600, "1 ч"), (7500, "2 ч 5 мин")],
    ],
)
def test_a_duration_is_told_in_words(seconds: float, told: str) -> None:
    assert plain(duration(timedelta(seconds=seconds))) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (3, "Осталось меньше минуты"),
        (50, "Осталось около 1 мин"),
        (61, "Осталось около 2 мин"),
        (7200, "Осталось около 2 ч"),
    ],
)
def test_what_is_left_is_told_no_more_exactly_than_it_is_known(seconds: float, told: str) -> None:
    assert plain(left_in_words(seconds)) == told


def going(sent: int, planned: int | None) -> Look:
    run = replace(RUN, status=RunStatus.RUNNING, finished_at=None, planned=planned)
    return Look(run=run, outcomes={"done": sent, "held": 50})


@pytest.mark.parametrize(
    ("look", "pace", "fastest", "seconds"),
    [
        pytest.param(going(100, 200), (10, 50), 75, 20.0, id="by its pace"),
        pytest.param(going(100, 200), (10, 5000), 10, 10.0, id="not quicker than VK takes them"),
        pytest.param(going(100, 200), (2, 50), 75, None, id="too short to tell"),
        pytest.param(going(25, 200), None, 75, None, id="one batch"),
        pytest.param(going(200, 200), (10, 50), 75, None, id="all is sent"),
        pytest.param(going(25, None), (10, 50), 75, None, id="nothing planned yet"),
    ],
)
def test_how_long_it_takes_is_told_once_it_is_known(
    look: Look, pace: tuple[int, int] | None, fastest: float, seconds: float | None
) -> None:
    since, number = pace or (0, 0)
    known = Pace(since=NOON - timedelta(seconds=since), number=number) if pace else None
    assert seconds_left(look, known, NOON, fastest) == seconds


def test_everything_a_run_can_be_has_words() -> None:
    assert set(STATUSES) == set(RunStatus)
    assert set(TRIGGERS) == set(RunTrigger)
    assert {stage for kind in RunKind for stage in stages_of(kind)} == set(STAGE_TITLES)
    for kind in RunKind:
        for status in set(RunStatus) - {RunStatus.QUEUED, RunStatus.RUNNING}:
            for standing in (None, *Standing):
                told = ended_sentence(replace(RUN, kind=kind, status=status), standing)
                assert told.endswith("."), (kind, status)


def test_what_asked_once_asks_no_more() -> None:
    for status in (RunStatus.HELD, RunStatus.PAUSED):
        run = replace(RUN, status=status)
        assert status_words(run, waits=True)[:2] == ("warning", "Ждёт вас")
        assert status_words(run, waits=False)[0] == "secondary"


@pytest.mark.parametrize(
    ("counts", "title", "now", "after"),
    [
        ({Ask.HIDE: 68}, "Скрыть 68 товаров?", 216, 148),
        ({Ask.ZERO: 1}, "Снять с продажи 1 товар?", 216, 215),
        ({Ask.DELETE: 300}, "Удалить 300 товаров?", 216, 0),
        ({Ask.PRICE: 21}, "Изменить цену у 21 товара?", None, None),
        ({Ask.LOSE: 5}, "Считать удалёнными в VK 5 товаров?", None, None),
        ({Ask.CREATE: 2}, "Добавить 2 товара?", None, None),
        ({Ask.HIDE: 2, Ask.PRICE: 3}, "Отправить 5 изменений?", 216, 214),
        ({kind_of("price"): 1, kind_of("title"): 2}, "Отправить остальное?", None, None),
    ],
    ids=str,
)
def test_a_question_names_the_act_and_its_number(
    counts: dict[str, int], title: str, now: int | None, after: int | None
) -> None:
    held: dict[str, Any] = {"members": [], "sentences": ["why"], "counts": counts}
    asked = ask(replace(RUN, digest="x", held=held), Standing.OPEN, 216)
    assert asked is not None
    assert plain(asked.title) == title
    assert (asked.now, asked.after) == (now, after)


def test_what_a_run_met_is_listed_with_what_waits_for_its_person_first() -> None:
    counts = {"not_for_sale": 9, "name_adjusted": 20, "no_price": 2, "held": 4}
    met = list_met(replace(RUN, problem_counts=counts))
    assert [one.code for one in met] == ["no_price", "not_for_sale", "name_adjusted"]
    assert len(list_met(replace(RUN, problem_counts=dict.fromkeys(SHOWN, 1)))) > 10


@pytest.mark.parametrize(
    ("given", "link"),
    [("https://vk.com/x", "https://vk.com/x"), ("javascript:x", None), (None, None)],
)
def test_a_link_that_mends_is_one_to_open(given: str | None, link: str | None) -> None:
    run = replace(RUN, status=RunStatus.PAUSED, error_code="vk_captcha")
    mend = find_mend(run, given)
    assert mend is not None
    assert mend.link == link
    assert (mend.route is None) == (link is not None)


def test_a_day_of_the_chart_is_one_of_the_persons_zone() -> None:
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    counts = {"created": 3, "updated": 5, "failed": 2, "unchanged": 900}
    for zone, label in (("Europe/London", "28 февраля"), ("Asia/Omsk", "1 марта")):
        chart = make_chart([(late, counts)], NOON, zone)
        assert chart is not None
        [bar] = chart.busy_days
        assert (bar.label, bar.done, bar.failed) == (label, 8, 2)
        assert plain(chart.told) == "За 30 дней: 8 изменений, 2 ошибки"


def test_the_highest_bar_fills_the_chart_and_one_change_is_seen() -> None:
    ended = [(NOON - timedelta(days=day), {"updated": 1 + 999 * day}) for day in range(2)]
    ended.append((NOON - timedelta(days=DAYS), {"updated": 10**6}))
    chart = make_chart(ended, NOON, "Europe/Moscow")
    assert chart is not None
    assert len(chart.bars) == DAYS
    assert [bar.done for bar in chart.busy_days] == [1, 1000]
    today, yesterday = chart.busy_days
    assert today.done_height >= 2
    assert HEIGHT - 2 <= yesterday.done_height <= HEIGHT
    assert all(0 <= bar.failed_y <= bar.done_y <= HEIGHT for bar in chart.bars)
    assert make_chart([], NOON, "Europe/Moscow") is None
