"""One HTTP exchange with a remote service: time-outs, a bounded answer, no secret in errors."""

import asyncio
import functools
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from time import perf_counter
from urllib.parse import urljoin

import httpx
import structlog

from evosync.outbound.exchange import Exchange
from evosync.outbound.ports import Recorder
from evosync.outbound.silence import Silence, why_silent
from evosync.redact import mask_url

log = structlog.get_logger(__name__)

# httpcore looks for this optional module with each request, and oftener; where there is none,
# Python goes through all its folders each time: a quarter of what a request costs us.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # "there is none", import system 5.3.1

# An execute answer may be 5 MB (VK's own limit); anything far above is no
# answer to us. Evotor's pages hold 1,000 rows of about 1 KB.
MAX_ANSWER_BYTES = 32 * 1024 * 1024

# A service that drips its answer keeps within each read's time-out for ever:
# the whole exchange may take so many times the time-out of its parts.
DEADLINE_FACTOR = 4

CONNECTIONS = 8
"""Of one pool: whoever finds none free waits for one, and then gives up."""


_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Unreachable(Exception):
    """No answer came.

    `is_unsent` is True when the request surely did not reach the service
    (name not found, connection refused): then nothing was done there. `why`
    is what somebody could do something about.
    """

    def __init__(self, cause: str, *, is_unsent: bool, why: Silence = Silence.OTHER) -> None:
        super().__init__(cause)
        self.cause = cause
        self.is_unsent = is_unsent
        self.why = why


class AnswerTooLarge(Exception):
    """The service went on sending beyond what the request takes."""


# What is no name of a host, or no whole letter, raises a UnicodeError of its own.
_FAULTS = (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError, AnswerTooLarge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send. `form` goes urlencoded, `files` as multipart (name → filename, bytes, type).

    An answer of more than `most_bytes` is none.
    `has_secret_url` = whoever reads the address could send it, too: no log has more than the site.
    """

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    timeout_s: float = 20.0
    has_secret_url: bool = False
    most_bytes: int = MAX_ANSWER_BYTES

    @property
    def shown_url(self) -> str:
        """The address as a log may hold it."""
        return mask_url(urljoin(self.url, "/") if self.has_secret_url else self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Sends single requests; keeps connections open between them.

    It neither retries nor reads bodies: that is for the service's own api
    module, which knows what may be sent twice. `recorder` is told of each
    request that ended, broken off ones too.
    """

    def __init__(
        self, http: httpx.AsyncClient, *, service: str, recorder: Recorder | None = None
    ) -> None:
        self._http = http
        self._service = service
        self._recorder = recorder
        self.requests = 0

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, request: Request) -> Answer:
        """Send one request.

        Raises Unreachable when no whole answer of at most `most_bytes` came
        within `DEADLINE_FACTOR` times the request's time-out.
        """
        self.requests += 1
        where, began = request.shown_url, perf_counter()
        try:
            async with asyncio.timeout(request.timeout_s * DEADLINE_FACTOR):
                answer, body = await self._exchange(request)
        except _FAULTS as error:
            # The error's own text may quote the URL or a header: only its kind is kept.
            cause = type(error).__name__
            log.debug("request failed", service=self._service, url=where, error=cause)
            self._record(request, None, perf_counter() - began, cause=cause)
            unsent, why = isinstance(error, _UNSENT), why_silent(error)
            raise Unreachable(cause, is_unsent=unsent, why=why) from None
        except asyncio.CancelledError:
            self._record(request, None, perf_counter() - began, cause="Cancelled")
            raise
        self._record(request, answer.status_code, perf_counter() - began, body=body)
        log.debug(
            "request answered",
            service=self._service,
            method=request.method,
            url=where,
            status=answer.status_code,
            seconds=round(answer.elapsed.total_seconds(), 3),
        )
        return Answer(status=answer.status_code, headers=answer.headers, body=body)

    def _record(
        self,
        request: Request,
        status: int | None,
        seconds: float,
        *,
        body: bytes = b"",
        cause: str = "",
    ) -> None:
        if self._recorder is None:
            return
        files = request.files or {}
        exchange = Exchange(
            service=self._service,
            method=request.method,
            url=request.shown_url,
            status=status,
            seconds=seconds,
            cause=cause,
            answer=body,
            headers=request.headers,
            form=request.form,
            upload_bytes=sum(len(content) for _, content, _ in files.values()) if files else None,
        )
        self._recorder.record(exchange)

    async def _exchange(self, request: Request) -> tuple[httpx.Response, bytes]:
        body = bytearray()
        async with self._http.stream(
            request.method,
            request.url,
            params=dict(request.params) or None,
            headers=dict(request.headers),
            data=dict(request.form) if request.form is not None else None,
            files=dict(request.files) if request.files is not None else None,
            timeout=httpx.Timeout(request.timeout_s, connect=10.0),
        ) as answer:
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > request.most_bytes:
                    raise AnswerTooLarge
        return answer, bytes(body)


def open_client(
    service: str,
    *,
    ca_file: str = "",
    recorder: Recorder | None = None,
    connections: int = CONNECTIONS,
) -> Client:
    """Open a client with a pool of so many connections of its own; `close` it in the end.

    `ca_file` names a PEM file of additional roots; checking certificates is
    never switched off. Proxies of the environment are not used: the tokens
    in our requests are for the service alone.
    """
    context = _trusting_system()
    if ca_file:
        context = ssl.create_default_context()
        context.load_verify_locations(ca_file)
    http = httpx.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "EvoSync"},
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
    )
    return Client(http, service=service, recorder=recorder)


@functools.cache
def _trusting_system() -> ssl.SSLContext:
    # Reading the system's roots takes some 80 ms, more than most commands do.
    return ssl.create_default_context()
