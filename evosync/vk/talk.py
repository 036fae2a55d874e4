"""One change as a conversation with VK: it asks, hears the results, and ends in an outcome."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from evosync.engine.changes import Change, Failed, Outcome, Uncertain
from evosync.vk.errors import Unsure, VkRefusal
from evosync.vk.execute import Call


class PhotoWay(Enum):
    """Which photo id of a picture is wanted."""

    SHARED = auto()  # the community's one id of this picture
    FRESH = auto()  # the same, uploaded anew because VK refused the one at hand
    OWN = auto()  # an id for this item alone, because VK refuses shared ones


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoAsk:
    """Asks for a photo id (answered by an int or a VkRefusal); `refused` is the id VK refused."""

    sha: str
    way: PhotoWay
    refused: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingRefused:
    """Tells that an id of its own was taken where a shared one was not (answered by None)."""


Ask = Call | PhotoAsk | SharingRefused
Talk = Generator[Sequence[Ask], Sequence[object], Outcome]
"""Yields what it asks in one round, is sent one result for each, returns the outcome."""


async def hold(
    talks: Sequence[Talk], answer: Callable[[Sequence[Ask]], Awaitable[Sequence[object]]]
) -> list[Outcome]:
    """Lead conversations side by side, so that each round's calls share requests."""
    outcomes: dict[int, Outcome] = {}
    asked: dict[int, Sequence[Ask]] = {}
    heard: dict[int, Sequence[object] | None] = dict.fromkeys(range(len(talks)))
    while heard:
        asked.clear()
        for place, results in heard.items():
            try:
                # send(None) starts a conversation; Generator's type has no word for that.
                asked[place] = talks[place].send(results)  # type: ignore[arg-type]
            except StopIteration as end:
                outcomes[place] = end.value
        flat = [ask for asks in asked.values() for ask in asks]
        answers = iter(await answer(flat) if flat else [])
        heard = {place: [next(answers) for _ in asks] for place, asks in asked.items()}
    return [outcomes[place] for place in range(len(talks))]


def noted(outcome: Outcome) -> Talk:
    """End at once: there is nothing to ask."""
    yield from ()
    return outcome


def unmet(change: Change, result: VkRefusal | Unsure) -> Failed | Uncertain:
    """Return the outcome of a change whose call was refused or left in doubt."""
    if isinstance(result, Unsure):
        return Uncertain(change=change, cause=result.cause)
    return Failed(
        change=change, code=result.code, message=result.message, is_lasting=result.is_lasting
    )
