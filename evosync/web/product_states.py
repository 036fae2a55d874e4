"""What becomes of a product in few words: the badge of a row, what it is counted under (pure)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from evosync.catalog.problem import Problem
from evosync.db.shelf import ListedProduct
from evosync.db.sync import SyncConfig
from evosync.engine.draft.names import TITLE_MIN, make_title, plain_name
from evosync.engine.draft.prices import make_price
from evosync.engine.fates import IN_VK, QUEUED, Bucket
from evosync.engine.rules import GonePolicy
from evosync.spoken import clock_time
from evosync.web import reasons
from evosync.web.flash import Kind

CLOCK = "clock"
CHIPS: dict[Bucket | None, str] = {
    None: "Все",
    Bucket.IN_VK: "В VK",
    Bucket.WAITING: "Ждут вас",
    Bucket.QUEUED: "Ждут отправки",
    Bucket.OFF: "Не публикуются",
}
"""What the filters are called; where nothing waits to be sent its filter is left out."""

KINDS: dict[Bucket | None, Kind | None] = {
    None: None,
    Bucket.IN_VK: "success",
    Bucket.WAITING: "warning",
    Bucket.QUEUED: "secondary",
    Bucket.OFF: "secondary",
}

SWITCHED_OFF = frozenset({"product_off", "group_off", "store_off"})
"""The fates of what a switch of the owner's keeps from VK."""

_LEAVING = {GonePolicy.HIDE: "Скроется", GonePolicy.DELETE: "Удалится", GonePolicy.ZERO: "Уйдёт"}
_OFF_BADGES = {"group_off": "Группа выключена", "store_off": "Магазин выключен"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What goes for all goods of a store: the settings, and when the mirror comes next.

    `next_at` is None while no run would come by itself, or nobody knows when.
    `plain_groups` are ids of groups whose goods bear a name of their own.
    """

    store_id: str
    config: SyncConfig
    is_mirrored: bool
    next_at: datetime | None
    now: datetime
    zone: str
    plain_groups: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Badge:
    """One of the four states, its word, and an icon in place of the state's own."""

    kind: Kind
    word: str
    icon: str | None = None


def badge_of(product: ListedProduct, mood: Mood) -> Badge:
    """Say in a badge what becomes of a product."""
    fate = product.slot.fate
    if fate == IN_VK:
        if mood.is_mirrored and _will_change(product, mood):
            return Badge("secondary", f"Обновится {_when(mood)}", CLOCK)
        return Badge(reasons.IN_VK.kind, reasons.IN_VK.badge)
    if fate == QUEUED:
        if mood.is_mirrored:
            return Badge("secondary", f"Отправится {_when(mood)}", CLOCK)
        return Badge("secondary", "Ждёт отправки", CLOCK)
    if fate in SWITCHED_OFF:
        if mood.is_mirrored and _will_leave(product, mood):
            return Badge("secondary", f"{_LEAVING[mood.config.gone]} {_when(mood)}", CLOCK)
        return Badge("secondary", _OFF_BADGES.get(fate, reasons.reason_of(fate).badge))
    reason = reasons.reason_of(fate)
    return Badge(reason.kind, reason.badge, reason.icon)


def reason_in_words(product: ListedProduct, told: Iterable[Problem]) -> str:
    """Say in sentences why a product is not in VK as asked, by what the last run told of it."""
    fate = product.slot.fate
    if fate in (IN_VK, QUEUED):
        return " ".join(each.reason for each in told if each.is_note)
    if fate in SWITCHED_OFF:
        return f"{reasons.reason_of(fate).told}."
    sentences = [each.reason for each in told if each.code == fate]
    return " ".join(sentences) or f"{reasons.reason_of(fate).told}."


def _when(mood: Mood) -> str:
    if mood.next_at is None or mood.next_at < mood.now:
        return "скоро"
    return clock_time(mood.next_at, mood.now, mood.zone)


def _will_change(product: ListedProduct, mood: Mood) -> bool:
    """Tell whether VK shows another price or name than the till's would be, by this store's row."""
    item, config = product.item, mood.config
    if item is None or not _is_of(product, mood):
        return False
    price = make_price(product.price, config.price_multiplier, config.rounding)
    # What was sent already, and VK does not take, will not be any other the next time.
    if item.price is not None and price not in (None, item.price, item.written_price):
        return True
    title = _wanted_title(product, mood)
    return title is not None and title not in (plain_name(item.title or title), item.written_title)


def _wanted_title(product: ListedProduct, mood: Mood) -> str | None:
    """Make the title of a product, where its own name makes it: no group's nor measure's does."""
    name = plain_name(product.name)
    is_plain = product.parent_id is None or product.parent_id in mood.plain_groups
    if not is_plain or len(name) < TITLE_MIN:
        return None
    return make_title(name, measure="", group="", code="")[0]


def _will_leave(product: ListedProduct, mood: Mood) -> bool:
    """Tell whether the next run takes a product off sale that was switched off."""
    item = product.item
    if item is None or not item.is_shown or mood.config.gone is GonePolicy.LEAVE:
        return False
    is_gone_already = mood.config.gone is GonePolicy.ZERO and item.written_stock == 0
    # Another store may sell it still.
    return item.store_ids == (mood.store_id,) and not is_gone_already


def _is_of(product: ListedProduct, mood: Mood) -> bool:
    """Tell whether it is this store that prices an item."""
    return product.item is not None and product.item.store_ids[:1] == (mood.store_id,)
