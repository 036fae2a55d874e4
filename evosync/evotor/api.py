"""The reading calls of the Evotor cloud, API version 2, and how its lists are paged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar
from urllib.parse import quote

import msgspec

from evosync.catalog.product import BadRow, Product, ProductGroup, Store
from evosync.evotor.auth import Scheme
from evosync.evotor.calls import Call, Caller
from evosync.evotor.envelope import Malformed, read_object, read_page
from evosync.evotor.failures import Unread
from evosync.evotor.waiting import Pace
from evosync.evotor.wire import group_from, product_from, store_from
from evosync.outbound.client import Client
from evosync.outbound.ports import TokenKeeper

# A page holds up to 1,000 rows; this many pages are no catalog but a loop.
MAX_PAGES = 1000

# Nor is it one where so many pages in a row bring nothing new.
MAX_BARREN_PAGES = 10

T = TypeVar("T", Store, ProductGroup | BadRow, Product | BadRow)


class EvotorApi:
    """One method a call, with one connection's token.

    All of them raise Refused (402, 403), NeedsPerson (a dead token) and
    Unread (anything that may pass). A list of a store comes page by page, so
    that what was read before a failure is kept; a row stands in it once, by
    its id, however often the pages repeat it.
    """

    def __init__(
        self,
        client: Client,
        keeper: TokenKeeper,
        *,
        base_url: str,
        auth_scheme: str = Scheme.BEARER,
        pace: Pace | None = None,
    ) -> None:
        self._caller = Caller(
            client, keeper, base_url=base_url, scheme=Scheme(auth_scheme), pace=pace or Pace()
        )

    @property
    def scheme(self) -> str:
        """The form of the token's header in use; after a good answer, the one that works."""
        return self._caller.scheme.value

    @property
    def requests(self) -> int:
        """Requests sent so far, repeats and probes among them."""
        return self._caller.requests

    async def stores(self) -> tuple[Store, ...]:
        """Read the whole list of stores, or raise."""
        try:
            return tuple(
                [store async for page in self._pages("/stores", store_from) for store in page]
            )
        except Malformed as error:
            raise Unread("список магазинов не разобрать", cause=str(error)) from None

    def product_groups(self, store_id: str) -> AsyncIterator[list[ProductGroup | BadRow]]:
        """Read a store's groups, page by page."""
        return self._pages(
            f"{_store(store_id)}/product-groups", lambda raw: group_from(raw, store_id)
        )

    async def product_group(self, store_id: str, group_id: str) -> ProductGroup | BadRow | None:
        """Read one group; None when the store has none of that id."""
        path = f"{_store(store_id)}/product-groups/{quote(group_id, safe='')}"
        raw = await self._caller.get(Call(path=path, parse=read_object))
        return None if raw is None else group_from(raw, store_id)

    def products(self, store_id: str) -> AsyncIterator[list[Product | BadRow]]:
        """Read a store's products and modifications, page by page."""
        return self._pages(f"{_store(store_id)}/products", lambda raw: product_from(raw, store_id))

    async def product(self, store_id: str, product_id: str) -> Product | BadRow | None:
        """Read one product; None when the store has none of that id."""
        path = f"{_store(store_id)}/products/{quote(product_id, safe='')}"
        raw = await self._caller.get(Call(path=path, parse=read_object))
        return None if raw is None else product_from(raw, store_id)

    async def _pages(self, path: str, row: Callable[[msgspec.Raw], T]) -> AsyncIterator[list[T]]:
        seen_ids: set[str] = set()
        seen_cursors: set[str] = set()
        cursor: str | None = None
        barren = 0
        for _ in range(MAX_PAGES):
            page = await self._caller.get(Call(path=path, parse=read_page, cursor=cursor))
            if page is None:
                raise Unread("Эвотор не знает такого магазина", cause="404")
            # A thousand rows, which the pages of others need not wait for.
            rows = await asyncio.to_thread(_unseen, map(row, page.items), seen_ids)
            yield rows
            cursor = page.next_cursor
            if cursor is None:
                return
            barren = 0 if rows else barren + 1
            if barren == MAX_BARREN_PAGES:
                raise Unread("список Эвотора не кончается", cause=f"{barren} pages of nothing new")
            if cursor in seen_cursors:
                raise Unread("список Эвотора идёт по кругу", cause="repeated cursor")
            seen_cursors.add(cursor)
        raise Unread("список Эвотора не кончается", cause=f"more than {MAX_PAGES} pages")


def _store(store_id: str) -> str:
    return f"/stores/{quote(store_id, safe='')}"


def _unseen(rows: Iterable[T], seen_ids: set[str]) -> list[T]:
    unseen: list[T] = []
    for row in rows:
        if row.id is None:
            unseen.append(row)
        elif row.id not in seen_ids:
            seen_ids.add(row.id)
            unseen.append(row)
    return unseen
