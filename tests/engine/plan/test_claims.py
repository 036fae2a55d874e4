from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Availability, Link, LinkState, MarketItem
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.standing import Standing
from tests.builders import NOON, item, link, reading
from tests.engine.plan.planning import intent

AWAY: dict[str, Any] = {"availability": Availability.UNAVAILABLE}


def claimed(*items: MarketItem, links: tuple[Link, ...] = (), **more: Any) -> tuple[str, ...]:
    return list_claimed(Standing(reading=reading(*items), links=links, **more))


@pytest.mark.parametrize(
    ("weaker", "weaker_item"),
    [
        pytest.param(link("a", 1), item(1, **AWAY), id="hidden by hand"),
        pytest.param(link("a", 1, last={"is_hidden": True}), item(1, **AWAY), id="hidden by us"),
        pytest.param(link("a", 3), item(3), id="newer"),
        pytest.param(link("a", 1), None, id="not there"),
        pytest.param(link("a", 1, state=LinkState.DELETED), None, id="deleted"),
        pytest.param(link("a", 1, state=LinkState.LOST), None, id="lost"),
    ],
)
def test_of_two_links_that_of_the_item_in_sight_is_stronger(
    weaker: Link, weaker_item: MarketItem | None
) -> None:
    items = [one for one in (weaker_item, item(2, product_id="b")) if one is not None]

    assert claimed(*items, links=(weaker, link("b", 2))) == ("b", "a")


def test_a_link_that_has_twins_is_stronger_than_one_in_sight() -> None:
    first, second = link("a", 1), link("b", 2, members=("a",), last={"is_hidden": True})

    assert claimed(item(1), item(2, **AWAY), links=(first, second)) == ("b", "a")


def test_doubts_and_skus_come_before_links_whose_item_is_gone() -> None:
    items = (item(1, product_id="stands"), item(2, product_id="sku"), item(3, product_id=None))
    links = (
        link("erased", 6, state=LinkState.ERASED),
        link("lost", 9, state=LinkState.LOST),
        link("deleted", 8, state=LinkState.DELETED),
        link("absent", 7),
        link("stands", 1),
    )
    intents = (intent("doubt"), intent("older", sent_at=NOON - timedelta(days=1)))

    assert claimed(*items, links=links, intents=intents) == (
        *("stands", "older", "doubt", "sku", "absent", "lost", "deleted", "erased"),
    )


def test_an_item_that_vk_lists_though_it_is_removed_is_no_claim() -> None:
    assert claimed(item(2, availability=Availability.REMOVED)) == ()
