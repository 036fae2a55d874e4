"""The rows of one item, from every enabled store that has it, made one Draft or a Problem (R9)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import msgspec

from evosync.catalog.item import Draft
from evosync.catalog.names import fold_name
from evosync.catalog.problem import Problem
from evosync.catalog.product import Product, ProductGroup
from evosync.catalog.shared import once
from evosync.engine.draft.names import album_title, make_title, plain_name
from evosync.engine.draft.prices import make_price
from evosync.engine.draft.stock import SERVICE, make_stock, opening_stock
from evosync.engine.draft.texts import make_description, plain_measure
from evosync.engine.draft.types import find_refusal
from evosync.engine.rules import Rules, StockMode

# Rows, parties and what is drawn of them are made for every product of every run: a Struct
# is made in a tenth of the time that a frozen dataclass takes.

_WITHDRAWN = frozenset({"forbidden_type", "marked_type"})


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A product in one store, under its plain name, with its plain group.

    `place` is the store's in the user's order.
    """

    product: Product
    name: str
    home: ProductGroup | None
    place: int


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of what is one item, at least one, in the user's order of stores.

    They are of one product or of several that are twins: `members` are the
    other ids than the leader's, in order.
    """

    leader: str
    rows: Sequence[Row]
    members: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """All of its product ids."""
        return frozenset((self.leader, *self.members))


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a party: a draft, or the reasons why there is none.

    `is_withdrawn` says that such a product must not be on the market at all;
    otherwise a published item without a draft is kept as it stands.
    `is_for_sale` is told even when there is no draft.
    """

    draft: Draft | None
    problems: tuple[Problem, ...]
    is_for_sale: bool
    is_withdrawn: bool = False


def draw_party(party: Party, rules: Rules, *, settled: bool) -> Drawn:
    """Draft one item from its rows.

    Name, text, price and album are of the first row that is for sale, one
    with a price before one without, else of the first.
    """
    first = max(party.rows, key=_is_worth)
    for_sale = first.product.allow_to_sell
    name = first.name
    price = make_price(first.product.price, rules.price_multiplier, rules.rounding)
    refusal = find_refusal(first.product.type, rules)
    blocked = _block(price, name, refusal)
    problems: list[Problem] = []
    if not for_sale:
        problems.append(_problem(first, name, "not_for_sale"))
    elif blocked:
        kind = first.product.type or "не указан"
        problems.append(_problem(first, name, blocked, type=kind))
    if blocked or price is None:
        return Drawn(
            draft=None,
            problems=tuple(problems),
            is_for_sale=for_sale,
            is_withdrawn=refusal in _WITHDRAWN,
        )
    draft, is_cut = _draft(party, first, price, rules)
    if not settled:
        draft = replace(draft, settled=False)
    if is_cut:
        problems.append(_problem(first, name, "name_adjusted", title=draft.title))
    if code := _stock_note(draft, first, rules):
        problems.append(_problem(first, name, code))
    return Drawn(draft=draft, problems=tuple(problems), is_for_sale=for_sale)


def _is_worth(row: Row) -> tuple[bool, bool]:
    """Rank what may speak for a party; of equals the first does."""
    product = row.product
    return product.allow_to_sell, product.allow_to_sell and (product.price or 0) > 0


def _block(price: int | None, name: str, refusal: str | None) -> str | None:
    if price is None:
        return "no_price"
    if not name:
        return "no_name"
    return refusal


def _draft(party: Party, first: Row, price: int, rules: Rules) -> tuple[Draft, bool]:
    product, name = first.product, first.name
    group, album, album_key = _album(first.home.name if first.home else "")
    measure = plain_measure(product.measure_name)
    title, is_cut = make_title(name, measure=measure, group=group, code=product.code)
    others = [row.product for row in party.rows if row is not first]
    draft = Draft(
        product_id=party.leader,
        store_ids=(product.store_id, *(one.store_id for one in others)),
        # What stands already has the same texts: they are kept once.
        name=once(name),
        title=once(title),
        description=once(
            make_description(product.description, name=name, measure=measure, title=title)
        ),
        price=price,
        stock=make_stock([product, *others], rules),
        opening_stock=opening_stock(rules),
        for_sale=product.allow_to_sell,
        category_id=rules.category_id,
        photo=rules.photo,
        album=album_key,
        album_title=album,
        members=party.members,
    )
    return draft, is_cut


# Asked for every product, and a shop has few groups.
@lru_cache(maxsize=1024)
def _album(group_name: str) -> tuple[str, str, str | None]:
    """Make a group's plain name, its album's title, and that album's key."""
    title = album_title(group_name)
    return plain_name(group_name), title, fold_name(title) or None


def _stock_note(draft: Draft, first: Row, rules: Rules) -> str | None:
    if not draft.for_sale or rules.stock_mode is StockMode.FIXED or first.product.type == SERVICE:
        return None
    if draft.stock is None:
        return "stock_unknown"
    return "no_stock" if draft.stock == 0 else None


def _problem(row: Row, name: str, code: str, **detail: str) -> Problem:
    product = row.product
    return Problem(
        product_id=product.id, store_id=product.store_id, name=name, code=code, detail=detail
    )
