"""A `serve` that cannot start, as a process: one clear line, a code of its own, nothing touched."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

DEADLINE_S = 60


def told(folder: Path, environ: dict[str, str]) -> tuple[int, str]:
    """Start it; give its exit code and the one line that it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "evosync", "serve"],
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PORT": "0"} | environ,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    [line] = done.stderr.splitlines()
    return done.returncode, line


def test_what_time_does_not_mend_stops_the_start_with_one_line(
    mariadb_server: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE of_another_program (id INTEGER)")
    connection.close()
    before = other.read_bytes()
    wrong = mariadb_server.replace("evosync-tests", "hunter2") + "evosync"
    table = [
        ({"DATABASE_URL": wrong}, "DATABASE_URL: имя или пароль не приняты базой MariaDB."),
        (
            {"DATABASE_URL": f"sqlite:///{other}"},
            "DATABASE_URL: в базе таблицы другой программы, нужна отдельная база.",
        ),
        ({"DATA_DIR": str(other)}, f"DATA_DIR: {other} — не папка."),
        ({"DATA_DIR": "/proc/nowhere"}, "DATA_DIR: в папку /proc/nowhere нельзя писать"),
    ]
    for environ, line in table:
        code, said = told(tmp_path, environ)
        assert code == 2
        assert said.startswith(line)
    assert other.read_bytes() == before
