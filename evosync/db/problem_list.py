"""Queries on problems as pages list them: by reason, with examples, by pages; found by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, distinct, func, or_, select, type_coerce, union_all

from evosync.catalog.problem import Problem
from evosync.db.problems import read_problem
from evosync.db.tables.catalog import cached_products, cached_stores
from evosync.db.tables.runs import problems
from evosync.db.types import LongText, Tx, folded

PAGE = 100  # products
EXAMPLES = 3
MOST_FOUND = 20  # products of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A reason: how many products it keeps, and the names of the first few."""

    code: str
    count: int
    examples: tuple[str, ...]


async def list_reasons(tx: Tx, user_id: int) -> list[Listed]:
    """List the reasons that products have, the most frequent first; those of stores are not here.

    Two queries, whatever the number of products.
    """
    rows, number = problems.c, func.count(distinct(problems.c.product_id)).label("number")
    counted = (
        await tx.execute(
            select(rows.code, number)
            .where(rows.user_id == user_id, rows.product_id != "")
            .group_by(rows.code)
            .order_by(number.desc(), rows.code)
        )
    ).all()
    if not counted:
        return []
    firsts = [
        select(
            select(rows.code, rows.name, rows.product_id, rows.name_folded)
            .where(rows.user_id == user_id, rows.code == one.code, rows.product_id != "")
            .order_by(rows.name_folded, rows.product_id)
            # One product of two stores has two rows.
            .limit(2 * EXAMPLES)
            .subquery(f"of_{place}")
        )
        for place, one in enumerate(counted)
    ]
    examples: dict[str, dict[str, str]] = {}
    for row in await tx.execute(union_all(*firsts)):
        examples.setdefault(row.code, {}).setdefault(row.product_id, row.name)
    return [
        Listed(
            code=one.code,
            count=one.number,
            examples=tuple(list(examples.get(one.code, {}).values())[:EXAMPLES]),
        )
        for one in counted
    ]


async def list_store_problems(tx: Tx, user_id: int) -> list[Problem]:
    """List the problems of whole stores, and of rows that tell not even which product they are."""
    rows = problems.c
    found = await tx.execute(
        select(problems)
        .where(rows.user_id == user_id, rows.product_id == "", rows.code.in_(_OF_STORES))
        .order_by(rows.name_folded, rows.store_id)
    )
    return [read_problem(row) for row in found]


_OF_STORES = ("store_not_paid", "store_unreadable", "bad_row")


async def page_of_reason(tx: Tx, user_id: int, code: str, page: int) -> tuple[list[Problem], int]:
    """List a page of the products that a reason keeps, by name, and how many there are in all.

    One that stands in several stores is listed for the first of them.
    """
    rows = problems.c
    mine = (rows.user_id == user_id, rows.code == code, rows.product_id != "")
    total = await tx.scalar(select(func.count(distinct(rows.product_id))).where(*mine)) or 0
    keys = (
        select(rows.name_folded, rows.product_id, func.min(rows.store_id).label("store_id"))
        .where(*mine)
        .group_by(rows.name_folded, rows.product_id)
        .order_by(rows.name_folded, rows.product_id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .subquery()
    )
    found = await tx.execute(
        select(problems)
        .join(keys, and_(rows.product_id == keys.c.product_id, rows.store_id == keys.c.store_id))
        .where(*mine)
        .order_by(rows.name_folded, rows.product_id)
    )
    return [read_problem(row) for row in found], total


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A product that a search found; `code` is the cashier's number."""

    product_id: str
    store_id: str
    name: str
    code: str


async def search_products(tx: Tx, user_id: int, words: str) -> Sequence[Found]:
    """Find products of any store by name, code or barcode, each once, by name."""
    rows, text, typed = cached_products.c, folded(words), words.strip()
    if not text:
        return []
    fits = [rows.name_folded.contains(text, autoescape=True), rows.code == typed]
    if typed.isdecimal():
        # They stand in a list of texts.
        barcodes = type_coerce(rows.barcodes, LongText)
        fits.append(barcodes.contains(f'"{typed}"', autoescape=True))
    found = await tx.execute(
        select(rows.product_id, rows.store_id, rows.name, rows.code)
        .join(
            cached_stores,
            and_(
                cached_stores.c.user_id == rows.user_id,
                cached_stores.c.store_id == rows.store_id,
            ),
        )
        .where(rows.user_id == user_id, or_(*fits))
        .order_by(
            case((rows.name_folded.startswith(text, autoescape=True), 0), else_=1),
            rows.name_folded,
            cached_stores.c.position,
            rows.product_id,
        )
        .limit(2 * MOST_FOUND)
    )
    once: dict[str, Found] = {}
    for row in found:
        product = Found(
            product_id=row.product_id, store_id=row.store_id, name=row.name, code=row.code
        )
        once.setdefault(row.product_id, product)
    return list(once.values())[:MOST_FOUND]
