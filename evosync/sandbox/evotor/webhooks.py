"""Evotor's cloud as a caller: tells a service of its users, again and again until it hears 200."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal, Self, TypedDict, Unpack

import httpx
import msgspec

from evosync.sandbox.evotor.webhook_checks import (
    ANSWER_WITHIN_S,
    Kind,
    check_answer,
    read_answer,
)

_LOGIN = "evotor"  # of Basic; what matters is the password


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one call.

    `attempts` is how often it was sent. `status`, `body`, `answer` (its JSON,
    None if it is none) and `seconds` are those of the last attempt, `status`
    being None if nothing answered in time. `complaints` say of all attempts
    where the answers were not as the contract.
    """

    kind: Kind
    attempts: int
    status: int | None
    body: bytes
    answer: Any
    seconds: float
    complaints: list[str]


class Disorder(TypedDict, total=False):
    """How an installation is played.

    `way`: the owner is new to the service, or has an account there. `order`:
    which of the two calls comes first; a token that is refused for coming too
    early is sent again after the other call. `duplicates`: so many copies of
    each call are sent along with it. `late_retry_of`: an older token, which is
    sent after all.
    """

    way: Literal["create", "verify"]
    order: Literal["account_first", "token_first"]
    duplicates: int
    late_retry_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    kind: Kind
    body: bytes
    headers: Mapping[str, str]
    user_id: object


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    status: int | None
    body: bytes
    seconds: float
    complaints: list[str]


@dataclass(slots=True)
class WebhookSender:
    """Sends Evotor's calls to a service; to be used as `async with`.

    `secret` is the app token that the service has invented; `give_up_after`
    counts the attempts at one call. `transport` leads to a service within the
    process, `sleep` waits between attempts.
    """

    target_url: str
    secret: str
    _: KW_ONLY
    prefix: str = "/api/v1"
    auth: Literal["bearer", "basic", "bare"] = "bearer"
    retry_every_s: float = 60.0
    give_up_after: int = 5
    timeout_s: float = ANSWER_WITHIN_S
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    transport: httpx.AsyncBaseTransport | None = None
    _client: httpx.AsyncClient = field(init=False)

    async def __aenter__(self) -> Self:
        """Open the connections."""
        # The limit is on the whole answer, see `_attempt`; no proxy leads to a service under test.
        self._client = httpx.AsyncClient(transport=self.transport, timeout=None, trust_env=False)  # noqa: S113
        return self

    async def __aexit__(self, *_failed: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def create(self, user_id: str, **form_fields: object) -> Delivery:
        """Tell of an owner who is new to the service."""
        return await self.send("create", {"userId": user_id, **form_fields})

    async def verify(self, user_id: str, username: str, password: str, **more: object) -> Delivery:
        """Tell of an owner who says they have an account at the service."""
        account = {"username": username, "password": password}
        return await self.send("verify", {"userId": user_id, **account, **more})

    async def token(self, user_id: str, token: str) -> Delivery:
        """Hand over an owner's cloud token."""
        return await self.send("token", {"userId": user_id, "token": token})

    async def send(
        self, kind: Kind, body: object, headers: Mapping[str, str] | None = None
    ) -> Delivery:
        """Send a call of any shape: bytes as they are, else JSON; `headers` replace ours."""
        return await self._deliver(self._call(kind, body, headers), [])

    async def install(
        self,
        user_id: str,
        token: str,
        *,
        form: Mapping[str, object] | None = None,
        **disorder: Unpack[Disorder],
    ) -> list[Delivery]:
        """Play an installation: the account by what the owner typed, and then the token.

        The deliveries are in the order in which the calls were first sent, a
        call before its copies.
        """
        account = self._call(
            disorder.get("way", "create"), {"userId": user_id, **(form or {})}, None
        )
        handed = self._call("token", {"userId": user_id, "token": token}, None)
        copies = 1 + disorder.get("duplicates", 0)
        if disorder.get("order") == "token_first":
            early = await asyncio.gather(*(self._attempt(handed) for _ in range(copies)))
            accounts = await self._deliver_all([(account, [])] * copies)
            done = await self._deliver_all([(handed, [attempt]) for attempt in early])
            done += accounts
        else:
            done = await self._deliver_all([(account, [])] * copies)
            done += await self._deliver_all([(handed, [])] * copies)
        late = disorder.get("late_retry_of")
        return done if late is None else [*done, await self.token(user_id, late)]

    def _call(self, kind: Kind, body: object, headers: Mapping[str, str] | None) -> _Call:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = httpx.Headers(
            {"Authorization": self._authorization(), "Content-Type": "application/json"}
        )
        sent.update(headers or {})
        read = read_answer(raw)
        named = read if isinstance(read, dict) else {}
        user_id = named.get("userId", named.get("userUuid"))
        return _Call(kind=kind, body=raw, headers=sent, user_id=user_id)

    def _authorization(self) -> str:
        match self.auth:
            case "bearer":
                return f"Bearer {self.secret}"
            case "basic":
                pair = f"{_LOGIN}:{self.secret}".encode()
                return f"Basic {base64.b64encode(pair).decode()}"
            case "bare":
                return self.secret

    async def _deliver_all(self, calls: list[tuple[_Call, list[_Attempt]]]) -> list[Delivery]:
        """Deliver all at once."""
        return await asyncio.gather(*(self._deliver(call, list(so_far)) for call, so_far in calls))

    async def _deliver(self, call: _Call, attempts: list[_Attempt]) -> Delivery:
        """Send a call until it is delivered; `attempts` are those made already."""
        while not attempts or (attempts[-1].status != 200 and len(attempts) < self.give_up_after):
            if attempts:
                await self.sleep(self.retry_every_s)
            attempts.append(await self._attempt(call))
        last = attempts[-1]
        every = [complaint for attempt in attempts for complaint in attempt.complaints]
        return Delivery(
            kind=call.kind,
            attempts=len(attempts),
            status=last.status,
            body=last.body,
            answer=read_answer(last.body),
            seconds=last.seconds,
            complaints=list(dict.fromkeys(every)),
        )

    async def _attempt(self, call: _Call) -> _Attempt:
        began = time.monotonic()
        address = f"{self.target_url.rstrip('/')}{self.prefix}/user/{call.kind}"
        try:
            async with asyncio.timeout(self.timeout_s):
                got = await self._client.post(address, content=call.body, headers=call.headers)
        except (TimeoutError, httpx.TransportError) as error:
            seconds = time.monotonic() - began
            is_late = isinstance(error, TimeoutError)
            why = f"within {self.timeout_s:g} s" if is_late else f"({type(error).__name__})"
            return _Attempt(
                status=None, body=b"", seconds=seconds, complaints=[f"there was no answer {why}"]
            )
        seconds = time.monotonic() - began
        content_type = got.headers.get("content-type", "")
        complaints = check_answer(
            call.kind, got.status_code, content_type, got.content, call.user_id
        )
        if seconds > ANSWER_WITHIN_S:
            complaints.append(f"the answer came after {seconds:.1f} s")
        return _Attempt(
            status=got.status_code, body=got.content, seconds=seconds, complaints=complaints
        )
