import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from evosync.cli.main import cli
from evosync.db.serving import lock_file
from tests.cli.conftest import Terminal

EMAIL_COMMANDS = [
    pytest.param(["connect", "evotor", "--token-stdin"], id="connect evotor"),
    pytest.param(["connect", "vk", "--group-id", "7", "--token-stdin"], id="connect vk"),
    pytest.param(["config", "show"], id="config show"),
    pytest.param(["config", "set", "enabled=true"], id="config set"),
    pytest.param(["config", "select", "--all"], id="config select"),
    pytest.param(["sync"], id="sync"),
]

NEEDS_DATABASE = [
    pytest.param(["user", "list"], id="user list"),
    pytest.param(["sync", "anna@example.com"], id="sync"),
    pytest.param(["migrate"], id="migrate"),
    pytest.param(["serve"], id="serve"),
]


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


COMMANDS = dict(walk(cli))


@pytest.fixture
def database_file(tmp_path: Path, sqlite_template: Path) -> Path:
    """Give the file that commands use, with the present schema and no rows."""
    path = tmp_path / "data" / "evosync.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return path


def test_these_are_the_commands() -> None:
    assert set(COMMANDS) == {
        *("serve", "demo", "doctor", "migrate", "sandbox", "sync"),
        *("user", "user create", "user invite", "user list", "user reset-password"),
        *("connect", "connect evotor", "connect vk", "adopt", "probe"),
        *("quickstart", "backup", "restore"),
        *("config", "config show", "config set", "config select"),
    }


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_command_explains_itself(path: str, evosync: Terminal) -> None:
    told = evosync.ok(*path.split(), "--help").out
    assert f"Как вызвать: evosync {path} " in told
    # Neither a word of click's own, nor a sentence that it cut short.
    assert not re.search(r"Usage|OPTIONS|Options|Commands|Show|exit|default|required|\.\.\.", told)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_no_command_takes_a_secret_as_an_argument(path: str) -> None:
    secrets = [
        param
        for param in COMMANDS[path].params
        if re.search("token|password|secret|key", param.name or "")
    ]
    assert all(isinstance(param, click.Option) and param.is_flag for param in secrets)


def test_no_command_at_all_shows_what_there_is(evosync: Terminal) -> None:
    told = evosync()
    assert told.code == 2
    assert {path for path in COMMANDS if " " not in path} <= set(told.err.split())


@pytest.mark.parametrize("args", EMAIL_COMMANDS)
def test_an_unknown_email_is_told(args: list[str], evosync: Terminal, database_file: Path) -> None:
    told = evosync(*args, "boris@example.com", stdin="token\n")
    if args[:2] == ["config", "set"]:
        told = evosync("config", "set", "boris@example.com", "enabled=true")
    assert (told.code, told.out) == (2, "")
    assert told.error == "Нет пользователя с почтой boris@example.com."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("PORT", "abc", id="not a number"),
        pytest.param("VK_REQUESTS_PER_SECOND", "0", id="too small"),
        pytest.param("LOG_LEVEL", "LOUD", id="not a choice"),
        pytest.param("EVOTOR_API_URL", "nonsense", id="not an address"),
        pytest.param("DATABASE_URL", "postgres://anna:secret@host/name", id="another database"),
        pytest.param("DATABASE_URL", "mariadb://anna:secret@127.0.0.1", id="no database's name"),
        pytest.param("VK_DEFAULT_PHOTO_PATH", "/nowhere.jpg", id="no such file"),
        pytest.param("EVOTOR_CA_FILE", __file__, id="no certificates"),
        pytest.param("VK_DEFAULT_PHOTO_PATH", __file__, id="no picture"),
        pytest.param("DATA_DIR", __file__, id="no folder"),
    ],
)
@pytest.mark.parametrize("command", [["user", "list"], ["serve"]], ids=" ".join)
def test_a_broken_setting_stops_with_its_name(
    command: list[str], name: str, value: str, evosync: Terminal
) -> None:
    evosync.set(PORT="0")
    evosync.set(**{name: value})
    told = evosync(*command)
    assert told.code == 2
    assert told.error.startswith(f"{name}: ")
    assert "secret" not in told.err


def test_an_unknown_name_in_the_env_file_is_a_warning(evosync: Terminal, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URI=x\nREDIS_URL=y\nPORT='80\n")
    told = evosync("user", "list")
    assert told.code == 0
    assert told.err.splitlines() == [
        ".env: строка 3: запись не разобрать, она пропущена.",
        ".env: DATABASE_URI: такой настройки нет. Может быть, DATABASE_URL?",
        ".env: REDIS_URL: больше не используется.",
    ]


@pytest.mark.parametrize("args", NEEDS_DATABASE)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is a letter, not a database\n" * 40, id="another kind of file"),
        pytest.param(b"SQLite format 3\x00" + b"\x07" * 9000, id="damaged"),
    ],
)
def test_a_broken_database_file_is_told_and_left_as_it_is(
    content: bytes, args: list[str], evosync: Terminal, database_file: Path
) -> None:
    database_file.write_bytes(content)
    evosync.set(PORT="0")
    told = evosync(*args)
    assert (told.code, told.out) == (2, "")
    assert told.error.startswith("DATABASE_URL: файл базы повреждён")
    assert database_file.read_bytes() == content


@pytest.mark.parametrize("args", NEEDS_DATABASE)
def test_a_schema_from_the_future_is_told_and_left_as_it_is(
    args: list[str], evosync: Terminal, database_file: Path
) -> None:
    with closing(sqlite3.connect(database_file)) as future, future:
        future.execute("UPDATE alembic_version SET version_num = 'from_2099'")
    before = database_file.read_bytes()
    evosync.set(PORT="0")
    told = evosync(*args)
    assert (told.code, told.out) == (2, "")
    assert told.error.startswith("DATABASE_URL: база создана более новой версией EvoSync.")
    assert database_file.read_bytes() == before
    beside = {path.name for path in database_file.parent.iterdir()} - {database_file.name}
    assert beside <= {lock_file(database_file).name}


# `serve` waits for it first: tests/db/test_awaiting.py.
@pytest.mark.parametrize("args", [each for each in NEEDS_DATABASE if each.id != "serve"])
def test_a_database_that_cannot_be_reached_is_for_later(args: list[str], evosync: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    evosync.set(PORT="0", DATABASE_URL=f"mariadb://anna:secret@127.0.0.1:{port}/evosync")
    told = evosync(*args)
    assert (told.code, told.out) == (5, "")
    assert told.error == (
        "База данных не отвечает. Проверьте, что её сервер запущен и что DATABASE_URL ведёт к нему."
    )


def test_a_folder_in_the_place_of_the_database_is_told(evosync: Terminal, tmp_path: Path) -> None:
    (tmp_path / "data" / "evosync.db").mkdir(parents=True)
    told = evosync("user", "list")
    assert told.code == 2
    assert told.error.startswith("DATABASE_URL: ")


def test_a_path_that_reads_like_a_secret_is_told_whole(evosync: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "session: 1" / "token=2"
    folder.mkdir(parents=True)
    evosync.set(DATABASE_URL=f"sqlite:///{folder}")
    assert str(folder) in evosync("user", "list").error
    evosync.set(DATABASE_URL="sqlite:////")
    assert "***" not in evosync("user", "list").error


@pytest.mark.parametrize("of", ["the environment", "the file"])
def test_what_nobody_foresaw_is_one_line_and_at_debug_all_there_is(
    of: str, data: Path, evosync: Terminal, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data / "evosync.db")) as database, database:
        database.execute("UPDATE users SET status = 'odd'")
    told = evosync("user", "list")
    assert (told.code, told.out) == (1, "")
    assert re.fullmatch(
        r"Внутренняя ошибка EvoSync: \w+\. Подробности: повторите с LOG_LEVEL=DEBUG\.", told.error
    )
    if of == "the file":
        (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\n")
    else:
        evosync.set(LOG_LEVEL="DEBUG")
    told = evosync("user", "list")
    assert (told.code, told.out) == (1, "")
    assert "Traceback (most recent call last)" in told.err


@pytest.mark.parametrize("args", EMAIL_COMMANDS)
def test_a_word_of_broken_bytes_is_told(args: list[str], evosync: Terminal) -> None:
    told = evosync(*args, "anna\udcff@example.com", stdin="token\n")
    assert (told.code, told.out) == (2, "")
    assert told.error == "Слова команды не в кодировке UTF-8."


def test_escape_codes_of_a_word_are_shown_and_not_sent(
    evosync: Terminal, database_file: Path
) -> None:
    told = evosync("sync", "anna\x1b[2J@example.com")
    assert (told.code, told.error) == (2, r"Нет пользователя с почтой anna\x1b[2J@example.com.")


# Whoever has the service's own may leave by themselves; the sandbox's was chosen by hand.
@pytest.mark.parametrize(("command", "code"), [("serve", 5), ("demo", 5), ("sandbox", 2)])
def test_a_port_that_is_taken_is_told(command: str, code: int, evosync: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        evosync.set(PORT=port)
        told = evosync(command, *([] if command == "serve" else ["--port", port]))
    assert told.code == code
    assert port in told.error


def test_migrate_makes_the_schema_and_may_be_repeated(evosync: Terminal, tmp_path: Path) -> None:
    for _ in range(2):
        assert evosync.ok("migrate").out == "Схема базы данных обновлена.\n"
    assert (tmp_path / "data" / "evosync.db").is_file()
    assert evosync.ok("user", "list").out == ""


def test_a_lost_key_stops_and_names_the_fix(anna: str, evosync: Terminal, tmp_path: Path) -> None:
    [key] = [path for path in (tmp_path / "data").iterdir() if "evosync.db" not in path.name]
    key.unlink()
    told = evosync("sync", anna)
    assert told.code == 2
    assert told.error.startswith("SECRET_KEY: ")
    assert str(key.name) in told.error
    assert not key.exists()
