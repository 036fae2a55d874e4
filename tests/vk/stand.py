"""What stands around the VK client under test: a clock, a keeper, pictures, drafts and changes."""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import msgspec
from PIL import Image

from evosync.catalog.item import Availability, Draft, Link, MarketItem
from evosync.engine.changes import Change, Create, Field, Outcome, Update
from evosync.errors import NeedsPerson
from evosync.outbound.client import Client
from evosync.outbound.limiter import Limiter
from evosync.outbound.retry import Patience
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.api import VkApi, spacings_s
from evosync.vk.market import VkMarket
from evosync.vk.photos import Photos

TOKEN = "vk1.a.the-token-of-anna"
NEWER_TOKEN = "vk1.a.a-newer-token-of-anna"
COMMUNITY_ID = 225_000_001
OWNER_ID = -COMMUNITY_ID
ANNA_ID = 7_000_001
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SANDBOX_URL = "http://127.0.0.1"
VK_URL = "https://api.vk.test"
UPLOAD_URL = "https://pu.vk.test/upload"
SEVERAL = 3  # requests in a row without a clear word, after which VK is taken for silent


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def unixtime(self) -> float:
        return NOON.timestamp() + self.now_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.unixtime(), UTC)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now_s += seconds
        await asyncio.sleep(0)


class Keeper:
    """Holds one token, and newer ones to give out when it is refused.

    It gives the token out `uses` times; then a person has to sign in.
    """

    def __init__(self, token: str = TOKEN, *, newer: Sequence[str] = ()) -> None:
        self.current = token
        self.newer = list(newer)
        self.refused: list[str] = []
        self.uses = 1000

    async def token(self) -> str:
        self.uses -= 1
        if self.uses < 0:
            raise NeedsPerson("Подключите VK заново.", code="connection_broken")
        return self.current

    async def refresh(self, refused: str) -> str | None:
        self.refused.append(refused)
        if not self.newer:
            return None
        self.current = self.newer.pop(0)
        return self.current


@dataclass
class PhotoNotes:
    """A photo store in memory."""

    ids: dict[str, int] = field(default_factory=dict)
    sharing_refused: bool = False

    async def find(self, sha: str) -> int | None:
        return self.ids.get(sha)

    async def save(self, sha: str, photo_id: int) -> None:
        self.ids[sha] = photo_id

    async def is_sharing_refused(self) -> bool:
        return self.sharing_refused

    async def refuse_sharing(self) -> None:
        self.sharing_refused = True


def _png(colour: str, size: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "PNG")
    return file.getvalue()


PICTURE = _png("green", 400)
SMALL_PICTURE = _png("red", 10)
SHA = hashlib.sha256(PICTURE).hexdigest()
SMALL_SHA = hashlib.sha256(SMALL_PICTURE).hexdigest()
PICTURES = {SHA: PICTURE, SMALL_SHA: SMALL_PICTURE}


@dataclass
class Stand:
    """The client, wired as in a run, and what it leaves behind."""

    http: httpx.AsyncClient
    watch: Watch
    url: str
    keeper: Keeper = field(default_factory=Keeper)
    notes: PhotoNotes = field(default_factory=PhotoNotes)

    def __post_init__(self) -> None:
        patience = Patience(sleep=self.watch.sleep, chance=lambda: 0.5)
        limiter = Limiter(*spacings_s(3), monotonic=self.watch.monotonic, sleep=self.watch.sleep)
        client = Client(self.http, service="vk")
        self.api = VkApi(client, self.keeper, limiter, api_url=self.url, patience=patience)
        self.photos = Photos(
            self.api,
            self.notes,
            PICTURES,
            community_id=COMMUNITY_ID,
            upload_hosts=("127.0.0.1", "vk.test"),
            monotonic=self.watch.monotonic,
        )
        self.market = VkMarket(self.api, self.photos, community_id=COMMUNITY_ID, now=self.watch.now)


def make_world(watch: Watch) -> VkWorld:
    world = VkWorld(clock=watch.unixtime)
    world.add_user(TOKEN, ANNA_ID)
    world.add_community(COMMUNITY_ID, "Чайная", [ANNA_ID])
    return world


def draft(product_id: str = "p1", **changes: object) -> Draft:
    made = Draft(
        product_id=product_id,
        store_ids=("S1",),
        name="Чай чёрный",
        title="Чай чёрный",
        description="Чай чёрный (цена за 1 шт.)",
        price=199_90,
        stock=7,
        opening_stock=1000,
        for_sale=True,
        category_id=40932,
        photo=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a builder takes any field


def item(item_id: int, **changes: object) -> MarketItem:
    made = MarketItem(
        item_id=item_id,
        title="Чай чёрный",
        description="Чай чёрный (цена за 1 шт.)",
        price=199_90,
        availability=Availability.AVAILABLE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a builder takes any field


def link(item_id: int, product_id: str = "p1") -> Link:
    return Link(product_id=product_id, item_id=item_id)


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


def answer(response: object, **more: object) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode({"response": response, **more}))


def refusal(code: int, message: str = "no", **more: object) -> httpx.Response:
    error = {"error_code": code, "error_msg": message, **more}
    return httpx.Response(200, content=msgspec.json.encode({"error": error}))


def failed(method: str, code: int, message: str = "no") -> dict[str, object]:
    return {"method": method, "error_code": code, "error_msg": message}


def create(name: str) -> Change:
    """Make a create of the product of that name."""
    return Create(draft=draft(name))


def update(name: str) -> Change:
    """Make an update of the product of that name, whose item's id is the name's length."""
    return Update(
        link=link(len(name), name),
        draft=draft(name),
        item=item(len(name)),
        fields=frozenset({Field.PRICE}),
    )


def added(count: int) -> list[dict[str, int]]:
    """Make what VK answers to so many market.add."""
    return [{"market_item_id": number + 1} for number in range(count)]


def kinds(outcomes: Sequence[Outcome]) -> list[type[Outcome]]:
    return [type(outcome) for outcome in outcomes]
