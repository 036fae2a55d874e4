"""Which items of ours are on sale, before a run and after it."""

from collections.abc import Iterable, Mapping

from evosync.catalog.item import Availability, Draft, Link, MarketItem
from evosync.engine.changes import (
    Create,
    Delete,
    Done,
    Field,
    Hide,
    Outcome,
    Relink,
    Restore,
    Update,
    Zero,
)
from evosync.engine.plan.standing import is_hidden_by_person, is_hidden_by_us


def find_live(links: Iterable[Link], items: Mapping[int, MarketItem]) -> frozenset[int]:
    """List the linked items (by id) that a buyer sees and can buy."""
    return frozenset(
        link.item_id
        for link in links
        if (item := items.get(link.item_id)) is not None and _is_live(link, item)
    )


def find_live_after(live: frozenset[int], outcomes: Iterable[Outcome]) -> frozenset[int]:
    """List the items that are on sale after this; what is not known to be done changed nothing."""
    left = set(live)
    for outcome in outcomes:
        if not isinstance(outcome, Done):
            continue
        match outcome.change:
            case Create(draft=draft) if outcome.item_id is not None:
                _note(left, outcome.item_id, is_live=_opens_with(draft) != 0)
            case Hide(link=link) | Zero(link=link) | Delete(link=link):
                _note(left, link.item_id, is_live=False)
            case Restore(link=link, draft=draft, fields=fields):
                stock = draft.stock if Field.STOCK in fields else link.written.stock
                _note(left, link.item_id, is_live=stock != 0)
            case Update() | Relink() as edit if Field.STOCK in edit.fields:
                is_seen = not (
                    is_hidden_by_us(edit.link) or is_hidden_by_person(edit.link, edit.item)
                )
                _note(left, edit.link.item_id, is_live=is_seen and edit.draft.stock != 0)
            case _:
                pass
    return frozenset(left)


def _is_live(link: Link, item: MarketItem) -> bool:
    # VK may tell no stock; then what we last wrote counts.
    stock = link.written.stock if item.stock is None else item.stock
    is_shown = item.availability is Availability.AVAILABLE and not is_hidden_by_us(link)
    return is_shown and stock != 0


def _opens_with(draft: Draft) -> int:
    return draft.opening_stock if draft.stock is None else draft.stock


def _note(live: set[int], item_id: int, *, is_live: bool) -> None:
    if is_live:
        live.add(item_id)
    else:
        live.discard(item_id)
