import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

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


@pytest.mark.usefixtures("data", "evosync")
def test_whoever_stops_reading_the_list_is_not_told_of_the_database() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "evosync", "user", "list"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        pytest.param("ANNA@example.com", PASSWORD, "уже есть", id="taken, in another case"),
        pytest.param("vera@example.com", "ninechars", "короткий", id="short password"),
        pytest.param("vera@example.com", "x" * 1001, "длинный", id="long password"),
        pytest.param("vera@example.com", "", "пусто", id="no password"),
        pytest.param("vera", PASSWORD, "не похоже на адрес", id="no address"),
        pytest.param("vera @example.com", PASSWORD, "не похоже на адрес", id="blank"),
        pytest.param("vera\x1b[2J@example.com", PASSWORD, "не похоже на адрес", id="escape code"),
        pytest.param("vera\u202e@example.com", PASSWORD, "не похоже на адрес", id="turned round"),
        pytest.param("vera@" + "x" * 250 + ".ru", PASSWORD, "длиннее 254", id="long address"),
        pytest.param("vera@example.com", "correct\0horse", "нулевой", id="zero in the password"),
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
    assert told.error.isprintable()
    assert not password or password not in told.error
    assert evosync.ok("user", "list").out == before


def test_the_list_never_sends_escape_codes(evosync: Terminal, tmp_path: Path) -> None:
    create(evosync, "anna@example.com")
    # As another program, or an earlier version, may have written it.
    with closing(sqlite3.connect(tmp_path / "data" / "evosync.db")) as database, database:
        database.execute("UPDATE users SET email = ?", ("a\x1b[2J\n\x9b@example.com",))
    assert evosync.ok("user", "list").out == "a\\x1b[2J\\n\\x9b@example.com\tactive\tuser\n"


def test_a_password_comes_only_by_standard_input(evosync: Terminal) -> None:
    told = evosync("user", "create", "anna@example.com", stdin=f"{PASSWORD}\n")
    assert told.code == 2
    assert "--password-stdin" in told.error
