"""A sandbox in a process of its own, so that the figures of ours hold nothing of its work."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Concatenate, ParamSpec, TypeVar

from evosync.log import configure_logging
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A served world and the pipe to its process."""

    url: str
    pid: int
    pipe: Connection

    async def do(
        self, work: Callable[Concatenate[SandboxWorld, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function of a module with the world there, and return what it returns."""
        answer: T = await asyncio.to_thread(self._asked, work, args, kwargs)
        return answer

    def _asked(self, work: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self.pipe.send((work, args, kwargs))
        is_well, answer = self.pipe.recv()
        if not is_well:
            raise SystemExit(f"the sandbox: {answer}")
        return answer


@contextlib.asynccontextmanager
async def served(make: Callable[..., SandboxWorld], *args: Any) -> AsyncIterator[Apart]:
    """Serve the world that a function of a module makes; its process ends with the body."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(make, args, theirs), daemon=True)
    process.start()
    theirs.close()
    url: str = await asyncio.to_thread(ours.recv)
    try:
        yield Apart(url=url, pid=process.pid or 0, pipe=ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join)


def _serve(make: Callable[..., SandboxWorld], args: Any, pipe: Connection) -> None:
    configure_logging("ERROR")
    asyncio.run(_serving(make(*args), pipe))


async def _serving(world: SandboxWorld, pipe: Connection) -> None:
    async with serve_sandbox(world) as url:
        pipe.send(url)
        with contextlib.suppress(EOFError):
            while True:
                # What is asked for runs on the loop: nobody else looks at the world meanwhile.
                work, args, kwargs = await asyncio.to_thread(pipe.recv)
                try:
                    pipe.send((True, work(world, *args, **kwargs)))
                except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                    pipe.send((False, repr(error)))
