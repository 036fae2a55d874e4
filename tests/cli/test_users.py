import pytest

from tests.cli.conftest import Terminal

PASSWORD = "correct horse battery"


def create(evosync: Terminal, email: str, *more: str) -> None:
    evosync.ok("user", "create", email, *more, "--password-stdin", stdin=f"{PASSWORD}\n")


def test_a_created_user_is_active_and_listed_with_the_role(evosync: Terminal) -> None:
    create(evosync, "anna@example.com", "--role", "system")
    create(evosync, "Борис@пример.рф")
    assert evosync.ok("user", "list").out.splitlines() == [
        "anna@example.com\tactive\tsystem",
        "Борис@пример.рф\tactive\tuser",
    ]


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        pytest.param("ANNA@example.com", PASSWORD, "уже есть", id="taken, in another case"),
        pytest.param("vera@example.com", "ninechars", "короткий", id="short password"),
        pytest.param("vera@example.com", "x" * 1001, "длинный", id="long password"),
        pytest.param("vera@example.com", "", "пусто", id="no password"),
        pytest.param("vera", PASSWORD, "не похоже на адрес", id="no address"),
        pytest.param("vera @example.com", PASSWORD, "не похоже на адрес", id="blank"),
    ],
)
@pytest.mark.usefixtures("data")
def test_what_cannot_be_created_is_told(
    email: str, password: str, words: str, evosync: Terminal
) -> None:
    before = evosync.ok("user", "list").out
    told = evosync("user", "create", email, "--password-stdin", stdin=f"{password}\n")
    assert (told.code, told.out) == (2, "")
    assert words in told.error
    assert not password or password not in told.error
    assert evosync.ok("user", "list").out == before


def test_a_password_comes_only_by_standard_input(evosync: Terminal) -> None:
    told = evosync("user", "create", "anna@example.com", stdin=f"{PASSWORD}\n")
    assert told.code == 2
    assert "--password-stdin" in told.error
