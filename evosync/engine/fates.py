"""What becomes of each product of a store: the gate it stands at, or that it is in VK (pure).

For lists of many: the gates are judged by what is known now, without a draft.
Only what VK said, or what a person was asked, is told by the last run.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evosync.engine.draft.types import find_refusal
from evosync.engine.rules import Rules

IN_VK, QUEUED = "in_vk", "queued"
"""It stands in VK; nothing keeps it from being sent."""


class Bucket(StrEnum):
    """What products are counted and filtered by."""

    WAITING = "waiting"
    IN_VK = "in_vk"
    QUEUED = "queued"
    OFF = "off"


BUCKETS: Mapping[Bucket, tuple[str, ...]] = {
    Bucket.WAITING: (
        *("no_price", "no_name", "bad_row", "awaiting_adoption", "marked_type", "unknown_type"),
        *("held", "canary_differs", "gone_in_vk", "hidden_in_vk", "duplicate_in_vk"),
        *("vk_limit_items", "vk_rejected", "photo_refused", "vk_error"),
    ),
    Bucket.IN_VK: (IN_VK,),
    Bucket.QUEUED: ("checking", "vk_busy", "waits_for_twin", "restore_too_late", QUEUED),
    Bucket.OFF: (
        *("left", "not_for_sale", "forbidden_type", "group_off", "store_off", "product_off"),
    ),
}
"""The fates of each bucket. In this order lists show them."""

FATES = tuple(fate for fates in BUCKETS.values() for fate in fates)
PLACES: Mapping[str, int] = {fate: place for place, fate in enumerate(FATES)}
"""Many fates are kept as bytes: each is its place in `FATES`."""

OWN = ("not_for_sale", "no_price", "no_name", "forbidden_type", "marked_type", "unknown_type")
"""What the product's own row says, in the order of a draft's reasons."""

TOLD = (
    *("awaiting_adoption", "gone_in_vk", "hidden_in_vk", "duplicate_in_vk", "held"),
    *("canary_differs", "vk_rejected", "photo_refused", "vk_error", "vk_limit_items", "left"),
    *("checking", "waits_for_twin", "restore_too_late", "vk_busy"),
)
"""What only the last run knows of an item; of several the first is told."""

ADOPTION, WISHED = "awaiting_adoption", ("gone_in_vk", "hidden_in_vk")
"""What a person is asked about: whether a card is theirs, whether it is to come back."""

BAD_ROW = "bad_row"
"""What only the last run knows of a product in one store."""

_RANKS = {code: rank for rank, code in enumerate((BAD_ROW, *TOLD, *OWN))}
_NOTHING_ALLOWED = Rules()


def own_gate(*, product_type: str | None, price: int | None, name: str, allow_to_sell: bool) -> int:
    """Judge a product by its own row, nothing being allowed: a place in `OWN`, or past them."""
    if not allow_to_sell:
        code: str | None = "not_for_sale"
    elif price is None or price <= 0:
        code = "no_price"
    elif not name:
        code = "no_name"
    else:
        code = find_refusal(product_type, _NOTHING_ALLOWED)
    return len(OWN) if code is None else OWN.index(code)


Good = tuple[str, str | None, int]
"""What is judged of a product: its id, its parent, its `own_gate`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Which goods of one store are switched on, and which types are allowed.

    `parents_on` tells it of every listed group, by the switch of the plain group
    that its goods belong to; of all other goods `is_rest_on` does.
    """

    is_store_on: bool
    parents_on: Mapping[str | None, bool] = field(default_factory=dict)
    is_rest_on: bool = False
    products_off: Collection[str] = frozenset()
    allow_marked: bool = False
    allow_unknown_type: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """What the last run left known, each by product id; of twins by each of their ids.

    `alone` are those of `shown` whose items stand for this store only. `leaders`
    are the ids that the items of other twins are linked to.
    """

    shown: Collection[str] = frozenset()  # their items are to be seen in VK
    alone: Collection[str] = frozenset()
    told: Mapping[str, str] = field(default_factory=dict)
    answered: Collection[str] = frozenset()  # a person has given the answer that was asked for
    leaders: Mapping[str, str] = field(default_factory=dict)


def first_told(found: Iterable[tuple[str, str, str]], store_id: str) -> dict[str, str]:
    """Choose of (product id, store id, code) what is told of each product in one store."""
    told: dict[str, str] = {}
    for product_id, of_store, code in found:
        if code not in TOLD and of_store != store_id:
            continue
        if product_id not in told or _RANKS[code] < _RANKS[told[product_id]]:
            told[product_id] = code
    return told


def find_fates(goods: Iterable[Good], switches: Switches, last: LastSeen) -> bytes:
    """Find what becomes of goods of one store, in their order: a place in `FATES` for each."""
    gates = _gates(switches)
    shown, alone, code_of = last.shown, last.alone, last.told.get
    on, rest, off = switches.parents_on.get, switches.is_rest_on, switches.products_off
    is_store_on = switches.is_store_on
    verdicts = bytearray()
    # 15,000 rounds of this for one page: what most goods come to is decided first.
    for product_id, parent_id, gate in goods:
        if product_id in off:
            verdicts.append(_PRODUCT_OFF)
        elif not is_store_on:
            verdicts.append(_STORE_OFF)
        elif not on(parent_id, rest):
            verdicts.append(_GROUP_OFF)
        else:
            code, own, is_shown = code_of(product_id), gates[gate], product_id in shown
            if code is None and own is None and is_shown:
                verdicts.append(_IN_VK)
            elif code in _TOLD_PLACES:
                is_answered = product_id in last.answered
                verdicts.append(_QUEUED if is_answered else _TOLD_PLACES[code])
            # Another store may sell what this one does not: then the item stands
            # all the same, and the last run told nothing of it.
            elif own is not None and (code in _OWN or not is_shown or product_id in alone):
                verdicts.append(own)
            else:
                verdicts.append(_IN_VK if is_shown else _QUEUED)
    return bytes(verdicts)


def _gates(switches: Switches) -> list[int | None]:
    """List what the own gates come to by what is allowed; the last is none at all."""
    allowed = {
        "marked_type": switches.allow_marked,
        "unknown_type": switches.allow_unknown_type,
    }
    return [*(None if allowed.get(code) else PLACES[code] for code in OWN), None]


_OWN = frozenset(OWN)
_TOLD_PLACES: Mapping[str | None, int] = {code: PLACES[code] for code in (BAD_ROW, *TOLD)}
_PRODUCT_OFF, _STORE_OFF, _GROUP_OFF = (
    PLACES[code] for code in ("product_off", "store_off", "group_off")
)
_IN_VK, _QUEUED = PLACES[IN_VK], PLACES[QUEUED]
