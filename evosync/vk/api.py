"""VK's API, call by call: one form each, asked again only where that is safe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import msgspec
import structlog

from evosync.errors import NeedsPerson, TryLater
from evosync.outbound.client import Client, Request, Unreachable
from evosync.outbound.limiter import Limiter
from evosync.outbound.ports import TokenKeeper
from evosync.outbound.retry import Patience, later_from
from evosync.redact import MASK, mask_text
from evosync.vk.errors import RUNTIME_ERROR, Remedy, Unsure, VkRefusal, error_from
from evosync.vk.wire import ANYTHING, Envelope, ErrorRow

log = structlog.get_logger(__name__)

# How long three starts take at 3 requests a second, as VK's clients space them: 340 ms each
# (vk_api) waste little of the quota. Where the way to VK is so uneven that it still
# finds that too fast, 378 ms (vk-io) keep the quota surely.
SECOND_S = 1.02
CAREFUL_SECOND_S = 1.133

# After error 6 the whole quota rests a little over its window of a second.
SLOW_DOWN_S = 1.1

# A little longer than it takes to commit what is about to be sent.
LEAD_S = 0.1

READ_TIMEOUT_S = 20.0

# VK works on each request for a while: with several of them under way its own
# slowness wastes none of the quota. What it does not answer stays in doubt, so they are few.
MOST_IN_FLIGHT = 4

Reader = msgspec.json.Decoder[Envelope[Any]]

Param = str | int | bool | Decimal | Sequence[int] | None


def spacings_s(requests_per_second: float) -> tuple[float, float]:
    """Return the seconds between two starts, and those once VK has found that too fast."""
    return SECOND_S / requests_per_second, CAREFUL_SECOND_S / requests_per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """VK's answer to a request, and execute's list of failed calls.

    `is_repeat` tells that an earlier try of it may have been carried out too.
    """

    response: object
    errors: Sequence[ErrorRow] = ()
    is_repeat: bool = False


@dataclass(slots=True)
class _Sending:
    """How far the sending of one request has come; `doubt`: why a try may have been carried out."""

    is_add: bool
    calls: int
    reader: Reader
    tried: int = 0
    is_renewed: bool = False
    doubt: str | None = None


class VkApi:
    """Calls methods of one user's VK; `requests` and `calls` count what was sent.

    `room` is how many requests may be under way at once: one more with each
    answer, up to `MOST_IN_FLIGHT`, and a single one after a silence.

    The access token travels in the form, never in an address, and is asked
    of the keeper anew for each request.
    """

    def __init__(
        self,
        client: Client,
        keeper: TokenKeeper,
        limiter: Limiter,
        *,
        api_url: str,
        version: str = "5.199",
        patience: Patience | None = None,
    ) -> None:
        self.client = client
        self.patience = patience or Patience()
        self._keeper = keeper
        self._limiter = limiter
        self._api_url = api_url.rstrip("/")
        self._version = version
        self.requests = 0
        self.calls = 0
        self.room = 1

    async def call(
        self, method: str, params: Mapping[str, Param], *, reader: Reader = ANYTHING
    ) -> object:
        """Call a method that may safely be called twice; return its `response` or a VkRefusal.

        Raises TryLater or NeedsPerson when the error says more than "not
        this call", or when VK stays silent.
        """
        match await self.exchange(method, params, reader=reader):
            case Reply(response=response):
                return response
            case VkRefusal() as refusal:
                if error := error_from(refusal):
                    raise error
                return refusal
            case Unsure(cause=cause):
                raise later_from(Unreachable(cause, is_unsent=False), service="VK", code="vk_busy")

    async def exchange(
        self,
        method: str,
        params: Mapping[str, Param],
        *,
        timeout_s: float = READ_TIMEOUT_S,
        calls: int = 1,
        is_add: bool = False,
        reader: Reader = ANYTHING,
    ) -> Reply | VkRefusal | Unsure:
        """Send one request, and again while that is safe and of use.

        A request that carries an add (`is_add`) is sent again only when it
        surely did nothing: it never left, or VK refused the token. Unsure =
        no answer came in the end, and at least one try may have been carried
        out. Raises TryLater when none of them left, NeedsPerson when there is
        no token: then nothing was carried out. `reader` decodes the answer;
        one that does not fit it is read as plain JSON.
        """
        form = {name: _form_value(value) for name, value in params.items() if value is not None}
        sending = _Sending(is_add=is_add, calls=calls, reader=reader)
        while True:
            try:
                answer = await self._try(method, form, sending, timeout_s)
            except Unreachable as error:
                if not error.is_unsent:
                    sending.doubt = error.cause
                is_in_doubt = is_add and sending.doubt is not None
                if is_in_doubt or not await self.patience.wait(sending.tried):
                    return _given_up(error, sending.doubt)
                continue
            except (TryLater, NeedsPerson) as error:
                if sending.doubt is None:
                    raise
                return Unsure(cause=f"{sending.doubt}, then {error.code}")
            if answer is not None:
                return answer

    async def ready(self) -> None:
        """Wait until the quota lets a request start, or will when it is prepared."""
        await self._limiter.ready(LEAD_S)

    def slow_down(self) -> None:
        """Let the whole quota rest: VK said "too many requests a second"."""
        self._limiter.pause(SLOW_DOWN_S)

    async def _try(
        self, method: str, form: Mapping[str, str], sending: _Sending, timeout_s: float
    ) -> Reply | VkRefusal | None:
        """Send once; None when the same request is worth another try."""
        sending.tried += 1
        token = await self._keeper.token()
        await self._limiter.slot()
        self.requests += 1
        self.calls += sending.calls
        is_repeat = sending.doubt is not None
        try:
            answer = await self._once(method, form, token, timeout_s, sending.reader)
        except Unreachable:
            self.room = 1
            raise
        self.room = min(self.room + 1, MOST_IN_FLIGHT)
        if isinstance(answer, Envelope):
            return Reply(
                response=answer.response, errors=answer.execute_errors, is_repeat=is_repeat
            )
        if answer.is_maybe_done:
            sending.doubt = f"VK error {answer.code}"
        if await self._may_repeat(answer, token, sending):
            return None
        return replace(answer, is_repeat=is_repeat, method=method)

    async def _once(
        self, method: str, form: Mapping[str, str], token: str, timeout_s: float, reader: Reader
    ) -> Envelope[Any] | VkRefusal:
        request = Request(
            method="POST",
            url=f"{self._api_url}/method/{method}",
            form={**form, "access_token": token, "v": self._version, "lang": "ru"},
            timeout_s=timeout_s,
        )
        answer = await self.client.send(request)
        envelope = read_envelope(answer.body, reader)
        # VK's own errors come with 200; anything else is a gateway's page.
        if envelope is None and answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return VkRefusal(code=RUNTIME_ERROR, message="HTTP 413")  # likewise: ask for less
        if envelope is None or (envelope.error is None and answer.status != 200):
            raise Unreachable(f"HTTP {answer.status}, no VK answer", is_unsent=False)
        if envelope.error is None:
            return envelope
        refusal = refusal_from(envelope.error, token=token)
        log.info("call refused", method=method, code=refusal.code, words=refusal.message)
        return refusal

    async def _may_repeat(self, refusal: VkRefusal, token: str, sending: _Sending) -> bool:
        """Wait and return True when the same request is worth another try."""
        match refusal.remedy:
            case Remedy.SIGN_IN if not sending.is_renewed:
                # 27, 28 and the rest of the kind do not say for sure that
                # nothing was done, so an add is not sent again after them.
                if sending.is_add and not refusal.is_surely_not_done:
                    return False
                sending.is_renewed = True
                return await self._keeper.refresh(token) is not None
            case Remedy.SLOW_DOWN:
                self.slow_down()
                return not sending.is_add and sending.tried < self.patience.backoff.tries
            case Remedy.AGAIN if not sending.is_add:
                return await self.patience.wait(sending.tried)
            case _:
                return False


def _given_up(error: Unreachable, doubt: str | None) -> Unsure:
    if doubt is None:
        raise later_from(error, service="VK", code="vk_busy")
    return Unsure(cause=doubt)


def read_envelope(body: bytes, reader: Reader = ANYTHING) -> Envelope[Any] | None:
    """Read an answer of VK; None when it is none (a gateway's page, a cut text).

    An answer that does not fit the reader is read as plain JSON.
    """
    try:
        try:
            envelope = reader.decode(body)
        except msgspec.ValidationError:
            envelope = ANYTHING.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return None if envelope.response is msgspec.UNSET and envelope.error is None else envelope


def refusal_from(error: ErrorRow, *, token: str = "") -> VkRefusal:
    """Keep of an error what may be kept: its code, words without secrets, and VK's link."""
    words = error.error_text if isinstance(error.error_text, str) else error.error_msg
    text = words if isinstance(words, str) else ""
    if token:
        text = text.replace(token, MASK)
    return VkRefusal(
        code=error.error_code,
        message=mask_text(text),
        subcode=error.error_subcode if isinstance(error.error_subcode, int) else None,
        link=error.redirect_uri if isinstance(error.redirect_uri, str) else None,
        method=error.method if isinstance(error.method, str) else "",
    )


def _form_value(value: str | int | Decimal | Sequence[int]) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case str():
            return clean_text(value)
        case int() | Decimal():
            return str(value)
        case _:
            return ",".join(map(str, value))


# Control characters and lone surrogates: the first VK's texts cannot hold,
# the second no form can carry. Tab and line ends stay.
_UNSENDABLE = {
    code: None for code in (*range(0x20), 0x7F, *range(0xD800, 0xE000)) if code not in (9, 10, 13)
}


def clean_text(text: str) -> str:
    """Drop the characters that a form or VK's texts cannot carry."""
    return text.translate(_UNSENDABLE)
