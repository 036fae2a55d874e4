"""Whoever looks at pages meanwhile: processes that ask, for one page at a time each."""

import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import cycle
from multiprocessing.connection import Connection
from time import perf_counter

from evosync.web.auth import COOKIE

ENDS_AFTER_S = 60.0  # without an answer
STRANGERS = {"/health", "/login"}  # who is signed in has no business there


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Addresses that are asked for in turns, `rate` times a second.

    Without a rate each is asked for `pause_s` after the last one was answered,
    as people do.
    """

    page: str
    paths: Sequence[str]
    rate: float | None = None
    pause_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, with a cookie of theirs."""

    base: str
    key: str

    def get(self, path: str) -> bytes:
        """Ask for one page. Raises SystemExit where it is none."""
        return self._sent("GET", path, HTTPStatus.OK)

    def post(self, path: str) -> None:
        """Press a button that leads on to another page."""
        self._sent("POST", path, HTTPStatus.SEE_OTHER)

    def _sent(self, method: str, path: str, expected: HTTPStatus) -> bytes:
        client = _client(self.base)
        try:
            return _ask(client, self, path, method, expected)
        finally:
            client.close()


@contextlib.contextmanager
def asking(visitor: Visitor, wanted: Sequence[Asked]) -> Iterator[dict[str, list[float]]]:
    """Ask while the body lasts; afterwards the milliseconds are there, by page.

    Each asks for one page at a time. With a rate, time counts from the moment
    at which a page was due: what is late since another was waited for has
    waited, too, and what is overdue in the end, until then.
    """
    times: dict[str, list[float]] = {}
    askers: list[tuple[Asked, Connection, multiprocessing.Process]] = []
    for each in wanted:
        ours, theirs = multiprocessing.Pipe()
        asker = multiprocessing.Process(target=_go_on, args=(visitor, each, theirs), daemon=True)
        asker.start()
        theirs.close()
        askers.append((each, ours, asker))
    for each, pipe, _ in askers:
        _received(each, pipe)
    try:
        yield times
    finally:
        for _, pipe, _ in askers:
            with contextlib.suppress(OSError):
                pipe.send(perf_counter())
        for each, pipe, asker in askers:
            times[each.page] = _received(each, pipe)
            asker.join()


def _received(each: Asked, pipe: Connection) -> list[float]:
    try:
        told: list[float] = pipe.recv()
    except EOFError:
        raise SystemExit(f"nobody asks for {each.page} any more") from None
    return told


def _go_on(visitor: Visitor, wanted: Asked, pipe: Connection) -> None:
    client = _client(visitor.base)
    _ask(client, visitor, wanted.paths[0])  # templates are read when they are first needed
    pipe.send([])
    times: list[float] = []
    due = perf_counter()
    for path in cycle(wanted.paths):
        if pipe.poll(max(0.0, due - perf_counter())):
            break
        began = due if wanted.rate else perf_counter()
        _ask(client, visitor, path)
        ended = perf_counter()
        times.append((ended - began) * 1000)
        due = due + 1 / wanted.rate if wanted.rate else ended + wanted.pause_s
    stopped = pipe.recv()  # the clock is that of all processes
    while wanted.rate and due < stopped:
        times.append((perf_counter() - due) * 1000)
        due += 1 / wanted.rate
    pipe.send(times)


def _client(base: str) -> HTTPConnection:
    return HTTPConnection(base.removeprefix("http://"), timeout=ENDS_AFTER_S)


def _ask(
    client: HTTPConnection,
    visitor: Visitor,
    path: str,
    method: str = "GET",
    expected: HTTPStatus = HTTPStatus.OK,
) -> bytes:
    headers = {"Sec-Fetch-Site": "same-origin"}
    if path not in STRANGERS:
        headers["Cookie"] = f"{COOKIE}={visitor.key}"
    client.request(method, path, headers=headers)
    answer = client.getresponse()
    body = answer.read()
    if answer.status != expected:
        raise SystemExit(f"unexpected answer {answer.status} of {path}")
    return body
