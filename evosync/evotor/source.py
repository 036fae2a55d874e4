"""The shop as the engine asks for it: each store is read by itself and fails by itself."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Mapping
from typing import Any, TypeVar

import structlog

from evosync.catalog.product import Product, Store
from evosync.catalog.snapshot import SecondLook, Snapshot, StoreReading
from evosync.evotor.api import EvotorApi
from evosync.evotor.failures import Refused, Unread
from evosync.evotor.gathering import Gathering

log = structlog.get_logger(__name__)

SINGLY_AT_MOST = 50
"""Missing rows that are asked for one by one; more cost less by listing (design: R8)."""

# A single product may be at fault, but so many in a row mean the service is.
FAILURES_IN_A_ROW = 3

T = TypeVar("T")


class EvotorSource:
    """Implements `engine.ports.Source` for one Evotor account."""

    def __init__(self, api: EvotorApi, *, parallel_stores: int = 3) -> None:
        self._api = api
        # Clients in production read 3 to 4 stores at once; one store's pages follow each other.
        self._slots = asyncio.Semaphore(parallel_stores)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._api.requests

    async def fetch(self) -> Snapshot:
        """Read every store of the account, groups and products.

        Raises TryLater or NeedsPerson when the list of stores cannot be read,
        and NeedsPerson when the token dies on the way.
        """
        stores = await self._api.stores()
        readings = tuple(await _all(self._read(store) for store in stores))
        log.info(
            "shop read",
            stores=len(readings),
            whole=sum(reading.is_whole for reading in readings),
            products=sum(len(reading.products) for reading in readings),
            bad_rows=sum(len(reading.bad_rows) for reading in readings),
            requests=self._api.requests,
        )
        return Snapshot(readings=readings)

    async def look_again(self, missing: Mapping[str, Collection[str]]) -> SecondLook:
        """Ask once more for products (by store id) that a whole reading no longer held.

        `SINGLY_AT_MOST` in all are asked for singly, those of the stores that
        miss fewest; the other stores are listed again. What fails to answer
        is unknown. Raises NeedsPerson when the token dies on the way.
        """
        left = SINGLY_AT_MOST
        looks: list[Coroutine[Any, Any, SecondLook]] = []
        for store_id, product_ids in sorted(missing.items(), key=lambda item: len(item[1])):
            if len(product_ids) <= left:
                left -= len(product_ids)
                looks.append(self._ask_singly(store_id, product_ids))
            else:
                looks.append(self._list_again(store_id, product_ids))
        seen = await _all(looks)
        return SecondLook(
            found=tuple(product for look in seen for product in look.found),
            absent=frozenset(pair for look in seen for pair in look.absent),
            unknown=frozenset(pair for look in seen for pair in look.unknown),
        )

    async def _read(self, store: Store) -> StoreReading:
        gathering = Gathering()
        async with self._slots:
            try:
                async for groups in self._api.product_groups(store.id):
                    gathering.add_groups(groups)
                async for products in self._api.products(store.id):
                    gathering.add_products(products)
                await self._look_for_groups(store.id, gathering)
            except (Refused, Unread) as failure:
                reading = gathering.reading(store, failure)
                log.warning(
                    "store not read whole",
                    store_id=store.id,
                    state=reading.state.value,
                    cause=failure.cause,
                )
                return reading
        return gathering.reading(store)

    async def _look_for_groups(self, store_id: str, gathering: Gathering) -> None:
        """Ask once more for the groups that goods name and the list lacks.

        Without its group a product would be in «Без группы», and off sale by
        that group's switch. What fails to answer leaves its goods unknown.
        """
        asked: set[str] = set()
        try:
            while wanted := gathering.unlisted_groups() - asked:
                asked |= wanted
                if len(wanted) > SINGLY_AT_MOST:
                    async for groups in self._api.product_groups(store_id):
                        gathering.add_groups(groups)
                    continue
                for group_id in sorted(wanted):
                    row = await self._api.product_group(store_id, group_id)
                    gathering.add_groups([] if row is None else [row])
        except (Refused, Unread) as failure:
            gathering.doubt_groups()
            log.warning("groups not looked for again", store_id=store_id, cause=failure.cause)

    async def _ask_singly(self, store_id: str, product_ids: Collection[str]) -> SecondLook:
        found: list[Product] = []
        absent: set[str] = set()
        failures = 0
        async with self._slots:
            for product_id in sorted(product_ids):
                try:
                    row = await self._api.product(store_id, product_id)
                except Refused:
                    break
                except Unread:
                    failures += 1
                    if failures == FAILURES_IN_A_ROW:
                        break
                    continue
                failures = 0
                if row is None:
                    absent.add(product_id)
                elif isinstance(row, Product) and row.id == product_id:
                    found.append(row)
        return _second_look(store_id, product_ids, found, absent)

    async def _list_again(self, store_id: str, product_ids: Collection[str]) -> SecondLook:
        gathering = Gathering()
        is_whole = True
        async with self._slots:
            try:
                async for page in self._api.products(store_id):
                    gathering.add_products(page)
            except (Refused, Unread):
                is_whole = False
        found = [product for product in gathering.products if product.id in product_ids]
        absent: set[str] = set()
        bad_ids = {row.id for row in gathering.bad_rows}
        if is_whole and None not in bad_ids:  # a row without an id may be any of them
            absent = set(product_ids) - {product.id for product in found} - bad_ids
        return _second_look(store_id, product_ids, found, absent)


def _second_look(
    store_id: str, asked: Iterable[str], found: list[Product], absent: set[str]
) -> SecondLook:
    unknown = set(asked) - absent - {product.id for product in found}
    return SecondLook(
        found=tuple(found),
        absent=frozenset((store_id, product_id) for product_id in absent),
        unknown=frozenset((store_id, product_id) for product_id in unknown),
    )


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run coroutines together; the first error ends them all and is raised as it is."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
