"""Evotor's side: stores, product groups and products as plain values."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop in Evotor. `id` is upper case and no RFC 4122 uuid; it is kept as given."""

    id: str
    name: str
    address: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of an attribute, such as "200 ml"."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One property in which the modifications of a group differ."""

    id: str
    name: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductGroup:
    """A folder of the catalog; with `attributes` it is a modification group."""

    id: str
    store_id: str
    name: str
    parent_id: str | None = None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One row of a store's catalog, as the till knows it.

    `price` is in kopecks and None when Evotor gave none or no number.
    `quantity` is in measures and None when Evotor did not tell it (the token
    lacks the right to see stock), which is not the same as 0. `type` None
    means that the row had none.
    """

    id: str
    store_id: str
    name: str
    parent_id: str | None = None
    type: str | None = "NORMAL"
    price: int | None = None
    quantity: Decimal | None = None
    measure_name: str = ""
    allow_to_sell: bool = True
    description: str = ""
    code: str = ""
    barcodes: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()  # (attribute id, choice id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A product row that could not be read; `id` is None when even that is missing."""

    store_id: str
    id: str | None
    field: str
    name: str = ""
