import pytest

from evosync.catalog.item import Availability, Link, MarketItem, Written
from evosync.engine.changes import Adopt
from evosync.engine.plan.adopt import adopt_drafted, adopt_undrafted
from tests.builders import SHOP, draft, item
from tests.engine.plan.planning import intent

STANDS = item(7, title="Наш чай", description="!", price=7_00, stock=3, category_id=5)


@pytest.mark.parametrize(
    ("is_intended", "title", "description"),
    [
        pytest.param(True, "Наш чай", "!", id="our own create"),
        pytest.param(False, draft().title, draft().description, id="found by its sku"),
    ],
)
def test_an_adoption_notes_what_stands_but_of_anothers_text_what_evotor_has(
    is_intended: bool, title: str, description: str
) -> None:
    wanted = draft()

    adoption = adopt_drafted(wanted, STANDS, is_intended=is_intended)

    assert adoption == Adopt(
        link=Link(
            product_id="assam",
            item_id=7,
            store_ids=(SHOP,),
            written=Written(
                title=title,
                description=description,
                price=7_00,
                stock=3,
                category_id=wanted.category_id,
                photo=wanted.photo,
                sku="assam",
            ),
            text_is_theirs=not is_intended,
        ),
        item=STANDS,
        is_intended=is_intended,
    )


def test_an_adoption_without_a_draft_notes_what_the_create_sent() -> None:
    adoption = adopt_undrafted("assam", STANDS, intent(title="Чай", price=9_00, store_ids=(SHOP,)))

    assert adoption == Adopt(
        link=Link(
            product_id="assam",
            item_id=7,
            store_ids=(SHOP,),
            written=Written(title="Чай", price=9_00, stock=3, category_id=5, sku="assam"),
        ),
        item=STANDS,
        is_intended=True,
    )


def test_an_adoption_with_neither_draft_nor_create_notes_what_stands() -> None:
    adoption = adopt_undrafted("assam", STANDS)

    assert adoption == Adopt(
        link=Link(
            product_id="assam",
            item_id=7,
            written=Written(title="Наш чай", price=7_00, stock=3, category_id=5, sku="assam"),
        ),
        item=STANDS,
        is_intended=False,
    )


@pytest.mark.parametrize(
    ("stands", "is_hidden"),
    [
        pytest.param(item(), False, id="shown"),
        pytest.param(item(availability=Availability.UNAVAILABLE), True, id="out of sight"),
        pytest.param(item(availability=Availability.UNAVAILABLE, stock=0), False, id="sold out"),
    ],
)
def test_our_own_create_that_is_out_of_sight_was_hidden_by_us(
    stands: MarketItem, is_hidden: bool
) -> None:
    drafted = adopt_drafted(draft(), stands, is_intended=True)

    assert drafted.link.written.is_hidden is is_hidden
    assert adopt_undrafted("assam", stands, intent()).link.written.is_hidden is is_hidden
    assert not adopt_drafted(draft(), stands, is_intended=False).link.written.is_hidden
