"""Twins: which products of several stores are one item, and under whose id (design: R18)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from evosync.catalog.names import fold_name
from evosync.engine.draft.product import Party, Row

Rows = Mapping[str, Sequence[Row]]
"""The rows of each product, at least one, in the user's order of stores."""


def gather(rows: Rows, *, joins: bool, claimed: Sequence[str]) -> Iterator[Party]:
    """Gather products into the parties that are one item each, in order of the leader's id.

    A party of twins is led by the id that has an item already, else by that
    of the first store; `claimed` are the product ids that have or may have
    one, the strongest claim first. Unless it `joins`, every product is alone.
    """
    joined = {party.leader: party for party in _twins(rows, claimed)} if joins else {}
    members = {one for party in joined.values() for one in party.members}
    for product_id in sorted(rows.keys() - members):
        alone = Party(leader=product_id, rows=rows[product_id])
        yield joined.get(product_id, alone)


def _twins(rows: Rows, claimed: Sequence[str]) -> Iterator[Party]:
    claims = {product_id: place for place, product_id in enumerate(claimed)}
    stores = _stores(rows)
    for ids in _by_name(rows) if len(stores) > 1 else ():
        merged = sorted(
            (row for one in ids for row in rows[one]),
            key=lambda row: stores[row.product.store_id],
        )
        leader = min(
            (row.product.id for row in merged), key=lambda one: claims.get(one, len(claims))
        )
        members = tuple(one for one in ids if one != leader)
        yield Party(leader=leader, members=members, rows=merged)


def _stores(rows: Rows) -> Mapping[str, int]:
    """Number the stores that the rows are of, by the places that the rows tell."""
    return {row.product.store_id: row.place for each in rows.values() for row in each}


def _by_name(rows: Rows) -> Iterator[Sequence[str]]:
    """Find the products of one name that stand in several stores, once in each, by id.

    A name that one store has twice says nothing of which is which: such
    products stay single.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for product_id in sorted(rows):
        if name := fold_name(rows[product_id][0].name):
            named[name].append(product_id)
    for ids in named.values():
        stores = [row.product.store_id for one in ids for row in rows[one]]
        if len(ids) > 1 and len(stores) == len(set(stores)):
            yield from _by_barcode(ids, rows)


def _by_barcode(ids: Sequence[str], rows: Rows) -> Iterator[Sequence[str]]:
    """Part products of one name by their barcodes; those that share one stay together.

    Where barcodes tell them apart, one without a barcode may be any of them
    and stays single.
    """
    parts: list[tuple[set[str], list[str]]] = []
    bare: list[str] = []
    for product_id in ids:
        codes = {code for row in rows[product_id] for code in row.product.barcodes if code}
        members = [product_id]
        for part in [one for one in parts if one[0] & codes]:
            parts.remove(part)
            codes |= part[0]
            members += part[1]
        if codes:
            parts.append((codes, members))
        else:
            bare += members
    is_one = len(parts) <= 1
    for members in [members for _, members in parts] or [[]]:
        every = sorted(members + bare if is_one else members)
        if len(every) > 1:
            yield every
