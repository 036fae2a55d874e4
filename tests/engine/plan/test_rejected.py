"""Items that moderation rejected: taken off sale only, until our side has something new."""

from typing import Any

import pytest

from evosync.catalog.item import Availability, Draft, Link
from evosync.engine.changes import Field, Hide, Restore, Update, Zero
from evosync.engine.rules import GonePolicy
from tests.builders import draft, item, link
from tests.engine.plan.planning import codes, plan
from tests.engine.plan.test_gone import OFF
from tests.engine.plan.test_gone import plan as plan_gone

REJECTED = item(rejected="нет фото", price=1, title="Чай")


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        pytest.param(draft(price=5), set(), id="dearer"),
        pytest.param(draft(stock=3), set(), id="stock"),
        pytest.param(draft(stock=0, price=5), {Field.STOCK}, id="sold out"),
        pytest.param(draft(photo=None), set(), id="no photo wanted"),
        pytest.param(draft(title="Чай & Ко"), {Field.PRICE, Field.TITLE}, id="title"),
        pytest.param(
            draft(description="Новый текст"),
            {Field.PRICE, Field.TITLE, Field.DESCRIPTION},
            id="description",
        ),
        pytest.param(draft(photo="0" * 64), {Field.PRICE, Field.TITLE, Field.PHOTO}, id="picture"),
    ],
)
def test_nothing_but_off_sale_is_sent_before_our_side_changes(
    wanted: Draft, sent: set[Field]
) -> None:
    made = plan(wanted, (link(),), (REJECTED,))

    changed = [change.fields for change in made.changes if isinstance(change, Update)]
    assert frozenset().union(*changed) == sent
    assert len(changed) == len(made.changes)
    assert codes(made) == ["vk_rejected"]


@pytest.mark.parametrize(
    "linked",
    [
        pytest.param(link(last={"is_hidden": True}), id="hidden by us"),
        pytest.param(link(pending="show"), id="show begun"),
    ],
)
def test_one_that_we_took_away_stays_away_before_our_side_changes(linked: Link) -> None:
    away = item(availability=Availability.UNAVAILABLE, rejected="нет фото")

    kept = plan(draft(), (linked,), (away,))
    shown = plan(draft(title="Чай другой"), (linked,), (away,))

    assert (kept.changes, kept.unchanged, codes(kept)) == ((), 1, ["vk_rejected"])
    assert [type(change) for change in shown.changes] == [Restore]
    assert codes(shown) == ["vk_rejected"]


@pytest.mark.parametrize(("policy", "kind"), [(GonePolicy.HIDE, Hide), (GonePolicy.ZERO, Zero)])
def test_it_is_taken_off_sale_when_its_product_goes(policy: GonePolicy, kind: Any) -> None:
    made = plan_gone(OFF, stands=REJECTED, gone=policy)

    assert [type(change) for change in made.changes] == [kind]
