from evosync.cli.held import NAMES_SHOWN, held_in_words, stale_in_words
from evosync.engine.applied import Stop
from evosync.engine.changes import Create, Done, Hide
from evosync.engine.held import Divided, make_held
from evosync.engine.likeness import find_mismatches
from evosync.engine.report import RunReport
from evosync.jobs.one_run import Finished
from tests.builders import draft, item, link
from tests.engine.guarding import linked, name, stands
from tests.engine.reporting import reported


def test_of_many_names_only_the_first_are_told() -> None:
    numbers = range(10, 12 + NAMES_SHOWN)
    changes = [
        Hide(link=linked(one), item=stands(one, title=f"Чай {one}\x1b[2J")) for one in numbers
    ]
    held = make_held([("hide", name(one)) for one in numbers], ["Мало."], changes)

    told = held_in_words(reported(divided=Divided(held=held)), "anna o'hara@example.com")

    assert told.splitlines() == [
        "Ждёт вашего решения: скрыть: 12.",
        "  Мало.",
        "  Товары: " + ", ".join(f"«Чай {one}\\x1b[2J»" for one in range(10, 20)) + " и ещё 2.",
        f"""Если всё верно: evosync sync 'anna o'"'"'hara@example.com' --approve {held.digest}""",
    ]


def test_of_nothing_held_nothing_is_told() -> None:
    assert held_in_words(reported(), "anna@example.com") == ""


def test_first_items_that_differ_are_told_by_name_with_what_a_yes_does() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00, title="Чай")))

    told = held_in_words(reported(stopped=Stop.DIFFERS, mismatches=found), "anna@example.com")

    first, price, title, names, command = told.splitlines()
    assert "отправить остальное (в VK у первых товаров другая цена): 1" in first
    assert "цена — «1\u00a0₽» вместо «100\u00a0₽»" in price + title
    assert names == f"  Товары: «{item().title}»."
    assert "--approve" in command


def test_of_what_was_left_it_is_told_how_it_is_done_all_the_same() -> None:
    left = make_held([("hide", name(1))], [], [Hide(link=linked(1), item=stands(1))])

    told = held_in_words(reported(divided=Divided(left=left)), "anna@example.com")

    assert told.splitlines() == [
        "По вашему решению не сделано: скрыть: 1.",
        f"Если теперь всё верно: evosync sync anna@example.com --approve {left.digest}",
    ]


def answered(report: RunReport, *, is_answer: bool = True, approve: str = "0" * 64) -> Finished:
    return Finished(run_id=1, report=report, approve=approve, is_answer=is_answer)


def test_a_yes_to_the_first_item_that_leads_to_the_next_question_was_taken() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00)))
    made = Done(change=Create(draft=draft()))

    told = stale_in_words(answered(reported(made, stopped=Stop.DIFFERS, mismatches=found)))

    assert told == (
        "Это подтверждено; теперь ждёт ответа следующее: "
        "отправить остальное (в VK у первых товаров другая цена): 1."
    )


def test_a_yes_after_which_nothing_went_on_is_stale() -> None:
    found = tuple(find_mismatches(link(), item(price=1_00)))

    told = stale_in_words(answered(reported(stopped=Stop.DIFFERS, mismatches=found)))

    assert told == "Ответ устарел: решения ждёт другое."


def test_a_yes_to_what_only_this_run_asks_is_to_be_said_again() -> None:
    held = make_held([("hide", name(1))], [], [Hide(link=linked(1), item=stands(1))])
    report = reported(divided=Divided(held=held))

    told = stale_in_words(answered(report, is_answer=False, approve=held.digest))

    assert told == "Этот вопрос задан только сейчас: если всё верно, повторите команду."
