"""One GET to Evotor: the token's header, the repeats and the waits, up to a final answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar

import structlog

from evosync.evotor.auth import Scheme, authorization
from evosync.evotor.envelope import Malformed
from evosync.evotor.failures import FORBIDDEN, NOT_PAID, Refused, Unread, dead_token
from evosync.evotor.waiting import Pace, Patience
from evosync.outbound.client import Answer, Client, Request, Unreachable
from evosync.outbound.ports import TokenKeeper
from evosync.outbound.retry import Backoff
from evosync.redact import mask_text, mask_url

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/vnd.evotor.v2+json"  # chooses version 2 of the API
READ_TIMEOUT_S = 20.0  # clients in production use 15 to 20
BACKOFF = Backoff(tries=3, first_s=1.0)  # as the same clients do; reading may be repeated

# Answers that only a token known to Evotor brings.
_KNOWS_US = (HTTPStatus.OK, HTTPStatus.NOT_FOUND, NOT_PAID, FORBIDDEN)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T_co]):
    """What to read, and how its body is understood.

    `parse` raises Malformed for a body that makes no sense; then the call is
    made again. `cursor` asks for a later page.
    """

    path: str
    parse: Callable[[bytes], T_co]
    cursor: str | None = None


class Caller:
    """Makes calls with one connection's token.

    `scheme` is the form of the header in use: the one given, or, after a 401
    to a token never seen working, the first other one that worked.
    """

    def __init__(
        self, client: Client, keeper: TokenKeeper, *, base_url: str, scheme: Scheme, pace: Pace
    ) -> None:
        self.scheme = scheme
        self.requests = 0
        self._client = client
        self._keeper = keeper
        self._base_url = base_url.rstrip("/")
        self._pace = pace
        self._working = ""  # the last token that was seen working
        self._hopeless = ""  # the last token that worked in no form of the header
        self._probing = asyncio.Lock()

    async def get(self, call: Call[T]) -> T | None:
        """Make a call; None when Evotor has no such thing (404).

        Raises Refused on 402 and 403, NeedsPerson when the token is dead,
        Unread (or Busy) for everything that may pass.
        """
        token = await self._keeper.token()
        status, value = await self._authorised(call, token)
        if status == HTTPStatus.UNAUTHORIZED:
            newer = await self._keeper.refresh(token)
            if newer is not None and newer != token:
                status, value = await self._authorised(call, newer)
        if status == HTTPStatus.UNAUTHORIZED:
            raise dead_token("401")
        if status in (NOT_PAID, FORBIDDEN):
            raise Refused(status)
        if status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise Unread(f"непонятный ответ (код {status})", cause=str(status))
        return value

    async def _authorised(self, call: Call[T], token: str) -> tuple[int, T | None]:
        status, value = await self._settled(call, token, self.scheme)
        if status in _KNOWS_US:
            self._working = token
        elif status == HTTPStatus.UNAUTHORIZED and token not in (self._working, self._hopeless):
            return await self._probe(call, token)
        return status, value

    async def _probe(self, call: Call[T], token: str) -> tuple[int, T | None]:
        """Try the other forms of the header, once in a token's life."""
        async with self._probing:
            if token == self._working:  # another task found the form meanwhile
                return await self._settled(call, token, self.scheme)
            if token != self._hopeless:
                for scheme in [scheme for scheme in Scheme if scheme is not self.scheme]:
                    status, value = await self._settled(call, token, scheme)
                    if status in _KNOWS_US:
                        self.scheme, self._working = scheme, token
                        log.info("authorisation form changed", service="evotor", form=scheme.value)
                        return status, value
                self._hopeless = token
            return HTTPStatus.UNAUTHORIZED, None

    async def _settled(self, call: Call[T], token: str, scheme: Scheme) -> tuple[int, T | None]:
        """Repeat a call until its answer is final. Raises Unread when none is."""
        request = Request(
            method="GET",
            url=self._base_url + call.path,
            params={} if call.cursor is None else {"cursor": call.cursor},
            headers={"Accept": MEDIA_TYPE} | authorization(token, scheme),
            timeout_s=READ_TIMEOUT_S,
        )
        patience = Patience(self._pace)
        failures = 0
        while True:
            try:
                answer = await self._past_quota(request, patience)
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    is_data = answer.status == HTTPStatus.OK
                    return answer.status, call.parse(answer.body) if is_data else None
                failure = Unread(
                    f"Эвотор ответил ошибкой {answer.status}", cause=str(answer.status)
                )
            except Unreachable as error:
                failure = _unreachable(error, request.url)
            except Malformed as error:
                failure = Unread("ответ Эвотора не разобрать", cause=mask_text(str(error)))
            failures += 1
            pause_s = BACKOFF.wait_s(failures, self._pace.random())
            if pause_s is None:
                raise failure
            await self._pace.sleep(pause_s)

    async def _past_quota(self, request: Request, patience: Patience) -> Answer:
        while True:
            self.requests += 1
            answer = await self._client.send(request)
            if notice := answer.headers.get("warning"):
                # Evotor announces so, weeks ahead, that an address will be switched off.
                log.warning("evotor gave a warning", url=mask_url(request.url), warning=notice)
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                return answer
            await patience.wait(answer.headers)


def _unreachable(error: Unreachable, url: str) -> Unread:
    host = mask_url(url).partition("://")[2].partition("/")[0] or "Эвотора"
    if error.is_unsent:
        return Unread(f"сервер {host} недоступен", cause=error.cause)
    return Unread(f"сервер {host} не ответил до конца", cause=error.cause)
