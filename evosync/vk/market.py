"""The VK side of a run: the engine's Target, one community's market."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from evosync.catalog.item import MarketItem, MarketReading
from evosync.clock import now as utc_now
from evosync.engine.changes import NOT_SENT, AlbumChange, Change, Failed, Outcome
from evosync.engine.flights import Flights
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.vk.albums import talk_about_album
from evosync.vk.api import VkApi
from evosync.vk.courier import Courier
from evosync.vk.errors import VkRefusal
from evosync.vk.execute import Call
from evosync.vk.methods import READING, methods_of
from evosync.vk.photos import Photos
from evosync.vk.reading import ID_CALLS, IDS_A_CALL, read_items, read_market
from evosync.vk.talk import Ask, PhotoAsk, PhotoWay, Talk, hold
from evosync.vk.writing import talk_about_item

IDS_A_REQUEST = IDS_A_CALL * ID_CALLS


class VkMarket:
    """Reads and writes the market of one community (`community_id` is positive)."""

    def __init__(
        self,
        api: VkApi,
        photos: Photos,
        *,
        community_id: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api = api
        self._photos = photos
        self._owner_id = -community_id
        self._now = now
        self._courier = Courier(api)
        self._aloft = 0

    @property
    def batch_size(self) -> int:
        """How many changes the next `send` may carry."""
        return self._courier.size

    @property
    def flights(self) -> int:
        """How many sends may be under way at once."""
        return self._api.room

    @property
    def requests(self) -> int:
        """API requests sent so far; pictures go to another host and do not count."""
        return self._api.requests

    @property
    def calls(self) -> int:
        """API calls made so far."""
        return self._api.calls

    @property
    def reading_methods(self) -> frozenset[str]:
        """The API methods without which the market cannot be read."""
        return READING

    def methods_of(self, change: Change) -> frozenset[str]:
        """Tell which API methods a change needs; none for one that sends nothing."""
        return methods_of(change)

    async def fetch(self) -> MarketReading:
        """Read all items and albums. Raises TryLater or NeedsPerson."""
        return await read_market(self._api, owner_id=self._owner_id, now=self._now)

    async def look_up(self, item_ids: Collection[int]) -> Mapping[int, MarketItem]:
        """Ask for items by id. Raises TryLater or NeedsPerson."""
        ids = sorted(item_ids)
        found: dict[int, MarketItem] = {}

        async def read(part: Sequence[int]) -> None:
            found.update(await read_items(self._api, owner_id=self._owner_id, item_ids=part))

        async with Flights() as flights:
            for start in range(0, len(ids), IDS_A_REQUEST):
                await flights.land(self._api.room - 1)
                flights.launch(read(ids[start : start + IDS_A_REQUEST]))
        return found

    async def ready(self) -> None:
        """Wait until a `send` would leave nearly at once."""
        await self._api.ready()

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Carry out changes, one outcome each, in the order given.

        When VK stops us halfway, what it did is returned, the rest is Failed
        with the code 0, and the next `send` raises. Raises TryLater or
        NeedsPerson when nothing was carried out. Of several sends under way
        each ends so, and no further one begins before all have ended.
        """
        if (earlier := self._courier.stop) is not None:
            raise self._take(earlier)
        self._aloft += 1
        try:
            outcomes = await hold([self._talk(change) for change in changes], self._answer)
        finally:
            self._aloft -= 1
        stop = self._courier.stop
        if stop is not None and not any(map(_is_word, outcomes)):
            raise self._take(stop)
        return [_put_off(outcome) for outcome in outcomes]

    def _take(self, stop: EvoSyncError) -> EvoSyncError:
        """Take a stop back once it is told, unless others under way have yet to heed it."""
        if not self._aloft:
            self._courier.stop = None
        return stop

    async def distrust_sharing(self) -> None:
        """Upload pictures for each item from now on, in later runs too."""
        await self._photos.refuse_sharing()

    def _talk(self, change: Change) -> Talk:
        if isinstance(change, AlbumChange):
            return talk_about_album(self._owner_id, change)
        return talk_about_item(self._owner_id, change)

    async def _answer(self, asks: Sequence[Ask]) -> list[object]:
        """Answer one round of questions: the calls together, pictures one by one."""
        calls = [ask for ask in asks if isinstance(ask, Call)]
        results = iter(await self._courier.deliver(calls))
        return [
            next(results) if isinstance(ask, Call) else await self._about_photo(ask) for ask in asks
        ]

    async def _about_photo(self, ask: Ask) -> object:
        stop = self._courier.stop
        if stop is None:
            try:
                match ask:
                    case PhotoAsk(way=PhotoWay.OWN):
                        return await self._photos.own(ask.sha)
                    case PhotoAsk():
                        return await self._photos.shared(ask.sha, ask.refused)
                    case _:
                        await self._photos.refuse_sharing()
                        return None
            except (TryLater, NeedsPerson) as error:
                stop = self._courier.halt(error)
        return VkRefusal(code=NOT_SENT, message=stop.message)


def _is_word(outcome: Outcome) -> bool:
    """Tell whether an outcome must be recorded; one that only says "not now" need not be."""
    if isinstance(outcome, Failed):
        return not VkRefusal(code=outcome.code, message="").is_put_off
    return True


def _put_off(outcome: Outcome) -> Outcome:
    """Take from a change the code of a stop, which says nothing about its product."""
    if isinstance(outcome, Failed) and not _is_word(outcome):
        return replace(outcome, code=NOT_SENT)
    return outcome
