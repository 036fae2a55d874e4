"""A whole snapshot drafted: the wanted items, the reasons, and what must not be touched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evosync.catalog.item import Draft
from evosync.catalog.problem import Problem
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.engine.draft.groups import find_home, full_name, index_groups, is_switched_on
from evosync.engine.draft.product import Drawn, Row, draw_party
from evosync.engine.draft.twins import gather
from evosync.engine.rules import Rules, Selection, TwinsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a snapshot comes to under the user's rules.

    Every product that was seen is in one of these:

    - `drafts`: wanted on the market, by product id;
    - `members`: part of the draft of another product, whose id is the value (twins);
    - `kept`: has a Problem; a published item stays as it stands, except that
      those in `stopped` are not for sale and get stock 0;
    - `unknown`: a bad row, known only from a store not read whole, or missed: not touched;
    - `off`: in the till, but switched off or never to be published (those are
      in `withdrawn`, too): its item goes by the user's gone policy.

    A product in none of them was not seen. `unknown_stores` are switched on
    but were not read whole, or not even listed: what they hold nobody knows. The
    same goes for `missed`, single products (store id, product id) that were
    neither listed nor surely absent.
    """

    drafts: Mapping[str, Draft] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    kept: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    unknown_stores: frozenset[str] = frozenset()
    missed: frozenset[tuple[str, str]] = frozenset()

    def saw(self, product_id: str) -> bool:
        """Tell whether the till lists this product, in whatever state."""
        return (
            product_id in self.drafts
            or product_id in self.members
            or product_id in self.kept
            or product_id in self.unknown
            or product_id in self.off
        )


def draft_shop(
    snapshot: Snapshot,
    rules: Rules,
    claimed: Sequence[str] = (),
    *,
    missed: frozenset[tuple[str, str]] = frozenset(),
) -> Drafted:
    """Draft every product of the snapshot by the user's rules.

    `claimed` are the product ids that have or may have an item, the strongest
    claim first: twins are drafted under the strongest of their ids. The order
    of stores is the user's; that of groups and products does not matter. A
    product that also stands in a store not read whole, or has a bad row
    there, or was `missed` there, is drafted from the other stores and is not
    settled.
    """
    readings = _in_order(snapshot, rules.selection)
    unlisted = rules.selection.stores - {reading.store.id for reading in readings}
    on = [reading for reading in readings if reading.store.id in rules.selection.stores]
    rows = _rows_on(on, rules.selection)
    blurred = frozenset(_blurred(on, rules.selection)).union(key for _, key in missed)
    parties = list(gather(rows, joins=rules.twins is TwinsPolicy.ONE, claimed=claimed))
    joined = (party.ids for party in parties if party.members)
    blurred = blurred.union(*(ids for ids in joined if ids & blurred))
    drawn = {
        party.leader: draw_party(party, rules, settled=party.leader not in blurred)
        for party in parties
    }
    each = {one: drawn[party.leader] for party in parties for one in party.ids}
    withdrawn = {key for key, one in each.items() if one.is_withdrawn} - blurred
    kept = {key for key, one in each.items() if one.draft is None} - withdrawn
    unknown = blurred - each.keys()
    seen = {product.id for reading in readings for product in reading.products}
    return Drafted(
        drafts={key: one.draft for key, one in drawn.items() if one.draft is not None},
        members={
            one: party.leader
            for party in parties
            for one in party.members
            if drawn[party.leader].draft is not None
        },
        problems=(
            *map(_unlisted_problem, sorted(unlisted)),
            *_problems(on, drawn, rules.selection),
        ),
        kept=frozenset(kept),
        stopped=frozenset(key for key in kept - blurred if not each[key].is_for_sale),
        unknown=unknown,
        off=frozenset((seen - each.keys() - unknown) | withdrawn),
        withdrawn=frozenset(withdrawn),
        unknown_stores=unlisted | {one.store.id for one in on if not one.is_whole},
        missed=missed,
    )


def _in_order(snapshot: Snapshot, selection: Selection) -> list[StoreReading]:
    places = {store_id: place for place, store_id in enumerate(selection.store_order)}
    last = len(places)
    return sorted(
        snapshot.readings,
        key=lambda reading: (places.get(reading.store.id, last), reading.store.id),
    )


def _rows_on(on: Iterable[StoreReading], selection: Selection) -> Mapping[str, Sequence[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for place, reading in enumerate(on):
        if not reading.is_whole:
            continue
        groups = index_groups(reading.groups)
        for product in reading.products:
            home = find_home(product, groups)
            if is_switched_on(product, home, selection):
                name = full_name(product, groups)
                rows[product.id].append(Row(product=product, name=name, home=home, place=place))
    return rows


def _blurred(on: Iterable[StoreReading], selection: Selection) -> Iterator[str]:
    """List the products that an enabled store may sell, nobody knows how."""
    for reading in on:
        ids = [row.id for row in reading.bad_rows if row.id is not None]
        if not reading.is_whole:
            # Its groups may be missing too, so only the product's own switch is believed.
            ids += [product.id for product in reading.products]
        for product_id in ids:
            if (reading.store.id, product_id) not in selection.products_off:
                yield product_id


def _problems(
    on: Iterable[StoreReading], drawn: Mapping[str, Drawn], selection: Selection
) -> Iterator[Problem]:
    for reading in on:
        yield from _store_problems(reading)
        for row in sorted(reading.bad_rows, key=lambda row: (row.id or "", row.field, row.name)):
            if row.id is None or (row.store_id, row.id) not in selection.products_off:
                yield Problem(
                    product_id=row.id or "",
                    store_id=row.store_id,
                    name=row.name,
                    code="bad_row",
                    detail={"field": row.field},
                )
    for one in drawn.values():
        yield from one.problems


def _store_problems(reading: StoreReading) -> Iterator[Problem]:
    if reading.is_whole:
        return
    code = "store_not_paid" if reading.state is ReadingState.NOT_PAID else "store_unreadable"
    why = reading.reason or "Эвотор ответил не полностью"
    yield _store_problem(reading.store.id, reading.store.name, code, why)


def _unlisted_problem(store_id: str) -> Problem:
    """Say that a store which is on is not listed; its id stands for the name that went with it."""
    why = "Эвотор больше не называет этот магазин"
    return _store_problem(store_id, store_id, "store_unreadable", why)


def _store_problem(store_id: str, name: str, code: str, why: str) -> Problem:
    return Problem(
        product_id="",
        store_id=store_id,
        name=name,
        code=code,
        detail={"store": name, "why": why},
    )
