"""A shop at one moment: what each store answered, and whether it is the whole of it."""

from dataclasses import dataclass
from enum import StrEnum

from evosync.catalog.product import BadRow, Product, ProductGroup, Store


class ReadingState(StrEnum):
    """How far one store could be read."""

    WHOLE = "whole"  # every page, no error, no repeated cursor
    PARTIAL = "partial"  # some pages; the rest is unknown
    UNREADABLE = "unreadable"  # nothing came
    NOT_PAID = "not_paid"  # 402: the app is not paid for in this store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReading:
    """One store's groups and products, with `reason` (Russian) when it is not whole."""

    store: Store
    state: ReadingState
    groups: tuple[ProductGroup, ...] = ()
    products: tuple[Product, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether a product absent from this reading is really absent."""
        return self.state is ReadingState.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All stores of one Evotor account; the list of stores itself is always whole."""

    readings: tuple[StoreReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What became of products that a whole listing no longer held.

    A product is gone only when it was absent twice (lists may shift while we
    page through them). Pairs are (store id, product id).
    """

    found: tuple[Product, ...] = ()
    absent: frozenset[tuple[str, str]] = frozenset()
    unknown: frozenset[tuple[str, str]] = frozenset()
