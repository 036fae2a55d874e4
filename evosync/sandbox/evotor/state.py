"""What the fake Evotor cloud remembers: users, their stores and what lies in them.

Everything is a plain mutable dataclass that msgspec can write to a file and
read back. Moments are epoch milliseconds, money is roubles, as at Evotor.
"""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# Any fixed value will do; it makes every id of the sandbox the same in each build.
_NAMESPACE = uuid.UUID("7b1f2c58-6f0f-4d5c-9a63-2f3f5f0c7a11")


def made_id(kind: str, key: str) -> str:
    """Return the lower-case uuid that always stands for this kind and key."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{key}"))


@dataclass(slots=True, kw_only=True)
class ChoiceState:
    """One value of an attribute of a modification group."""

    id: str
    name: str


@dataclass(slots=True, kw_only=True)
class AttributeState:
    """One property in which the modifications of a group differ."""

    id: str
    name: str
    choices: list[ChoiceState] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GroupState:
    """A folder of the catalog; with `attributes` it is a modification group."""

    id: str
    name: str
    created_ms: int
    updated_ms: int
    parent_id: str | None = None
    attributes: list[AttributeState] | None = None


@dataclass(slots=True, kw_only=True)
class ProductState:
    """One row of a store's catalog; a field that is None is left out of the answer.

    `odd` replaces fields of the answer by whatever stands in it: old products
    that violate Evotor's own schema are returned all the same.
    """

    id: str
    name: str
    created_ms: int
    updated_ms: int
    parent_id: str | None = None
    type: str | None = "NORMAL"
    code: str | None = None
    price: Decimal | None = None
    cost_price: Decimal | None = None
    quantity: Decimal | None = None
    measure_name: str | None = "шт"
    tax: str | None = "NO_VAT"
    allow_to_sell: bool | None = True
    description: str | None = None
    article_number: str | None = None
    barcodes: list[str] = field(default_factory=list)
    attributes_choices: dict[str, str] = field(default_factory=dict)
    odd: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class PositionState:
    """One line of a receipt; `initial_quantity` is the stock before the sale."""

    product_id: str
    product_name: str
    quantity: Decimal
    price: Decimal
    initial_quantity: Decimal | None = None
    product_type: str | None = None
    measure_name: str | None = None
    code: str | None = None


@dataclass(slots=True, kw_only=True)
class DocumentState:
    """A receipt of the till. `created_ms` is when it was closed."""

    id: str
    number: int
    created_ms: int
    type: str = "SELL"
    positions: list[PositionState] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class StoreState:
    """A shop. Where the application is not paid for, its goods answer 402."""

    id: str
    name: str
    created_ms: int
    updated_ms: int
    address: str | None = None
    is_paid: bool = True
    groups: dict[str, GroupState] = field(default_factory=dict)
    products: dict[str, ProductState] = field(default_factory=dict)
    documents: list[DocumentState] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class UserState:
    """A shop owner at Evotor and the cloud tokens that speak for them.

    `tokens_until` are those of a sign-in by OAuth, with the epoch second at
    which each is over.
    """

    id: str
    tokens: list[str] = field(default_factory=list)
    tokens_until: dict[str, float] = field(default_factory=dict)
    stores: dict[str, StoreState] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class OAuthCode:
    """A code that a browser carries to the program; good once. Epoch seconds."""

    user_id: str
    redirect_uri: str
    scope: str
    expires_at: float


@dataclass(slots=True, kw_only=True)
class OAuthGrant:
    """What a shop owner has let the program do."""

    user_id: str
    scope: str


@dataclass(slots=True, kw_only=True)
class OAuthState:
    """Codes on their way, and what each refresh token stands for."""

    codes: dict[str, OAuthCode] = field(default_factory=dict)
    grants: dict[str, OAuthGrant] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class EvotorState:
    """The whole cloud. `last_number` numbers receipts and what a till adds."""

    users: dict[str, UserState] = field(default_factory=dict)
    oauth: OAuthState = field(default_factory=OAuthState)
    last_number: int = 0
