"""A MariaDB of our own: started in a folder, reached over loopback, gone with the tests."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
USER = "evosync"
PASSWORD = "evosync-tests"  # of a server that lives as long as the tests, on loopback

# Small, and quick rather than safe: its data is thrown away.
OPTIONS = (
    "--no-defaults",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync",
    "--performance-schema=OFF",
    "--max-connections=120",
    "--key-buffer-size=1M",
    "--table-open-cache=400",
    "--innodb-lock-wait-timeout=5",
    "--innodb-file-per-table=0",
)


def is_installed() -> bool:
    """Tell whether there is a server to start."""
    return all(_find(name) for name in ("mariadbd", "mariadb-install-db"))


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start a server in `folder`; yields the beginning of its URLs, up to the database's name."""
    port = install(folder)
    server = start(folder, port)
    try:
        yield url_of(port)
    finally:
        server.terminate()
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def install(folder: Path) -> int:
    """Make the files of a server in `folder`; gives a port for it."""
    _run(
        mariadb_program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--skip-test-db",
        "--auth-root-authentication-method=normal",
        *_account(),
    )
    (folder / "init.sql").write_text(
        f"CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';"
        f"\nGRANT ALL ON *.* TO '{USER}'@'127.0.0.1';\n"
    )
    return free_port()


def start(folder: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    """Start the server of `install`, with options after ours; it answers already."""
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [
                mariadb_program("mariadbd"),
                *OPTIONS,
                *options,
                *_account(),
                f"--datadir={folder / 'data'}",
                f"--socket={folder / 'socket'}",
                f"--pid-file={folder / 'pid'}",
                f"--port={port}",
                f"--init-file={folder / 'init.sql'}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, port, folder / "log")
    except BaseException:
        server.kill()
        server.wait()
        raise
    return server


def url_of(port: int) -> str:
    """Give the beginning of the URLs of a server."""
    return f"mariadb://{USER}:{PASSWORD}@127.0.0.1:{port}/"


def _account() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


def _find(name: str) -> str | None:
    # Debian keeps daemons where an ordinary user's PATH does not look.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def mariadb_program(name: str) -> str:
    """Return where a program of the server's lies. Raises FileNotFoundError."""
    found = _find(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        # The port opens after the init file has been read.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"mariadbd did not start: {log.read_text(errors='replace')[-2000:]}")
