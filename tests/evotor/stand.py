"""What stands around the client under test: a clock that sleeping moves, a holder of tokens."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import respx

from evosync.evotor.api import EvotorApi
from evosync.evotor.waiting import Pace
from evosync.outbound.client import Client
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.state import StoreState

BASE_URL = "https://evotor.test"
TOKEN = "3f5b2c1e-7a44-4f0e-9d9a-5c1f0a9b7e21"
NEWER_TOKEN = "91d0c6aa-0b1f-4b55-8f8e-2f6a3c9d4e10"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hours:
    """A clock that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now += timedelta(seconds=seconds)

    def epoch_s(self) -> float:
        return self.now.timestamp()

    @property
    def pace(self) -> Pace:
        return Pace(now=lambda: self.now, sleep=self.sleep, random=lambda: 0.5)


class Keeper:
    """Holds one token, and newer ones to give out when it is refused."""

    def __init__(self, token: str = TOKEN, *, newer: Sequence[str] = ()) -> None:
        self.current = token
        self.newer = list(newer)
        self.refused: list[str] = []

    async def token(self) -> str:
        return self.current

    async def refresh(self, refused: str) -> str | None:
        self.refused.append(refused)
        if not self.newer:
            return None
        self.current = self.newer.pop(0)
        return self.current


def make_api(
    http: httpx.AsyncClient,
    hours: Hours,
    *,
    keeper: Keeper | None = None,
    auth_scheme: str = "bearer",
    base_url: str = BASE_URL,
) -> EvotorApi:
    return EvotorApi(
        Client(http, service="evotor"),
        keeper or Keeper(),
        base_url=base_url,
        auth_scheme=auth_scheme,
        pace=hours.pace,
    )


def answer(
    *rows: object, cursor: str | None = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Make a page of a list; `cursor` leads to the next one."""
    paging = {"next_cursor": cursor} if cursor else {}
    body = json.dumps({"items": rows, "paging": paging}, ensure_ascii=False)
    return httpx.Response(200, content=body.encode(), headers=headers)


def sent(router: respx.MockRouter) -> list[httpx.Request]:
    """List the requests that reached the mocked cloud, in order."""
    return [call.request for call in router.calls]


def store_of(cloud: EvotorCloud, store_id: str) -> StoreState:
    """Return a store of the sandbox."""
    return next(store for store in cloud.stores() if store.id == store_id)
