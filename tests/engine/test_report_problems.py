"""What a report says of the products that VK refused, or shows otherwise."""

import pytest

from evosync.catalog.item import AlbumLink
from evosync.catalog.problem import Problem
from evosync.engine.applied import Stop
from evosync.engine.changes import (
    Change,
    Delete,
    Done,
    EditAlbum,
    Lose,
    Plan,
    PutInAlbum,
    Restore,
    TakeFromAlbum,
    Uncertain,
    Zero,
)
from evosync.engine.held import Divided, make_held
from evosync.engine.likeness import find_mismatches
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from tests.builders import SHOP, draft, item, link
from tests.engine.reporting import failed, reported
from tests.engine.wishes import MADE, create, hide, put, update

CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)


def restore(product_id: str = "assam") -> Restore:
    return Restore(link=link(product_id), draft=draft(product_id), item=None, fields=frozenset())


def unpaid(code: str = "store_not_paid") -> Problem:
    detail = {"store": "Чайная", "why": "нет связи"}
    return Problem(product_id="", store_id=SHOP, name="Чайная", code=code, detail=detail)


@pytest.mark.parametrize(
    "change", [create(), update(), restore()], ids=["create", "update", "restore"]
)
def test_a_refused_product_is_told_by_its_name_and_store(change: Change) -> None:
    (problem,) = reported(failed(change)).problems

    assert (problem.product_id, problem.store_id) == ("assam", SHOP)
    assert (problem.name, problem.code) == ("Чай чёрный «Ассам»", "vk_error")
    assert problem.reason == "VK не принял товар: Wrong price (код 100)."


@pytest.mark.parametrize(
    "change",
    [hide(), Zero(link=link(), item=item()), Delete(link=link(), item=item())],
    ids=["hide", "zero", "delete"],
)
def test_a_refusal_about_a_product_that_is_gone_is_told_by_the_name_in_vk(change: Change) -> None:
    (problem,) = reported(failed(change)).problems

    assert (problem.product_id, problem.store_id) == ("assam", SHOP)
    assert (problem.name, problem.code) == ("Чай чёрный «Ассам»", "vk_error")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (100, "vk_error"),
        (1405, "vk_limit_items"),
        (22, "photo_refused"),
        (105, "photo_refused"),
        (118, "photo_refused"),
        (121, "photo_refused"),
        (122, "photo_refused"),
        (129, "photo_refused"),
    ],
)
def test_a_refused_item_has_the_problem_of_vks_code(code: int, expected: str) -> None:
    assert [one.code for one in reported(failed(create(), code)).problems] == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [(1406, "vk_limit_album"), (1407, "vk_limit_albums"), (100, "album_refused")],
)
@pytest.mark.parametrize("change", [MADE, put("assam", "keemun")], ids=["new album", "membership"])
def test_a_refused_album_is_a_note_on_each_product_that_was_to_be_in_it(
    change: Change, code: int, expected: str
) -> None:
    other = PutInAlbum(key="кофе", product_ids=("arabica",))
    plan = Plan(changes=(MADE, put("assam"), put("keemun"), other))
    drafts = [draft("assam"), draft("keemun", name="Кимун"), draft("arabica")]

    problems = reported(failed(change, code), plan=plan, drafts=drafts).problems

    assert [(one.product_id, one.code) for one in problems] == [
        ("assam", expected),
        ("keemun", expected),
    ]
    assert [one.name for one in problems] == ["Чай чёрный «Ассам»", "Кимун"]
    assert all(one.is_note and one.reason for one in problems)


def test_a_product_that_could_not_be_taken_out_of_an_album_is_told() -> None:
    take = TakeFromAlbum(link=link(), album_ids=(9,))

    (problem,) = reported(failed(take), drafts=[draft()]).problems

    assert (problem.product_id, problem.code) == ("assam", "album_refused")


def test_an_album_that_could_not_be_renamed_is_no_products_problem() -> None:
    edit = EditAlbum(link=ALBUM, title="Чаи", is_hidden=False, photo=None)

    report = reported(failed(edit))

    assert (report.problems, report.status) == ((), RunStatus.PARTIAL)


def test_a_product_is_not_blamed_for_what_was_not_sent() -> None:
    report = reported(failed(create(), 0), failed(update("keemun", 2), 0), error=CAPTCHA)

    assert report.problems == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(create(), "появился ли товар", id="create"),
        pytest.param(update(), "изменился ли товар", id="update"),
        pytest.param(restore(), "изменился ли товар", id="restore"),
        pytest.param(hide(), "снят ли товар с продажи", id="hide"),
        pytest.param(Zero(link=link(), item=item()), "снят ли товар с продажи", id="zero"),
        pytest.param(Delete(link=link(), item=item()), "снят ли товар с продажи", id="delete"),
    ],
)
def test_a_product_that_vk_gave_no_answer_about_is_being_checked(change: Change, what: str) -> None:
    report = reported(Uncertain(change=change, cause="time-out"))

    (problem,) = report.problems
    assert (problem.product_id, problem.code) == ("assam", "checking")
    assert problem.reason == f"VK не ответил, {what}: проверим в ближайший запуск."
    assert report.status is RunStatus.PARTIAL


@pytest.mark.parametrize(
    "change",
    [MADE, put("assam"), TakeFromAlbum(link=link(), album_ids=(9,))],
    ids=["new album", "put in", "take out"],
)
def test_an_uncertain_change_of_an_album_is_no_products_problem(change: Change) -> None:
    report = reported(Uncertain(change=change, cause="time-out"))

    assert (report.problems, report.status) == ((), RunStatus.PARTIAL)


def test_two_calls_for_one_item_that_fail_alike_are_one_problem() -> None:
    told = reported(failed(update()), failed(update()), failed(update("keemun", 2))).problems

    assert [(one.product_id, one.code) for one in told] == [
        ("assam", "vk_error"),
        ("keemun", "vk_error"),
    ]


def test_two_calls_for_one_item_that_fail_differently_are_two_problems() -> None:
    told = reported(failed(update()), failed(update(), 129)).problems

    assert [one.code for one in told] == ["vk_error", "photo_refused"]


def test_the_plans_problems_come_before_those_of_the_work() -> None:
    plan = Plan(changes=(create(),), problems=(unpaid(),))

    problems = reported(failed(create()), plan=plan).problems

    assert [one.code for one in problems] == ["store_not_paid", "vk_error"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(update(), "checking", id="edit"),
        pytest.param(hide(), "checking", id="hide"),
        pytest.param(restore(), "restore_too_late", id="undelete"),
    ],
)
def test_an_item_that_vk_does_not_find_is_looked_for(change: Change, code: str) -> None:
    (problem,) = reported(failed(change, 1403)).problems

    assert problem.code == code
    assert problem.reason


def test_a_deleted_item_that_comes_too_late_is_told_to_be_made_anew() -> None:
    (problem,) = reported(failed(restore(), 1400)).problems

    assert problem.code == "restore_too_late"


@pytest.mark.parametrize(("is_marked", "code"), [(True, "gone_in_vk"), (False, "checking")])
def test_a_lost_item_is_asked_about_once_it_is_marked_so(*, is_marked: bool, code: str) -> None:
    lose = Lose(link=link())
    outcomes = (Done(change=lose),) if is_marked else ()

    report = reported(*outcomes, plan=Plan(changes=(lose,)), drafts=(draft(),))

    assert [(one.product_id, one.code) for one in report.problems] == [("assam", code)]


def rejection(product_id: str, why: str) -> Problem:
    return Problem(
        product_id=product_id, store_id=SHOP, name="Чай", code="vk_rejected", detail={"why": why}
    )


@pytest.mark.parametrize(
    ("told", "heard", "reasons"),
    [
        pytest.param([], {"assam": "нет"}, ["нет"], id="refused after the work"),
        pytest.param(["нет"], {}, ["нет"], id="refused before it"),
        pytest.param(["нет"], {"assam": "нет"}, ["нет"], id="refused all the time"),
        pytest.param(["нет"], {"assam": None}, [], id="under review again"),
        pytest.param([], {"assam": None, "gone": "нет"}, [], id="wanted no more"),
    ],
)
def test_moderation_is_told_of_once_with_its_last_word(
    told: list[str], heard: dict[str, str | None], reasons: list[str]
) -> None:
    plan = Plan(problems=tuple(rejection("assam", why) for why in told))

    report = reported(plan=plan, drafts=[draft()], moderated=heard)

    assert [one.reason for one in report.problems] == [
        f"VK отклонил товар: {why}." for why in reasons
    ]


def test_a_first_item_that_vk_did_not_show_is_waited_for() -> None:
    report = reported(drafts=[draft()], stopped=Stop.UNSEEN, unseen=("assam", "gone"))

    assert [(one.product_id, one.code) for one in report.problems] == [("assam", "checking")]


def test_every_value_that_differs_in_a_first_item_is_told_with_both() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00, title="Чай")))

    report = reported(stopped=Stop.DIFFERS, mismatches=found)

    assert {one.code for one in report.problems} == {"canary_differs"}
    assert [one.reason.split(": ")[1].split(".")[0] for one in report.problems] == [
        "название — «Чай» вместо «Чай чёрный «Ассам»»",
        "цена — «1\u00a0₽» вместо «100\u00a0₽»",
    ]


def test_first_items_that_differ_are_held_along_with_what_the_guard_holds() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00)))
    guarded = make_held([("hide", "keemun")], ["Скрыть?"], [hide("keemun")])

    alone = reported(stopped=Stop.DIFFERS, mismatches=found)
    both = reported(divided=Divided(held=guarded), stopped=Stop.DIFFERS, mismatches=found)

    assert alone.held is not None
    assert alone.held.members == (("canary:price", "assam"),)
    assert alone.held.sentences == (alone.problems[0].reason,)
    assert both.held is not None
    assert both.held.members == (("canary:price", "assam"), ("hide", "keemun"))
    assert both.held.sentences == ("Скрыть?", *alone.held.sentences)
    assert {one.code for one in both.problems} == {"canary_differs", "held"}


def test_first_items_that_a_person_left_as_they_are_ask_nothing() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00)))

    report = reported(left=3, stopped=Stop.LEFT, mismatches=found)

    assert (report.status, report.held) == (RunStatus.PARTIAL, None)
    assert [one.code for one in report.problems] == ["left"]
