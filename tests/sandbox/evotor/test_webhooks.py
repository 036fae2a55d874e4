"""Evotor's calls to a service, as a service receives them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from evosync.sandbox.evotor.webhooks import WebhookSender
from evosync.sandbox.server import sandbox_app, serve_app
from evosync.sandbox.shop import SHOP_USER_ID
from evosync.sandbox.world import SandboxWorld

SECRET = "app-token"
USER = "01-000000000000001"
Answer = Callable[[str, dict[str, Any]], Response]


def right(path: str, body: dict[str, Any]) -> Response:
    """Answer as the contract."""
    account = {"userId": body["userId"], "token": "user-token"}
    if path.endswith("/verify"):
        account["hasBilling"] = False
    return JSONResponse({} if path.endswith("/token") else account)


@dataclass
class Service:
    """Receives calls; gives the `answers` one after another, and then right ones."""

    answers: list[Answer] = field(default_factory=list)
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        body = await request.json() if raw.startswith(b"{") else {"userId": None}
        path = request.url.path
        self.requests.append(request)
        self.received.append((path, body))
        if self.before is not None:
            await self.before()
        answer = self.answers.pop(0) if self.answers else right
        await answer(path, body)(scope, receive, send)

    @property
    def tokens(self) -> list[str]:
        return [body["token"] for path, body in self.received if path.endswith("/token")]

    @property
    def kinds(self) -> list[str]:
        return [path.rpartition("/")[2] for path, _ in self.received]


@dataclass
class Pauses:
    """Stands for the time between attempts."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def sender(service: Service, pauses: Pauses) -> WebhookSender:
    transport = httpx.ASGITransport(service)
    return WebhookSender("http://evosync.test/", SECRET, sleep=pauses, transport=transport)


def failing(status: int) -> Answer:
    return lambda _path, _body: Response(status_code=status)


async def test_a_new_owner_is_told_of_with_what_they_typed(
    sender: WebhookSender, service: Service
) -> None:
    async with sender:
        done = await sender.create(USER, email="anna@example.com", shop={"name": "Чайная"})
    assert (done.kind, done.attempts, done.status, done.complaints) == ("create", 1, 200, [])
    assert done.answer == {"userId": USER, "token": "user-token"}
    body = {"userId": USER, "email": "anna@example.com", "shop": {"name": "Чайная"}}
    assert service.received == [("/api/v1/user/create", body)]
    [request] = service.requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"


async def test_an_owner_with_an_account_is_told_of_with_login_and_password(
    sender: WebhookSender, service: Service
) -> None:
    sender.prefix = ""
    async with sender:
        done = await sender.verify(USER, "anna", "secret", inn="7700")
    assert (done.status, done.complaints) == (200, [])
    body = {"userId": USER, "username": "anna", "password": "secret", "inn": "7700"}
    assert service.received == [("/user/verify", body)]


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ("bearer", "Bearer app-token"),
        ("basic", "Basic ZXZvdG9yOmFwcC10b2tlbg=="),
        ("bare", "app-token"),
    ],
)
async def test_the_secret_is_sent_in_three_ways(
    sender: WebhookSender,
    service: Service,
    auth: Literal["bearer", "basic", "bare"],
    header: str,
) -> None:
    sender.auth = auth
    async with sender:
        await sender.token(USER, "cloud-token")
    assert service.requests[0].headers["authorization"] == header


async def test_a_call_is_sent_until_it_hears_200(
    sender: WebhookSender, service: Service, pauses: Pauses
) -> None:
    service.answers += [failing(500), failing(204)]
    async with sender:
        done = await sender.token(USER, "cloud-token")
    assert (done.attempts, done.status, pauses.taken) == (3, 200, [60.0, 60.0])
    assert any("500" in complaint for complaint in done.complaints)
    assert any("204" in complaint for complaint in done.complaints)


async def test_but_not_for_ever(sender: WebhookSender, service: Service, pauses: Pauses) -> None:
    sender.give_up_after = 3
    service.answers += [failing(401)] * 9
    async with sender:
        done = await sender.create(USER)
    assert (done.attempts, done.status, len(pauses.taken)) == (3, 401, 2)
    assert done.complaints


async def test_an_answer_that_is_late_is_none(sender: WebhookSender, service: Service) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    service.before = hang
    sender.timeout_s = 0.01
    sender.give_up_after = 1
    async with sender:
        done = await sender.token(USER, "cloud-token")
    assert (done.status, done.body, done.answer) == (None, b"", None)
    assert done.complaints == ["there was no answer within 0.01 s"]
    assert done.seconds >= 0.01


async def test_a_service_that_is_away_gives_no_answer(sender: WebhookSender) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    sender.transport = httpx.MockTransport(refuse)
    async with sender:
        done = await sender.create(USER)
    assert (done.attempts, done.status) == (5, None)
    assert done.complaints == ["there was no answer (ConnectError)"]


async def test_a_wrong_answer_is_complained_of(sender: WebhookSender, service: Service) -> None:
    service.answers.append(lambda _path, _body: JSONResponse({"userId": "01-2", "token": "t"}))
    async with sender:
        done = await sender.create(USER)
    assert (done.status, len(done.complaints)) == (200, 1)


async def test_a_call_may_have_any_shape(sender: WebhookSender, service: Service) -> None:
    async with sender:
        await sender.send("create", b"\xff not json", {"content-type": "text/plain"})
        done = await sender.send("create", {"userUuid": USER, "userId": USER, "x": [1]})
    assert service.requests[0].headers["content-type"] == "text/plain"
    assert service.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    assert done.complaints == []


async def test_an_installation_is_an_account_and_then_its_token(
    sender: WebhookSender, service: Service
) -> None:
    async with sender:
        done = await sender.install(USER, "cloud-token", form={"email": "anna@example.com"})
        existing = await sender.install(
            USER, "cloud-token", form={"username": "a", "password": "b"}, way="verify"
        )
    assert service.kinds == ["create", "token", "verify", "token"]
    assert [each.kind for each in (*done, *existing)] == service.kinds
    assert all(each.complaints == [] for each in (*done, *existing))


async def test_the_token_may_come_first_and_again_when_it_was_too_early(
    sender: WebhookSender, service: Service, pauses: Pauses
) -> None:
    service.answers.append(lambda _path, _body: JSONResponse({}, 404))
    async with sender:
        done = await sender.install(USER, "cloud-token", order="token_first")
    assert service.kinds == ["token", "create", "token"]
    assert [(each.kind, each.attempts, each.status) for each in done] == [
        ("token", 2, 200),
        ("create", 1, 200),
    ]
    assert pauses.taken == [60.0]


@pytest.mark.parametrize("order", ["account_first", "token_first"])
async def test_copies_are_sent_along_with_each_call(
    sender: WebhookSender, service: Service, order: Literal["account_first", "token_first"]
) -> None:
    together = asyncio.Barrier(3)

    async def wait_for_the_others() -> None:
        await together.wait()

    service.before = wait_for_the_others
    async with sender, asyncio.timeout(30):
        done = await sender.install(USER, "cloud-token", duplicates=2, order=order)
    kinds = ["create"] * 3 + ["token"] * 3
    expected = kinds if order == "account_first" else kinds[::-1]
    assert service.kinds == [each.kind for each in done] == expected
    assert all(each.attempts == 1 for each in done)


async def test_an_old_token_may_come_after_the_newer_one(
    sender: WebhookSender, service: Service
) -> None:
    async with sender:
        done = await sender.install(USER, "newer", late_retry_of="older")
    assert service.tokens == ["newer", "older"]
    assert [each.kind for each in done] == ["create", "token", "token"]


async def test_the_control_plays_an_installation(world: SandboxWorld, service: Service) -> None:
    async with (
        serve_app(service) as url,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(sandbox_app(world)), base_url="http://127.0.0.1"
        ) as control,
    ):
        order = {"url": url, "secret": SECRET, "email": "anna@example.com"}
        answer = await control.post("/control/evotor/install", json=order)
    created, handed = answer.json()["deliveries"]
    assert (created["kind"], created["status"], created["complaints"]) == ("create", 200, [])
    assert created["answer"]["userId"] == SHOP_USER_ID
    assert (handed["kind"], handed["attempts"], handed["body"]) == ("token", 1, "{}")
    assert service.received[0][1]["email"] == "anna@example.com"
    assert service.tokens == [world.evotor_token]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        pytest.param({"url": "http://evil.example"}, "this machine", id="another machine"),
        pytest.param({"url": "http://127.0.0.1.evil.example"}, "this machine", id="looks alike"),
        pytest.param({"url": "ftp://127.0.0.1"}, "this machine", id="no http"),
        pytest.param({"url": "http://[1"}, "", id="no address"),
        pytest.param({"url": 7}, "$.url", id="no text"),
        pytest.param({"urls": "x"}, "urls", id="an unknown field"),
    ],
)
async def test_an_order_that_leads_elsewhere_is_refused(
    world: SandboxWorld, order: dict[str, Any], words: str
) -> None:
    transport = httpx.ASGITransport(sandbox_app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as control:
        given = {"url": "http://localhost", "secret": SECRET} | order
        answer = await control.post("/control/evotor/install", json=given)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
