"""`evosync …` as a process of its own, with a clean environment, in a folder of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.flow.stand import until

END_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A process that was started; what it says goes to files."""

    process: asyncio.subprocess.Process
    folder: Path

    @property
    def out(self) -> str:
        """What it has said on standard output so far."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it has said on standard error so far."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def events(self, name: str) -> list[dict[str, Any]]:
        """List the events of this name that it has logged as JSON so far."""
        lines = [line for line in self.out.splitlines(keepends=True) if line.endswith("}\n")]
        return [event for event in map(json.loads, lines) if event["event"] == name]

    async def listening(self) -> str:
        """Wait until a service answers; gives its base URL."""
        await until(
            lambda: bool(self.events("listening")) or self.process.returncode is not None,
            "the service listens",
        )
        [event] = self.events("listening")
        return f"http://{event['host']}:{event['port']}"

    async def end(self, deadline_s: float = END_DEADLINE_S) -> int:
        """Wait for the end and give the exit code."""
        async with asyncio.timeout(deadline_s):
            return await self.process.wait()

    async def terminate(self, deadline_s: float) -> int:
        """Send SIGTERM, and wait for the end."""
        self.process.send_signal(signal.SIGTERM)
        return await self.end(deadline_s)


@contextlib.asynccontextmanager
async def started(
    folder: Path,
    *args: str,
    environ: Mapping[str, str] | None = None,
    stdin: str = "",
    python: str = sys.executable,
    module: str = "evosync",
) -> AsyncIterator[Running]:
    """Start `evosync` with its files in `folder`; it is killed if it still runs in the end.

    `module` is run in its place where something has to come before it.
    """
    with _files(folder, stdin) as (given, out, err):
        process = await asyncio.create_subprocess_exec(
            *(python, "-m", module, *args),
            stdin=given,
            stdout=out,
            stderr=err,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | dict(environ or {}),
        )
    try:
        yield Running(process=process, folder=folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@contextlib.contextmanager
def _files(folder: Path, stdin: str) -> Iterator[tuple[IO[bytes], IO[bytes], IO[bytes]]]:
    folder.mkdir(exist_ok=True)
    (folder / "stdin").write_text(stdin, encoding="utf-8")
    with (
        (folder / "stdin").open("rb") as given,
        (folder / "stdout").open("wb") as out,
        (folder / "stderr").open("wb") as err,
    ):
        yield given, out, err
