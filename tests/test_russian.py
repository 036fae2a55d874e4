import pytest

from evosync.russian import counted


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 дней"),
        (1, "1 день"),
        (2, "2 дня"),
        (4, "4 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (12, "12 дней"),
        (14, "14 дней"),
        (21, "21 день"),
        (22, "22 дня"),
        (111, "111 дней"),
        (101, "101 день"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, words: str) -> None:
    assert counted(number, "день", "дня", "дней") == words
