"""Carries a batch's calls to VK and settles each one's result; adds are never sent blindly."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import structlog

from evosync.engine.changes import NOT_SENT
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.outbound.client import Unreachable
from evosync.outbound.retry import later_from
from evosync.vk.api import Reply, VkApi
from evosync.vk.errors import Remedy, Unsure, VkRefusal, error_of_request
from evosync.vk.execute import MAX_CALLS, Call, Unpaired, execute

log = structlog.get_logger(__name__)

# After so many requests in a row without a clear word VK is taken for silent:
# each further one costs a minute or more and leaves 25 calls in doubt. One
# hiccup meets all that are under way: of those only the first to end counts.
DOUBTS = 3

# Errors of one call that do not speak of its data: it is sent once more, alone.
_WORTH_ASKING_ALONE = frozenset({Remedy.AGAIN, Remedy.SLOW_DOWN, Remedy.SIGN_IN, Remedy.SHRINK})

# Where VK names a page for a person to open, it does so only outside an execute.
_LINKED = frozenset({Remedy.CAPTCHA, Remedy.CONFIRM})

_Send = Callable[[Sequence[Call]], Awaitable[list[object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """How things stood when a request left: the doubts counted, the size of batches."""

    doubts: int
    size: int


class Courier:
    """Sends calls in `execute` requests of at most `size` calls.

    When VK chokes on a request or leaves it without an answer, `size` falls
    to half of what it was when that one left, and it grows by one with each
    that VK takes. `stop` is the error
    after which nothing further was sent, of no delivery under way; whoever
    reads the results takes it away.
    """

    def __init__(self, api: VkApi) -> None:
        self._api = api
        self.size = MAX_CALLS
        self.stop: EvoSyncError | None = None
        self._doubts = 0
        self._forgiven = 0

    async def deliver(self, calls: Sequence[Call]) -> list[object]:
        """Make the calls; one result each, in order: VK's answer, a VkRefusal or an Unsure.

        Never raises what VK did: after a stop the calls that are left get a
        VkRefusal of code `NOT_SENT`. Adds travel in requests of their own, so
        that a doubt about them costs the others nothing.
        """
        results: list[object] = [None] * len(calls)
        for is_add, send in ((False, self._send_edits), (True, self._send_adds)):
            places = [place for place, call in enumerate(calls) if call.is_add is is_add]
            while places:
                now, places = places[: self.size], places[self.size :]
                answers = await self._unless_stopped(send, [calls[place] for place in now])
                for place, answer in zip(now, answers, strict=True):
                    results[place] = answer
        return results

    def halt(self, error: EvoSyncError) -> EvoSyncError:
        """Stop because of this error, unless something did before; return what did.

        The first is what a person or a method's rest is told of: of the
        others under way each may meet something of its own.
        """
        self.stop = self.stop or error
        return self.stop

    async def _unless_stopped(self, send: _Send, calls: Sequence[Call]) -> list[object]:
        stop = self.stop
        if stop is None:
            try:
                return await send(calls)
            except (TryLater, NeedsPerson) as error:
                stop = self.halt(error)
        return [VkRefusal(code=NOT_SENT, message=stop.message) for _ in calls]

    async def _send_edits(self, calls: Sequence[Call]) -> list[object]:
        then = self._now()
        answer = await execute(self._api, calls)
        match answer:
            case VkRefusal(remedy=Remedy.SHRINK) if len(calls) > 1:
                self._shrink(then)
                # VK may have carried out some of the whole before it gave up.
                return _in_doubt(await self._send_halves(calls), cause=_cause(answer))
            case VkRefusal() if _leaves_doubt(answer):
                self.halt(error_of_request(answer))
                return [Unsure(cause=_cause(answer)) for _ in calls]
            case VkRefusal():
                raise error_of_request(answer)
            case Unsure():
                doubt = self._doubt(answer, len(calls), then)
                if len(calls) == 1:  # less cannot be asked for
                    self.halt(_silence(answer.cause))
                return [doubt for _ in calls]
            case _:
                return await self._settle(self._edit_alone, calls, answer)

    async def _send_halves(self, calls: Sequence[Call]) -> list[object]:
        middle = len(calls) // 2
        return [
            *await self._unless_stopped(self._send_edits, calls[:middle]),
            *await self._unless_stopped(self._send_edits, calls[middle:]),
        ]

    async def _send_adds(self, calls: Sequence[Call]) -> list[object]:
        then = self._now()
        answer = await execute(self._api, calls)
        if isinstance(answer, list):
            return await self._settle(self._add_alone, calls, answer)
        if isinstance(answer, VkRefusal) and answer.is_surely_not_done:
            raise error_of_request(answer)
        doubt = self._doubt(answer, len(calls), then)
        log.warning("creation left uncertain", calls=len(calls), cause=doubt.cause)
        return [doubt for _ in calls]

    def _doubt(self, answer: VkRefusal | Unsure, calls: int, then: _Moment) -> Unsure:
        """Count a request of so many calls that left all of them in doubt.

        `then` is when it left.
        """
        if then.doubts == self._doubts:
            self._doubts += 1
        is_enough = self._doubts - self._forgiven >= DOUBTS
        if isinstance(answer, VkRefusal):
            if answer.remedy is Remedy.SHRINK:
                self._shrink(then)
            if answer.is_stop or is_enough:
                self.halt(error_of_request(answer))
            return Unsure(cause=_cause(answer))
        if calls > 1:
            self._shrink(then)
        if is_enough:
            self.halt(_silence(answer.cause))
        return answer

    async def _settle(
        self,
        ask_alone: Callable[[Call, VkRefusal | Unpaired], Awaitable[object]],
        calls: Sequence[Call],
        answers: Sequence[object],
    ) -> list[object]:
        self._forgiven = self._doubts
        self.size = min(MAX_CALLS, self.size + 1)
        if any(isinstance(a, VkRefusal) and a.remedy is Remedy.SLOW_DOWN for a in answers):
            self._api.slow_down()
        results: list[object] = []
        for call, answer in zip(calls, answers, strict=True):
            result = answer
            if self.stop is None and _is_worth_asking_alone(answer):
                try:
                    result = await ask_alone(call, answer)
                except (TryLater, NeedsPerson) as error:
                    self.halt(error)
            results.append(self._settled(result, call))
        return results

    def _settled(self, result: object, call: Call) -> object:
        match result:
            case Unpaired():
                return Unsure(cause="error not paired")
            case VkRefusal():
                if result.is_put_off:
                    self.halt(error_of_request(result))
                if result.is_maybe_done:
                    return Unsure(cause=_cause(result))
            case Unsure() if not call.is_add:
                self.halt(_silence(result.cause))
        return result

    async def _edit_alone(self, call: Call, refused: VkRefusal | Unpaired) -> object:
        answer = await self._api.exchange(call.method, call.params)
        if isinstance(answer, VkRefusal) and _is_unclear(refused):
            return replace(answer, is_repeat=True)
        return answer.response if isinstance(answer, Reply) else answer

    async def _add_alone(self, call: Call, refused: VkRefusal | Unpaired) -> object:
        # Only what was refused for sure, and not for its data, may go again.
        if _is_unclear(refused):
            return refused
        if isinstance(refused, VkRefusal) and refused.remedy in _LINKED:
            return await self._add_plainly(call)
        then = self._now()
        answer = await execute(self._api, [call])
        if isinstance(answer, list):
            return answer[0]
        if isinstance(answer, VkRefusal) and answer.is_surely_not_done:
            return answer
        return self._doubt(answer, 1, then)

    async def _add_plainly(self, call: Call) -> object:
        """Send an add without an execute around it: an error is then that call's own."""
        then = self._now()
        answer = await self._api.exchange(call.method, call.params, is_add=True)
        match answer:
            case Reply(response=response):
                return response
            case VkRefusal() if not answer.is_maybe_done:
                return answer
            case _:
                return self._doubt(answer, 1, then)

    def _now(self) -> _Moment:
        return _Moment(doubts=self._doubts, size=self.size)

    def _shrink(self, then: _Moment) -> None:
        self.size = max(1, min(self.size, then.size // 2))
        log.info("batch shrunk", size=self.size)


def _is_worth_asking_alone(answer: object) -> TypeGuard[VkRefusal | Unpaired]:
    return isinstance(answer, Unpaired) or (
        isinstance(answer, VkRefusal) and answer.remedy in _WORTH_ASKING_ALONE | _LINKED
    )


def _is_unclear(refused: VkRefusal | Unpaired) -> bool:
    """Tell whether a call of an answered request may have been carried out all the same."""
    return isinstance(refused, Unpaired) or refused.is_maybe_done


def _leaves_doubt(refusal: VkRefusal) -> bool:
    """Tell whether a refused request of edits may have been carried out, in part or whole."""
    return refusal.is_maybe_done or refusal.is_repeat or refusal.remedy is Remedy.SHRINK


def _in_doubt(results: Sequence[object], *, cause: str) -> list[object]:
    """Turn "not now" into doubt: the calls had been sent before, in a bigger request."""
    return [
        Unsure(cause=cause) if isinstance(result, VkRefusal) and result.is_put_off else result
        for result in results
    ]


def _cause(refusal: VkRefusal) -> str:
    return f"VK error {refusal.code}: {refusal.message}"


def _silence(cause: str) -> EvoSyncError:
    return later_from(Unreachable(cause, is_unsent=False), service="VK", code="vk_busy")
