"""Up to 25 calls in one request: VK's `execute`, without one literal built from data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evosync.vk.api import Param, Reader, Reply, VkApi, refusal_from
from evosync.vk.errors import Unsure, VkRefusal
from evosync.vk.wire import ANYTHING, ErrorRow

# VK's limit of API calls in one execute (documented in the vksdk sources).
MAX_CALLS = 25

# VK works through the calls one after another: seconds for 25 writes.
EXECUTE_TIMEOUT_S = 60.0

_ADDS = frozenset({"market.add", "market.addAlbum"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API call. An add makes a new thing each time it is carried out."""

    method: str
    params: Mapping[str, Param]

    @property
    def is_add(self) -> bool:
        """Whether a second sending could make a second thing."""
        return self.method in _ADDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired:
    """A call that failed, but nobody can tell with which of the errors."""


async def execute(
    api: VkApi, calls: Sequence[Call], *, reader: Reader = ANYTHING
) -> list[object] | VkRefusal | Unsure:
    """Make the calls in order; one result each: VK's answer, a VkRefusal or Unpaired.

    A VkRefusal or Unsure instead of the list speaks of the request as a
    whole. Raises as `VkApi.exchange` does.
    """
    code, args = script(calls)
    answer = await api.exchange(
        "execute",
        {"code": code, **args},
        timeout_s=EXECUTE_TIMEOUT_S,
        calls=len(calls),
        is_add=any(call.is_add for call in calls),
        reader=reader,
    )
    if not isinstance(answer, Reply):
        return answer
    results = pair(calls, answer.response, answer.errors)
    if answer.is_repeat:
        return [replace(r, is_repeat=True) if isinstance(r, VkRefusal) else r for r in results]
    return results


def script(calls: Sequence[Call]) -> tuple[str, dict[str, Param]]:
    """Write the VKScript of the calls and the parameters that it reads as `Args.<name>`.

    The text holds only our own method and parameter names, so no name of a
    product can break it or speak in it.
    """
    texts, args = call_texts(calls)
    return f"return [{','.join(texts)}];", args


def call_texts(calls: Sequence[Call]) -> tuple[list[str], dict[str, Param]]:
    """Write each call as an expression of VKScript, and the parameters that they read."""
    args: dict[str, Param] = {}
    texts: list[str] = []
    for number, call in enumerate(calls):
        sent = [name for name, value in call.params.items() if value is not None]
        args.update({f"{name}_{number}": call.params[name] for name in sent})
        fields = ",".join(f'"{name}":Args.{name}_{number}' for name in sent)
        texts.append(f"API.{call.method}({{{fields}}})")
    return texts, args


def pair(calls: Sequence[Call], response: object, errors: Sequence[ErrorRow]) -> list[object]:
    """Give each failed call its error.

    A failed call is `false` in the answer; its error stands in
    `execute_errors`, in the order of calls. Some answers repeat the last
    error under the method `execute`. When the counts or the methods differ,
    the failed calls are `Unpaired`.
    """
    if not isinstance(response, list) or len(response) != len(calls):
        return [Unpaired() for _ in calls]
    results = list(response)
    failed = [number for number, result in enumerate(results) if result is False or result is None]
    own = [error for error in errors if error.method != "execute"]
    is_clear = [calls[number].method for number in failed] == [error.method for error in own]
    for place, number in enumerate(failed):
        results[number] = refusal_from(own[place]) if is_clear else Unpaired()
    return results
