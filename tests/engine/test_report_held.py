"""What a report tells of changes that wait for a person's yes."""

from collections.abc import Mapping
from typing import Any

import pytest

from evosync.catalog.problem import Problem
from evosync.engine.applied import Stop
from evosync.engine.changes import Change, Done, Lose, Plan
from evosync.engine.held import Divided, make_held
from evosync.engine.likeness import find_mismatches
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import NeedsPerson
from tests.builders import draft, item, link
from tests.engine.reporting import counted, failed, reported
from tests.engine.wishes import create, hide, update

CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
HELD = make_held([("hide", "a"), ("hide", "b")], ["Мало."], [hide("a", 1), hide("b", 2)])


@pytest.mark.parametrize(
    ("values", "status"),
    [
        pytest.param({}, RunStatus.HELD, id="all else done"),
        pytest.param({"left": 1, "stopped": "time"}, RunStatus.HELD, id="time is over"),
        pytest.param({"left": 1, "stopped": "cancelled"}, RunStatus.CANCELLED, id="cancelled"),
        pytest.param({"left": 1, "error": CAPTCHA}, RunStatus.PAUSED, id="paused"),
        pytest.param({"left": 1, "is_dry": True}, RunStatus.DONE, id="dry"),
    ],
)
def test_a_run_with_anything_held_ends_as_held_unless_something_stopped_it(
    values: Mapping[str, Any], status: RunStatus
) -> None:
    report = reported(divided=Divided(held=HELD), **values)

    assert (report.status, report.held, report.counts()["held"]) == (status, HELD, 2)


def test_a_refused_change_beside_what_is_held_leaves_the_run_held() -> None:
    report = reported(failed(create()), divided=Divided(held=HELD), drafts=[draft()])

    assert report.status is RunStatus.HELD


def test_a_dry_run_counts_what_would_go() -> None:
    plan = Plan(changes=(hide("a", 1), hide("b", 2), create()))

    report = reported(plan=plan, divided=Divided(go=(create(),), held=HELD), is_dry=True)

    assert counted(report) == {"created": 1, "held": 2}


@pytest.mark.parametrize(
    ("divided", "is_empty"),
    [
        pytest.param(Divided(held=HELD), False, id="held"),
        pytest.param(Divided(left=HELD), True, id="left by an answer"),
        pytest.param(Divided(left=HELD, go=(create(),)), False, id="something else goes"),
    ],
)
@pytest.mark.parametrize("is_dry", [True, False], ids=["dry", "wet"])
def test_a_run_that_only_leaves_what_it_was_told_to_has_nothing_to_tell(
    divided: Divided, *, is_empty: bool, is_dry: bool
) -> None:
    report = reported(plan=Plan(changes=HELD.changes), divided=divided, is_dry=is_dry)

    assert report.is_empty is is_empty


def test_a_report_without_a_plan_knows_of_nothing_held_and_nothing_on_sale() -> None:
    report = RunReport(status=RunStatus.FAILED, plan=Plan())

    assert (report.held, report.live_items, report.is_empty) == (None, None, False)
    assert not counted(report)


def test_items_on_sale_are_counted_after_what_was_done() -> None:
    done = [Done(change=hide("a", 1), item_id=1), Done(change=create("c"), item_id=3)]

    report = reported(*done, divided=Divided(live=frozenset({1, 2, 4})))

    assert report.live_items == 3


def test_each_product_that_waits_is_told_once_with_all_that_is_asked() -> None:
    members = [("zero", "assam"), ("price", "assam"), ("lose", "b"), ("create", "c")]
    lost = Lose(link=link("b", 2, last={"title": "Бергамот"}))
    changes: list[Change] = [update(), update(), lost, create("c")]

    report = reported(divided=Divided(held=make_held(members, [], changes)))

    assert [(one.product_id, one.name, one.reason) for one in report.problems] == [
        (
            "assam",
            draft().name,
            "Ждёт вашего решения: изменить цену больше чем в три раза, поставить остаток 0.",
        ),
        ("b", "Бергамот", "Ждёт вашего решения: считать карточку удалённой из VK."),
        (
            "c",
            draft().name,
            "Ждёт вашего решения: создать карточку с названием той, что снимается с продажи.",
        ),
    ]


def test_what_was_left_is_told_as_the_persons_own_word() -> None:
    report = reported(divided=Divided(left=HELD))

    assert report.status is RunStatus.DONE
    found: list[Problem] = list(report.problems)
    assert [one.reason for one in found] == [
        "По вашему решению не сделано: скрыть карточку в VK."
    ] * 2


def test_first_items_that_were_left_may_still_be_said_yes_to() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00)))

    report = reported(left=3, stopped=Stop.LEFT, mismatches=found)

    assert report.held is None
    assert report.left_by_answer is not None
    assert report.left_by_answer.members == tuple(one.member for one in found)


def test_a_problem_is_told_once_whoever_found_it() -> None:
    problem = Problem(product_id="a", store_id="s", name="Чай", code="no_price", detail={})

    report = reported(plan=Plan(problems=(problem, problem)))

    assert report.problems == (problem,)
