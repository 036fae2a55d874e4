"""The disks that a SQLite file may lie on, as every command finds them: real mounts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.process import started
from tests.flow.stand import until

EVOSYNC = (sys.executable, "-m", "evosync")
STOP_DEADLINE_S = 30.0


def may_mount() -> bool:
    return not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


as_root = pytest.mark.skipif(not may_mount(), reason="only root may mount")


@pytest.fixture
def fuse(tmp_path: Path) -> Iterator[Path]:
    """Mount a folder behind FUSE, as sshfs and Docker Desktop do."""
    if shutil.which("bindfs") is None or not os.access("/dev/fuse", os.W_OK):
        pytest.skip("bindfs or /dev/fuse is not here")
    folder, behind = tmp_path / "data", tmp_path / "behind"
    folder.mkdir()
    behind.mkdir()
    subprocess.run(["bindfs", behind, folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)
    assert not list(behind.iterdir())


@as_root
def test_every_command_refuses_a_sqlite_file_on_a_networks_disk(fuse: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "DATA_DIR": str(fuse), "PORT": "0"}
    for command in (["serve"], ["migrate"], ["user", "list"]):
        told = subprocess.run(
            [*EVOSYNC, *command], check=False, capture_output=True, text=True, env=environ
        )
        assert told.returncode == 2, command
        assert told.stdout == ""
        [line] = told.stderr.splitlines()
        assert line.startswith("DATABASE_URL: ")
        assert f"на сетевом диске (fuse, {fuse})" in line


@as_root
@pytest.mark.parametrize(
    ("room", "told"),
    [
        ("size=64k", "DATABASE_URL: на диске нет места.\n"),
        ("nr_inodes=1", "DATA_DIR: в папку {} нельзя писать (на диске нет места).\n"),
    ],
    ids=["of bytes", "of files"],
)
def test_a_start_on_a_full_disk_is_for_later(room: str, told: str, tmp_path: Path) -> None:
    # Were it told as a setting that cannot be used, systemd would not start it again.
    subprocess.run(["mount", "-t", "tmpfs", "-o", room, "tmpfs", tmp_path], check=True)
    try:
        environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": "0"}
        serve = subprocess.run(
            [*EVOSYNC, "serve"], check=False, capture_output=True, text=True, env=environ
        )
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert (serve.returncode, serve.stderr) == (5, told.format(tmp_path))


@as_root
async def test_the_start_warns_of_a_database_that_goes_with_its_container(tmp_path: Path) -> None:
    for name in ("lower", "upper", "work", "data"):
        (tmp_path / name).mkdir()
    # A container without a volume writes into an overlay; here the overlay goes with its process.
    layers = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    inside = tmp_path / "python"
    inside.write_text(
        f"#!/bin/sh\nmount -t overlay -o {layers} container {tmp_path}/data || exit 9\n"
        f'exec {sys.executable} "$@"\n'
    )
    inside.chmod(0o755)
    environ = {"DATA_DIR": str(tmp_path / "data"), "PORT": "0", "LOG_FORMAT": "json"}
    own_mounts = tmp_path / "own-mounts"
    own_mounts.write_text(f'#!/bin/sh\nexec unshare --mount {inside} "$@"\n')
    own_mounts.chmod(0o755)
    async with started(
        tmp_path / "run", "serve", environ=environ, python=str(own_mounts)
    ) as running:
        await until(lambda: bool(running.events("service started")), "the service starts")
        [warned] = running.events(
            "the database lies inside the container and goes with it: mount a volume at DATA_DIR"
        )
        assert warned["data_dir"] == environ["DATA_DIR"]
        assert await running.terminate(STOP_DEADLINE_S) == 0
