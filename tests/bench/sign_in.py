"""Signing in under load: what `/health` and memory cost, and whether time tells who has an account.

Run by hand: `python -m tests.bench.sign_in [--json FILE]`. Starts a service of
its own on a free port, in a folder of its own, and stops it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, sleep

import httpx

from tests.bench.measuring import most_resident_mb, percentile, resident_mb

PASSWORD = "correct horse battery"
PEOPLE = [f"anna{number}@example.com" for number in range(6)]
AT_ONCE = 10
ROUNDS = 20  # of ten sign-ins; an account takes 60 tries in 15 minutes, so four share them
TRIES = 100  # of each kind, for the comparison of times; the other two share them
OWN = {"Sec-Fetch-Site": "same-origin"}
OK = HTTPStatus.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Milliseconds and megabytes."""

    health_idle_p50: float
    health_idle_p99: float
    health_during_p50: float
    health_during_p99: float
    health_during_max: float
    logins: int
    login_p50: float
    login_max: float
    idle_mb: float
    peak_mb: float
    known_p50: float
    unknown_p50: float
    known_spread: float


def main() -> None:
    """Measure, print a table, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as (url, pid):
        figures = asyncio.run(_measure(url, pid))
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:20} {value:8.1f}\n")
    if wanted.json:
        wanted.json.write_text(json.dumps(asdict(figures), indent=2))


async def _measure(url: str, pid: int) -> Figures:
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        await client.get("/login")
        idle_mb = resident_mb(pid)
        with _monitor(url) as idle:
            await asyncio.sleep(3)
        logins: list[float] = []
        with _monitor(url) as during:
            for turn in range(ROUNDS):
                logins += await asyncio.gather(
                    *(
                        _login(client, PASSWORD, f"10.{turn}.{number}.1", PEOPLE[turn % 4])
                        for number in range(AT_ONCE)
                    )
                )
        peak_mb = most_resident_mb(pid)
        known: list[float] = []
        unknown: list[float] = []
        for number in range(TRIES):
            kinds = [(known, PEOPLE[4 + number % 2]), (unknown, f"nobody{number}@example.com")]
            # In turns, so that whatever slows the machine slows both.
            for times, email in kinds if number % 2 else reversed(kinds):
                address = f"10.200.{number}.{len(known) % 2 + 1}"
                times.append(await _login(client, "wrong but long", address, email))
    return Figures(
        health_idle_p50=statistics.median(idle),
        health_idle_p99=percentile(idle, 99),
        health_during_p50=statistics.median(during),
        health_during_p99=percentile(during, 99),
        health_during_max=max(during),
        logins=len(logins),
        login_p50=statistics.median(logins),
        login_max=max(logins),
        idle_mb=idle_mb,
        peak_mb=peak_mb,
        known_p50=statistics.median(known),
        unknown_p50=statistics.median(unknown),
        known_spread=statistics.stdev(known),
    )


@contextmanager
def _monitor(url: str) -> Iterator[list[float]]:
    """Ask `/health` every few milliseconds, from a process of its own; gives the milliseconds."""
    times: list[float] = []
    ours, theirs = multiprocessing.Pipe()
    asking = multiprocessing.Process(target=_ask, args=(url, theirs))
    asking.start()
    ours.recv()
    try:
        yield times
    finally:
        ours.send("stop")
        times += ours.recv()
        asking.join()


def _ask(url: str, pipe: Connection) -> None:
    client = HTTPConnection(url.removeprefix("http://"))
    times: list[float] = []
    pipe.send("ready")
    while not pipe.poll(0.005):
        began = perf_counter()
        client.request("GET", "/health")
        answer = client.getresponse()
        answer.read()
        if answer.status != OK:
            raise SystemExit(f"unexpected health {answer.status}")
        times.append((perf_counter() - began) * 1000)
    pipe.send(times)


async def _login(client: httpx.AsyncClient, password: str, address: str, email: str) -> float:
    began = perf_counter()
    answer = await client.post(
        "/login",
        data={"email": email, "password": password},
        headers=OWN | {"X-Forwarded-For": address},
    )
    took = (perf_counter() - began) * 1000
    expected = 303 if password == PASSWORD else 422
    if answer.status_code != expected:
        raise SystemExit(f"unexpected answer {answer.status_code}")
    client.cookies.clear()
    return took


@contextmanager
def _service(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "evosync"]
    for email in PEOPLE:
        subprocess.run(
            [*command, "user", "create", email, "--password-stdin"],
            input=PASSWORD.encode(),
            env=environ,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    process = subprocess.Popen([*command, "serve"], env=environ, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            httpx.get(f"{url}/health").raise_for_status()
        except httpx.HTTPError:
            sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")


if __name__ == "__main__":
    main()
