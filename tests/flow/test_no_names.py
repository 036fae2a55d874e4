"""Names of Evotor and VK that do not resolve: told as such, nobody is blamed, well by itself."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from evosync.db.connections import find_evotor, find_vk
from evosync.db.engine import Database
from evosync.db.runs import list_runs
from evosync.engine.report import RunStatus
from evosync.sandbox.server import serve_sandbox
from tests.flow.process import started
from tests.flow.stand import small_world, until
from tests.flow.test_stop import STOP_DEADLINE_S, environ, is_equal, prepared

# Pictures go unsealed only to this name, which the file alone makes known.
NAME = "localhost"
RESOLVE = f"import socket; socket.getaddrinfo('{NAME}', 80)"


@pytest.fixture
def python_of_other_names(tmp_path: Path) -> tuple[str, Path]:
    """Give a Python whose /etc/hosts is a file of ours, and that file."""
    hosts = tmp_path / "hosts"
    hosts.write_text("")
    python = tmp_path / "python"
    python.write_text(
        f"#!/bin/sh\nexec unshare -rm sh -c 'mount --bind {hosts} /etc/hosts && "
        f'exec {sys.executable} "$@"\' python "$@"\n'
    )
    python.chmod(0o700)
    told = subprocess.run([str(python), "-c", ""], check=False, capture_output=True)
    if told.returncode:
        pytest.skip("nobody may have a mount namespace of their own here")
    if not subprocess.run([python, "-c", RESOLVE], check=False, capture_output=True).returncode:
        pytest.skip(f"the resolver here knows {NAME} by itself")
    return str(python), hosts


async def test_names_that_do_not_resolve_are_nobodys_fault_and_pass(
    sqlite_url: str,
    sqlite_database: Database,
    python_of_other_names: tuple[str, Path],
    tmp_path: Path,
) -> None:
    python, hosts = python_of_other_names
    world = small_world()
    async with serve_sandbox(world) as url:
        user_id = await prepared(world, tmp_path, url, sqlite_url)
        settings = environ(url.replace("127.0.0.1", NAME), tmp_path, sqlite_url) | {
            "VK_UPLOAD_HOSTS": NAME,
            "HEALTH_CHECK_INTERVAL_SECONDS": "1",
        }
        async with (
            started(tmp_path / "service", "serve", environ=settings, python=python) as service,
            httpx.AsyncClient(base_url=await service.listening()) as monitor,
        ):
            await until(lambda: bool(service.events("run finished")), "a run ends")
            await until(lambda: len(service.events("connections checked")) > 0, "a round of checks")
            async with sqlite_database.read() as tx:
                runs = await list_runs(tx, user_id)
                ends = [
                    await find_evotor(tx, user_id),
                    await find_vk(tx, user_id),
                ]
            assert (runs[-1].status, runs[-1].error_code) == (RunStatus.FAILED, "connection_broken")
            assert str(runs[-1].error_text).startswith("Нет связи с Эвотором: сервер localhost")
            for end, name in zip(ends, ("Эвотором", "VK"), strict=True):
                assert end is not None
                assert str(end.health.last_error).startswith(f"Нет связи с {name}")
            assert (await monitor.get("/health?strict=1")).json()["status"] == "ok"
            assert not world.vk.items(world.community_id)
            hosts.write_text(f"127.0.0.1 {NAME}\n")
            await until(lambda: is_equal(world), "VK equals the till")
            assert await service.terminate(STOP_DEADLINE_S) == 0
