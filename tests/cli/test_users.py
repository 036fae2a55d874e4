import os
import re
import socket
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


def links_in(text: str) -> list[str]:
    return re.findall(r"https?://\S+\?token=\S+", text)


def status_of(evosync: Terminal, email: str) -> str:
    [line] = [each for each in evosync.ok("user", "list").out.splitlines() if email in each]
    return line


def test_an_invitation_is_shown_where_there_is_no_mail(evosync: Terminal) -> None:
    told = evosync.ok("user", "invite", "anna@example.com", "--role", "admin")
    assert "Письмо для anna@example.com" in told.out
    [link] = links_in(told.out)
    assert link.startswith("http://127.0.0.1:8000/invite?token=")
    assert told.out.endswith("Приглашение для anna@example.com готово.\n")
    assert status_of(evosync, "anna") == "anna@example.com\tpending\tadmin"


def test_who_has_not_come_yet_is_invited_again_as_what_is_said_last(evosync: Terminal) -> None:
    first = evosync.ok("user", "invite", "anna@example.com")
    second = evosync.ok("user", "invite", "ANNA@example.com", "--role", "admin")
    assert links_in(first.out) != links_in(second.out)
    assert status_of(evosync, "anna") == "anna@example.com\tpending\tadmin"


def test_a_link_to_a_new_password_is_shown_where_there_is_no_mail(evosync: Terminal) -> None:
    create(evosync, "anna@example.com")
    told = evosync.ok("user", "reset-password", "ANNA@example.com")
    [link] = links_in(told.out)
    assert link.startswith("http://127.0.0.1:8000/reset-password?token=")
    assert told.out.endswith("Ссылка для ANNA@example.com готова.\n")


def test_who_has_no_password_yet_is_sent_an_invitation(evosync: Terminal, boris: str) -> None:
    evosync.ok("user", "invite", "vera@example.com")
    for email in ("vera@example.com", boris):
        [link] = links_in(evosync.ok("user", "reset-password", email).out)
        assert link.startswith("http://127.0.0.1:8000/invite?token=")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("invite", "ANNA@example.com"), "уже есть", id="taken"),
        pytest.param(("invite", "vera"), "не похоже на адрес", id="no address"),
        pytest.param(("invite", "ve\x1bra@example.com"), "не похоже на адрес", id="escape code"),
        pytest.param(("reset-password", "vera@example.com"), "Нет пользователя", id="unknown"),
        pytest.param(("reset-password", ""), "Нет пользователя", id="nobody"),
        pytest.param(("invite", "vera@example.com", "--role", "king"), "возможно", id="no role"),
    ],
)
def test_what_cannot_be_sent_is_one_line(
    words: tuple[str, ...], said: str, evosync: Terminal
) -> None:
    create(evosync, "anna@example.com")
    before = evosync.ok("user", "list").out
    told = evosync("user", *words)
    assert (told.code, told.out) == (2, "")
    assert said in told.error
    assert told.error.isprintable()
    assert evosync.ok("user", "list").out == before


@pytest.fixture
def closed_port() -> int:
    """Give a port that nobody listens at."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_mail_server_that_is_not_there_is_one_line_and_the_account_can_be_invited_again(
    evosync: Terminal, closed_port: int
) -> None:
    create(evosync, "anna@example.com")
    evosync.set(
        EMAIL_PROVIDER="smtp",
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(closed_port),
        SMTP_FROM="no-reply@example.com",
        SMTP_TLS="none",
        BASE_URL="https://tea.example",
    )
    for words in (("invite", "vera@example.com"), ("reset-password", "anna@example.com")):
        told = evosync("user", *words)
        assert (told.code, told.out) == (5, "")
        assert told.error.startswith("Письмо не отправлено: почтовый сервер не отвечает")
    evosync.set(EMAIL_PROVIDER="console")
    [link] = links_in(evosync.ok("user", "invite", "vera@example.com").out)
    assert link.startswith("https://tea.example/invite?token=")


def test_what_the_command_line_did_is_written_down(evosync: Terminal, tmp_path: Path) -> None:
    create(evosync, "anna@example.com", "--role", "admin")
    evosync.ok("user", "invite", "vera@example.com")
    evosync.ok("user", "reset-password", "anna@example.com")
    with closing(sqlite3.connect(tmp_path / "data" / "evosync.db")) as database:
        acts = database.execute(
            "SELECT action, actor, actor_id, subject FROM audit_log ORDER BY id"
        ).fetchall()
    assert acts == [
        ("account.created", "command line", None, "anna@example.com"),
        ("account.invited", "command line", None, "vera@example.com"),
        ("account.reset_sent", "command line", None, "anna@example.com"),
    ]
