"""A terminal to type commands at, in a folder with a database, beside a sandbox of its own."""

import asyncio
import contextlib
import io
import json
import logging
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from evosync.cli.main import run
from evosync.db import accounts
from evosync.db.accounts import NewUser, UserStatus
from evosync.demo.shop import EMAIL, prepare
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.settings import known_names
from evosync.wiring import open_installation
from tests.flow.stand import REQUESTS_PER_SECOND, shop_settings, small_world


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line on standard error."""
        assert self.err.endswith("\n")
        [line] = self.err.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs commands in this process, as the console script does, and keeps all they said."""

    monkeypatch: pytest.MonkeyPatch
    said: list[Told] = field(default_factory=list)

    def __call__(self, *args: str, stdin: str | bytes | None = "") -> Told:
        """Run a command; `stdin` is what is piped into it, None where it is closed."""
        out, err = io.StringIO(), io.StringIO()
        content = stdin.encode() if isinstance(stdin, str) else stdin
        given = None if content is None else io.TextIOWrapper(io.BytesIO(content), "utf-8")
        self.monkeypatch.setattr(sys, "stdin", given)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(list(args))
        told = Told(code=code, out=out.getvalue(), err=err.getvalue())
        self.said.append(told)
        return told

    def ok(self, *args: str, stdin: str | bytes = "") -> Told:
        """Run a command that has to succeed."""
        told = self(*args, stdin=stdin)
        assert (told.code, told.err) == (0, "")
        return told

    def set(self, **settings: str) -> None:
        """Change settings for the commands that follow."""
        for name, value in settings.items():
            self.monkeypatch.setenv(name, value)


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Undo what commands do to the logs, which belong to the whole process."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(each, each.level, each.handlers[:]) for each in loggers]
    yield
    structlog.reset_defaults()
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def evosync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs_as_before: None) -> Terminal:
    """Give a terminal in an empty folder, without any setting."""
    for name in known_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Terminal(monkeypatch)


@pytest.fixture
def world() -> SandboxWorld:
    return small_world()


@pytest.fixture
def sandbox_url(world: SandboxWorld) -> Iterator[str]:
    """Serve the world in a thread; gives its URL."""
    with served(world) as url:
        yield url


@pytest.fixture
def sandbox(sandbox_url: str, evosync: Terminal) -> None:
    """Point the terminal at the world."""
    evosync.set(**environ(sandbox_url))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder of Anna, who has all of a small world on, and Boris, who has nothing."""
    folder = tmp_path_factory.mktemp("prepared")
    asyncio.run(_prepare(folder))
    return folder


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    """Put a copy of the prepared folder where commands look for it."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def anna(data: Path) -> str:
    """Give the e-mail of Anna, who is connected to the world and has all of it on."""
    return EMAIL


@pytest.fixture
def boris(data: Path) -> str:
    """Give the e-mail of Boris, who has an account and nothing else."""
    return "boris@example.com"


def environ(url: str) -> Mapping[str, str]:
    """Return the settings that point at a sandbox."""
    return {
        "EVOTOR_API_URL": f"{url}/evotor",
        "VK_API_URL": f"{url}/vk",
        "VK_UPLOAD_HOSTS": "127.0.0.1",
        "VK_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
    }


@contextlib.contextmanager
def served(world: SandboxWorld) -> Iterator[str]:
    """Serve a world from a thread with a loop of its own."""
    urls: list[str] = []
    ready = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        stopping = asyncio.Event()
        stop.append((asyncio.get_running_loop(), stopping))
        async with serve_sandbox(world) as url:
            urls.append(url)
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="sandbox")
    thread.start()
    assert ready.wait(10)
    try:
        yield urls[0]
    finally:
        loop, stopping = stop[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join()


async def _prepare(folder: Path) -> None:
    world = small_world()
    async with (
        serve_sandbox(world) as url,
        open_installation(shop_settings(folder, url)) as opened,
    ):
        await prepare(opened, world)
        new = NewUser(email="boris@example.com", status=UserStatus.ACTIVE)
        assert await opened.database.write(accounts.create_user, new, opened.clock())
