"""Pages of items as columns: only what we read, so that many pages fit in one request.

`items@.title` is the list of the titles. What it holds of an item without
that field is documented nowhere, null or nothing: a page whose columns do not
line up beyond doubt is not read here but whole.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from evosync.catalog.item import MarketItem
from evosync.vk.api import Param, Reply, VkApi
from evosync.vk.errors import Unsure, VkRefusal
from evosync.vk.execute import EXECUTE_TIMEOUT_S, Call, call_texts
from evosync.vk.picture_sizes import picture_address
from evosync.vk.rows import Page, Row, item_from
from evosync.vk.wire import (
    RAW_LIST,
    Count,
    Id,
    ItemRow,
    NamedRow,
    Number,
    PriceRow,
    RejectRow,
)

_FIELDS = {
    **{name: name for name in ("id", "title", "description", "availability", "sku")},
    **{name: name for name in ("stock_amount", "date", "thumb_photo", "albums_ids", "reject_info")},
    "amount": "price@.amount",
    "category": "category@.id",
}


class _Columns(msgspec.Struct, gc=False):
    """The fields of a page's items; a column without any entry is one that no item has.

    No item lacks its title, availability or price: there it is a value left out.
    """

    id: list[Id]
    title: list[str | None]
    description: list[str | None]
    availability: list[int | None]
    sku: list[str | Number | None]
    stock_amount: list[Count | None]
    date: list[Number | None]
    thumb_photo: list[str]
    albums_ids: list[list[Number] | None]
    reject_info: list[RejectRow | None]
    amount: list[str | int | None]
    category: list[Number | None]


class _Nothing(msgspec.Struct, gc=False):
    """A list that is not there; its columns may be null, too."""

    id: list[object] | None
    title: list[object] | None


class _Page(msgspec.Struct, gc=False):
    count: int
    items: msgspec.Raw
    variants: msgspec.Raw


class _Misfit(Exception):
    """Columns that do not line up."""


_PAGE = msgspec.json.Decoder(_Page)
_COLUMNS = msgspec.json.Decoder(_Columns)
_NOTHING = msgspec.json.Decoder(_Nothing)


async def read_columns(
    api: VkApi, calls: Sequence[Call]
) -> list[Page[MarketItem] | None] | VkRefusal | Unsure:
    """Make calls of market.get, in one request; None for a page that has to be read whole.

    A VkRefusal or Unsure speaks of the request as a whole. Raises as
    `VkApi.exchange` does.
    """
    code, args = _script(calls)
    answer = await api.exchange(
        "execute",
        {"code": code, **args},
        timeout_s=EXECUTE_TIMEOUT_S,
        calls=len(calls),
        reader=RAW_LIST,
    )
    if not isinstance(answer, Reply):
        return answer
    pages = answer.response
    if not isinstance(pages, list) or len(pages) != len(calls):
        return [None for _ in calls]
    # Thousands of rows, which the pages of others need not wait for.
    return await asyncio.to_thread(_pages, pages)


def _pages(answers: Sequence[object]) -> list[Page[MarketItem] | None]:
    return [page_from(raw) if isinstance(raw, msgspec.Raw) else None for raw in answers]


def is_same(item: MarketItem, other: MarketItem) -> bool:
    """Tell whether two readings of an item agree; the addresses of its picture always change."""
    return replace(item, thumb_url=other.thumb_url) == other


def _script(calls: Sequence[Call]) -> tuple[str, dict[str, Param]]:
    texts, args = call_texts(calls)
    lists = "".join(f"var a{number}={text};" for number, text in enumerate(texts))
    pages = (
        f'{{"count":a{number}.count,"items":{_projection(f"a{number}.items")},'
        f'"variants":{_projection(f"a{number}.variants")}}}'
        for number in range(len(calls))
    )
    return f"{lists}return [{','.join(pages)}];", args


def _projection(name: str) -> str:
    columns = ",".join(f'"{column}":{name}@.{path}' for column, path in _FIELDS.items())
    return f"{{{columns}}}"


def page_from(raw: msgspec.Raw) -> Page[MarketItem] | None:
    """Read the columns of a page; None where they leave a doubt."""
    try:
        page = _PAGE.decode(raw)
        items = list(_rows(page.items))
        variants = [] if _is_nothing(page.variants) else list(_rows(page.variants))
    except (ValueError, _Misfit):
        return None
    return Page(count=page.count, items=items, variants=variants)


def _is_nothing(raw: msgspec.Raw) -> bool:
    try:
        there = _NOTHING.decode(raw)
    except ValueError:
        return False
    return not there.id and not there.title


def _rows(raw: msgspec.Raw) -> Iterator[Row[MarketItem]]:
    columns = _COLUMNS.decode(raw)
    rows = len(columns.id)
    if len(list(filter(picture_address, columns.thumb_photo))) != rows:
        raise _Misfit  # the whole item may have a picture elsewhere
    if rows and not (columns.title and columns.availability and columns.amount):
        raise _Misfit
    lists = [_filled(column, rows) for column in msgspec.structs.astuple(columns)]
    for id_, title, text, there, sku, stock, date, thumb, albums, info, amount, kind in zip(
        *lists, strict=True
    ):
        row = ItemRow(
            id=id_,
            title=title,
            description=text,
            availability=there,
            price=PriceRow(amount=amount),
            sku=sku,
            stock_amount=stock,
            category=NamedRow(id=kind),
            thumb_photo=thumb,
            albums_ids=albums,
            date=date,
            reject_info=info,
        )
        yield Row(id=id_, value=item_from(row), is_clear=True)


def _filled(column: list[Any], rows: int) -> list[Any]:
    if column and len(column) != rows:
        raise _Misfit
    return column or [None] * rows
