"""The README's lines for a terminal, typed as they are printed, in an empty folder."""

import asyncio
import os
import pty
import re
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import VK_USER_ID, SandboxWorld
from tests.cli.conftest import environ
from tests.flow.process import Running
from tests.flow.stand import small_world
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    block.splitlines()
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
]

INSTALL = (
    "python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.lock"
    " && .venv/bin/pip install --no-deps ."
)
ELSEWHERE = {
    INSTALL: "CI runs it in a fresh clone, as the beginning of the first line",
    "cp .env.example .env && docker compose up -d --build": "CI has no container engine;"
    " tests/house/test_container.py holds the files",
}
"""Lines that are not typed here, and why."""

COMMUNITY_ID = 123456  # the README's
PASSWORD = "четыре медных самовара у окна"
DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who types the lines, in a folder where the program has been installed."""

    folder: Path
    environ: dict[str, str]
    world: SandboxWorld

    async def type(self, line: str) -> None:
        """Type a line and see it end well; a service is waited for, and stopped."""
        mine, terminal = pty.openpty()
        # What `quickstart` asks before it begins.
        os.write(mine, "да\n".encode())
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            process = await asyncio.create_subprocess_exec(
                *("bash", "-c", line),
                cwd=self.folder,
                env=self.environ,
                stdin=terminal,
                stdout=out,
                stderr=err,
            )
        running = Running(process=process, folder=self.folder)
        try:
            if line.endswith(" serve"):
                await _look_at(running)
                code = await running.terminate(DEADLINE_S)
            else:
                code = await running.end(DEADLINE_S)
            assert code == 0, (line, running.out, running.err)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            os.close(mine)
            os.close(terminal)


async def _look_at(running: Running) -> None:
    async with httpx.AsyncClient(base_url=await running.listening()) as client:
        answer = await client.get("/health")
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    world = small_world()
    world.vk.add_community(COMMUNITY_ID, "Чайная", [VK_USER_ID])
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / ".env.example", tmp_path)
    words = {"password": PASSWORD, "evotor-token": world.evotor_token, "vk-token": world.vk_token}
    for name, text in words.items():
        (tmp_path / f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    async with serve_sandbox(world) as url:
        given = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PORT": str(free_port()),
            # The answers to `quickstart`, as scripts give them.
            "EVOSYNC_EMAIL": "vera@example.com",
            "EVOSYNC_PASSWORD": PASSWORD,
            "EVOSYNC_EVOTOR_TOKEN": world.evotor_token,
            "EVOSYNC_VK_TOKEN": world.vk_token,
            "EVOSYNC_COMMUNITY": f"vk.com/club{world.community_id}",
        }
        yield Reader(folder=tmp_path, environ=given | dict(environ(url)), world=world)


async def test_the_lines_of_the_readme_work_as_printed(reader: Reader) -> None:
    opening, *blocks = BLOCKS
    assert opening[1].startswith(INSTALL)
    # What is printed twice is typed once.
    typed = dict.fromkeys(line for block in blocks for line in block if line not in ELSEWHERE)
    assert typed
    for line in typed:
        await reader.type(line)
    assert not find_differences(reader.world)
