"""The command line as a process: what the system does to it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DEADLINE_S = 30
CONNECTED_S = 1
TRIES = 4
EVOSYNC = (sys.executable, "-m", "evosync")
ENVIRON = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def test_the_door_opens_before_anything_heavy_is_loaded() -> None:
    # So that Ctrl+C while the rest loads is told in a word, and `--version` is quick.
    code = "import sys, evosync.cli.main; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"sqlalchemy", "alembic", "httpx", "PIL", "asyncio", "structlog", "msgspec"}
    assert not heavy & set(told.stdout.split())


@contextlib.contextmanager
def at_the_start(number: signal.Signals, disposition: signal.Handlers) -> Iterator[None]:
    """Let what is started meanwhile find a signal so, whatever this process does with it.

    A suite begun in the background of a script ignores SIGINT, and so would all that it starts.
    """
    # What a process handles, those that it starts have at its default.
    handled = signal.default_int_handler if disposition is signal.SIG_DFL else disposition
    before = signal.signal(number, handled)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def coming_to_the_database(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command that has come to its database, and waits for a word from it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE_S)
        url = f"mariadb://anna:tea@127.0.0.1:{silent.getsockname()[1]}/evosync"
        with subprocess.Popen(
            [*EVOSYNC, "sync", "anna@example.com"],
            env=ENVIRON | {"DATABASE_URL": url},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            try:
                connection, _ = silent.accept()
                with connection:
                    yield command
            finally:
                command.kill()


def signalled(command: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str]:
    """Send a signal, and give what the command says to it.

    In the very moment of connecting, Python 3.11's wait_for may swallow a
    cancellation, and how long that moment is depends on the machine's load;
    a person would press Ctrl+C once more.
    """
    for _ in range(TRIES):
        time.sleep(CONNECTED_S)
        command.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return command.communicate(timeout=DEADLINE_S / 5)
    pytest.fail("the signal was not heard")


@pytest.mark.parametrize(
    ("number", "sigint"),
    [
        pytest.param(signal.SIGINT, signal.SIG_DFL, id="SIGINT"),
        pytest.param(signal.SIGTERM, signal.SIG_DFL, id="SIGTERM"),
        pytest.param(signal.SIGTERM, signal.SIG_IGN, id="SIGTERM in the background of a script"),
    ],
)
def test_a_signal_while_the_database_is_opened_is_told(
    number: signal.Signals, sigint: signal.Handlers, tmp_path: Path
) -> None:
    with at_the_start(signal.SIGINT, sigint), coming_to_the_database(tmp_path) as command:
        out, err = signalled(command, number)
    assert (command.returncode, out, err.strip()) == (5, "", "Прервано.")


@pytest.mark.parametrize("args", [["--version"], ["sync", "--help"]], ids=" ".join)
def test_a_full_device_is_told(args: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run(
            [*EVOSYNC, *args],
            check=False,
            env=ENVIRON,
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert told.returncode == 1
    [line] = told.stderr.splitlines()
    assert line.startswith("Записать не удалось (")


def test_a_reader_that_left_is_no_reason_to_speak(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        told = subprocess.run(
            [*EVOSYNC, "--version"],
            check=False,
            env=ENVIRON,
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (told.returncode, told.stderr) == (1, "")
