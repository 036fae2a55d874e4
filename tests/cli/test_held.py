from evosync.cli.held import NAMES_SHOWN, held_in_words
from evosync.engine.changes import Hide
from evosync.engine.held import Divided, make_held
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
