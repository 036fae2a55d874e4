"""The service on its socket: uvicorn, with one stop event set the moment a signal comes."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from evosync.errors import Misconfigured, TryLater
from evosync.os_words import reason_of
from evosync.settings import Settings

# How long open requests may take to end after a stop; runs have their own time.
REQUESTS_GRACE_S = 5

# A thread that works hard (a plan is made, SQLite's rows are taken) keeps the loop waiting for so
# long each time it has something to do, which is several times a request. Python's own is 5 ms.
THREADS_GIVE_WAY_S = 0.001


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, which would raise the signal once more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def take_socket(settings: Settings) -> socket.socket:
    """Take the address before anything else is opened.

    Raises TryLater when somebody has it (code "address_taken"), who may leave
    by themselves; Misconfigured when it cannot be ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends answers without delay only from sockets that say they are TCP.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
        # Only a socket that listens keeps others from binding the same address.
        taken.listen()
    except (OSError, ValueError, TypeError) as error:
        # A name that no host can have is a UnicodeError or a TypeError, not an OSError.
        taken.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise _in_use(settings) from None
        reason = reason_of(error) if isinstance(error, OSError) else "такого имени быть не может"
        why = f"адрес {settings.host}:{settings.port} занять не удалось ({reason})."
        raise Misconfigured("HOST, PORT", why) from None
    return taken


def _in_use(settings: Settings) -> TryLater:
    return TryLater(
        f"Адрес {settings.host}:{settings.port} занят: там уже работает evosync serve или "
        "другая программа. Остановите её или задайте другой порт.",
        code="address_taken",
    )


async def serve(
    app: Starlette, taken: socket.socket, settings: Settings, stopping: asyncio.Event
) -> None:
    """Answer requests until `stopping` is set."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            forwarded_allow_ips=settings.forwarded_allow_ips,
            timeout_graceful_shutdown=REQUESTS_GRACE_S,
            server_header=False,
        )
    )

    async def follow() -> None:
        await stopping.wait()
        server.should_exit = True

    with _threads_give_way():
        async with asyncio.TaskGroup() as group:
            group.create_task(follow())
            await server.serve(sockets=[taken])
            stopping.set()


@contextmanager
def _threads_give_way() -> Iterator[None]:
    """Let threads hand over to the loop sooner for as long as the block runs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(THREADS_GIVE_WAY_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def stop_signals(stopping: asyncio.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set the stop event for as long as the block runs.

    A SIGINT that was to be ignored at the start still is: a script has its programs in the
    background so (POSIX, Shell Command Language, 2.11), lest Ctrl+C in front end them.
    """
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    if before[signal.SIGINT] is signal.SIG_IGN:
        del before[signal.SIGINT]
    stop: Callable[[], None] = stopping.set
    for number in before:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            # asyncio would leave the system's own handling, and not what stood before.
            signal.signal(number, handler or signal.SIG_DFL)
