"""A shop of many goods that stand, and plans to change them, for the guard to divide."""

from collections.abc import Iterable, Sequence
from typing import Any

from evosync.catalog.item import Link, MarketItem
from evosync.engine.changes import Change, Field, Hide, Plan, Update
from evosync.engine.draft.shop import Drafted
from evosync.engine.guard import guard
from evosync.engine.held import Ask, Divided
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.plan.standing import Standing
from tests.builders import draft, item, link, reading

PRICE, STOCK = Field.PRICE, Field.STOCK
SEEN = Drafted(kept=frozenset({"seen"}))
"""A till that lists something."""
EMPTY_TILL = Drafted()


def name(number: int) -> str:
    return f"p{number}"


def title(number: int) -> str:
    return f"Чай номер {number}"


def stands(number: int, **values: Any) -> MarketItem:
    return item(number, product_id=name(number), **{"title": title(number)} | values)


def linked(number: int, **values: Any) -> Link:
    return link(name(number), number, **values)


def hide(number: int) -> Hide:
    return Hide(link=linked(number), item=stands(number))


def edit(number: int, *fields: Field, **values: Any) -> Update:
    """Update an item; `values` are the draft's."""
    return Update(
        link=linked(number),
        draft=draft(name(number), title=title(number), **values),
        item=stands(number),
        fields=frozenset(fields),
    )


def hides(numbers: Iterable[int]) -> list[Change]:
    return [hide(number) for number in numbers]


def shop(
    count: int, *, links: Sequence[Link] = (), items: Sequence[MarketItem] = (), **memory: Any
) -> Standing:
    """Let so many goods stand, linked and on sale, beside these."""
    numbers = range(1, count + 1)
    return Standing(
        reading=reading(*map(stands, numbers), *items),
        links=(*map(linked, numbers), *links),
        memory=Memory(**memory),
    )


def divide(changes: Sequence[Change], standing: Standing, drafted: Drafted = SEEN) -> Divided:
    return guard(Plan(changes=tuple(changes)), drafted, standing)


def said(verdict: Verdict, ask: Ask, numbers: Iterable[int]) -> Consent:
    members = frozenset((ask.value, name(number)) for number in numbers)
    return Consent(verdict=verdict, members=members)


def prices(count: int, price: int) -> list[Change]:
    return [edit(number, PRICE, price=price) for number in range(1, count + 1)]
