"""What the user chose: which products, at what price, with what stock."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

NO_GROUP = "none"
"""The pseudo-group «Без группы», of goods outside any group; it has no album."""


class Rounding(StrEnum):
    """How a price is rounded after the multiplier (design: R4)."""

    NONE = "none"
    ONE = "1"
    FIVE = "5"
    TEN = "10"
    X9 = "x9"
    X90 = "x90"


class StockMode(StrEnum):
    """Where the stock in VK comes from."""

    FIXED = "fixed"
    REAL = "real"


class GonePolicy(StrEnum):
    """What happens to the item of a product that left the till or was switched off."""

    HIDE = "hide"
    ZERO = "zero"
    DELETE = "delete"
    LEAVE = "leave"


class AdoptPolicy(StrEnum):
    """What happens when VK already holds an unlinked item of the same name."""

    ASK = "ask"
    AUTO = "auto"
    NEVER = "never"


class LeftBehind(StrEnum):
    """What happens to items that were published from another Evotor account."""

    LEAVE = "leave"
    HIDE = "hide"


class TwinsPolicy(StrEnum):
    """Whether equal goods of several stores are one item."""

    ONE = "one"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The switches of /catalog. Stores and groups are listed when on, products when off.

    `store_order` is the user's order of stores; a store missing in it comes
    last, by id. Group ids may be `NO_GROUP`.
    """

    stores: frozenset[str] = frozenset()
    groups: frozenset[tuple[str, str]] = frozenset()  # (store id, group id)
    products_off: frozenset[tuple[str, str]] = frozenset()  # (store id, product id)
    store_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything a draft and a plan depend on besides the goods themselves.

    `photo` is the SHA-256 (hex) of the default picture. `stock_amount` is what
    a shop shows that does not mirror real stock.
    """

    selection: Selection = field(default_factory=Selection)
    price_multiplier: Decimal = Decimal(1)
    rounding: Rounding = Rounding.NONE
    stock_mode: StockMode = StockMode.FIXED
    stock_amount: int = 1000
    gone: GonePolicy = GonePolicy.HIDE
    adopt: AdoptPolicy = AdoptPolicy.ASK
    twins: TwinsPolicy = TwinsPolicy.ONE
    left_behind: LeftBehind = LeftBehind.LEAVE
    allow_marked: bool = False
    allow_unknown_type: bool = False
    category_id: int = 40932
    photo: str | None = None
