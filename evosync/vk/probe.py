"""What the live VK answers where its documents are silent: facts of ours, and more to know."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from evosync.catalog.item import Availability, MarketItem
from evosync.facts import Finding
from evosync.vk.api import Param, Reply, VkApi
from evosync.vk.errors import Unsure, VkRefusal, error_of_request
from evosync.vk.photos import Photos
from evosync.vk.rows import read_item
from evosync.vk.wire import A_LIST, AddedItem, ListRow

SKU = "evosync-probe"
TITLE = "Проверка EvoSync, будет удалена"
_ABOVE_MOST = 201  # market.get takes 200
_NOBODY = 2**31 - 1  # an item id that no market has come to
LISTED_WITHIN_S = 60
_LOOK_EVERY_S = 2.0

_WORDS = {
    Availability.AVAILABLE: "доступен",
    Availability.UNAVAILABLE: "недоступен",
    Availability.REMOVED: "удалён",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VkProbe:
    """Asks about one community's market; `sleep` waits for VK's list to show a new item."""

    api: VkApi
    photos: Photos
    community_id: int
    category_id: int
    picture: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def readings(self) -> AsyncGenerator[Finding, None]:
        """Ask what can be asked without writing. Raises TryLater or NeedsPerson."""
        items = await self._list()
        yield Finding(name="sku_read_back", told=_count(items, "артикул", lambda one: one.sku))
        yield Finding(
            name="stock_read_back",
            told=_count(items, "остаток", lambda one: one.stock is not None),
        )
        empty = {one.availability for one in items if one.stock == 0}
        shown = ", ".join(sorted(_WORDS[one] for one in empty)) or "таких товаров нет"
        yield Finding(name="stock_zero", told=f"товар с остатком 0: {shown}.")
        yield Finding(
            name="rejected_listed",
            told=_count(items, "отказ модератора", lambda one: one.rejected),
        )
        ages = [(one.created_at, one.item_id) for one in items if one.created_at]
        order = "сначала новые" if ages == sorted(ages, reverse=True) else "не сначала новые"
        yield Finding(name="listing_order", told=f"порядок списка: {order}.")
        above = await self._ask("market.get", count=_ABOVE_MOST)
        yield Finding(name="count_above_most", told=_told(above, "count=201 принят"))
        nobody = await self._ask(
            "market.getById", item_ids=f"-{self.community_id}_{_NOBODY}", owner_id=None
        )
        yield Finding(name="unknown_id", told=_told(nobody, f"незнакомый товар: {_json(nobody)}"))
        listed = await self._projected()
        yield Finding(name="projection", told=f"проекция @. вернула {listed} из {len(items)}.")

    async def writings(self) -> AsyncGenerator[Finding, None]:
        """Make two items, look at them from all sides, and delete them.

        Whatever this probe or an earlier one left is deleted, first and last.
        Raises TryLater or NeedsPerson.
        """
        await self._clear_away()
        try:
            async for finding in self._about_own():
                yield finding
        finally:
            await self._clear_away()
        yield Finding(name="deleted_shown", told=await self._deleted())

    async def _about_own(self) -> AsyncGenerator[Finding, None]:
        # A picture of its own: the shop's items must not seem to share theirs with a probe.
        photo_id = await self.photos.own(self.picture)
        if isinstance(photo_id, VkRefusal):
            yield Finding(name="upload", told=_told(photo_id, ""))
            return
        first = await self._add(photo_id)
        if not isinstance(first, int):
            yield Finding(name="add", told=first)
            return
        async for finding in self._about(first):
            yield finding
        second = await self._add(photo_id)
        told = second
        if isinstance(second, int):
            item = await self._look_up(second)
            told = f"картинок у второго товара с той же картинкой: {_photos(item)}."
        yield Finding(name="shared_photo", told=str(told))

    async def _add(self, photo_id: int) -> int | str:
        """Make one item, once; says why when there is no id."""
        answer = await self.api.exchange(
            "market.add",
            {
                "owner_id": -self.community_id,
                "name": TITLE,
                "description": "Этот товар создан командой probe и будет удалён.",
                "category_id": self.category_id,
                "price": 1000,
                "sku": SKU,
                "stock_amount": 3,
                "main_photo_id": photo_id,
            },
            is_add=True,
        )
        match answer:
            case Reply(response=response):
                return msgspec.convert(response, AddedItem).market_item_id
            case VkRefusal():
                return _told(answer, "")
            case Unsure():
                return "VK не ответил, создан ли товар; если он появился, он будет удалён."

    async def _clear_away(self) -> None:
        """Delete every item of a probe, seen in the list; a refusal is raised."""
        for item in await self._list():
            if item.sku == SKU or item.title == TITLE:
                await self._must("market.delete", item_id=item.item_id)

    async def _deleted(self) -> str:
        left = [one for one in await self._list() if one.sku == SKU or one.title == TITLE]
        shown = ", ".join(sorted({_WORDS[one.availability] for one in left}))
        return f"после удаления: {shown or 'в списке нет'}."

    async def _about(self, item_id: int) -> AsyncGenerator[Finding, None]:
        item = await self._look_up(item_id)
        if item is None:
            yield Finding(name="read_back", told="новый товар по номеру не находится.")
            return
        yield Finding(
            name="read_back",
            told=f"артикул «{item.sku}», остаток {item.stock}, цена {item.price} коп.",
        )
        yield Finding(name="listed_at_once", told=await self._time_to_list(item_id))
        for name, told, change in _EDITS:
            answer = await self._ask("market.edit", item_id=item_id, **change)
            after = await self._look_up(item_id)
            seen = "не находится" if after is None else _face(after)
            yield Finding(name=name, told=_told(answer, f"{told}: {seen}"))
        await self._must("market.delete", item_id=item_id)
        back = await self._ask("market.restore", item_id=item_id)
        yield Finding(name="restore_window", told=_told(back, "сразу после удаления возвращается"))

    async def _time_to_list(self, item_id: int) -> str:
        waited_s = 0.0
        while waited_s <= LISTED_WITHIN_S:
            if any(one.item_id == item_id for one in await self._list()):
                return f"в списке не позже чем через {waited_s:.0f} с."
            await self.sleep(_LOOK_EVERY_S)
            waited_s += _LOOK_EVERY_S
        return f"за {LISTED_WITHIN_S} с в списке не появился."

    async def _list(self) -> Sequence[MarketItem]:
        return await self._items(
            "market.get",
            {"owner_id": -self.community_id, "count": 200, "with_disabled": True}
            | {"need_variants": True, "extended": True},
        )

    async def _look_up(self, item_id: int) -> MarketItem | None:
        ids = f"-{self.community_id}_{item_id}"
        found = await self._items("market.getById", {"item_ids": ids, "extended": True})
        return found[0] if found else None

    async def _items(self, method: str, params: Mapping[str, Param]) -> Sequence[MarketItem]:
        answer = await self.api.call(method, params, reader=A_LIST)
        if isinstance(answer, VkRefusal):
            raise error_of_request(answer)
        rows = answer.items if isinstance(answer, ListRow) else ()
        return [item for raw in rows if (item := read_item(raw).value) is not None]

    async def _projected(self) -> int | str:
        code = (
            'return API.market.get({"owner_id":Args.owner_id,"count":200,'
            '"with_disabled":1}).items@.sku;'
        )
        answer = await self.api.call("execute", {"code": code, "owner_id": -self.community_id})
        return len(answer) if isinstance(answer, list) else "не список"

    async def _ask(self, method: str, **params: Param) -> object:
        return await self.api.call(method, {"owner_id": -self.community_id, **params})

    async def _must(self, method: str, **params: Param) -> object:
        answer = await self._ask(method, **params)
        if isinstance(answer, VkRefusal):
            raise error_of_request(answer)
        return answer


# What is written to the item, one after another: the fact, what was done, the fields.
_EDITS: tuple[tuple[str, str, dict[str, Param]], ...] = (
    ("edit_keeps_photo", "после правки цены без картинки", {"price": 1100}),
    ("stock_zero_written", "после остатка 0", {"stock_amount": 0}),
    ("stock_back", "после остатка 3", {"stock_amount": 3}),
    ("hidden_shown", "после скрытия", {"deleted": True}),
    ("shown_again", "после показа", {"deleted": False}),
)


def _photos(item: MarketItem | None) -> int:
    return len(item.photo_ids) if item else 0


def _face(item: MarketItem) -> str:
    return (
        f"{_WORDS[item.availability]}, цена {item.price} коп., остаток {item.stock}, "
        f"картинок {len(item.photo_ids)}"
    )


def _count(items: Sequence[MarketItem], what: str, has: Callable[[MarketItem], object]) -> str:
    return f"{what} виден у {sum(bool(has(one)) for one in items)} товаров из {len(items)}."


def _json(answer: object) -> str:
    return msgspec.json.encode(answer).decode()[:100]


def _told(answer: object, words: str) -> str:
    if isinstance(answer, VkRefusal):
        return f"отказ {answer.code}: {answer.message}."
    return f"{words}."
