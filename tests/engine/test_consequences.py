"""What turning switches would bring: as many goods as a run would send, hide, or ask about."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evosync.catalog.product import Product
from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.engine.consequences import Consequence, Known, weigh
from evosync.engine.draft.shop import draft_shop
from evosync.engine.guard import guard
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import GonePolicy, Rules, Selection, StockMode, TwinsPolicy
from tests.builders import (
    BOTH_SHOPS,
    SECOND_SHOP,
    SHOP,
    group,
    item,
    link,
    product,
    reading,
    rules,
    snapshot,
    store,
    store_reading,
)
from tests.engine.pushing import SETTLE

TEAS = [f"tea-{number}" for number in range(10)]
CUPS = [f"cup-{number}" for number in range(4)]


def teas(**values: Any) -> list[Product]:
    return [product(each, name=each, parent_id="tea", **values) for each in TEAS]


def cups(**values: Any) -> list[Product]:
    return [product(each, name=each, parent_id="cups", **values) for each in CUPS]


def shop(*products: Product) -> Snapshot:
    groups = (group("tea"), group("cups", name="Чашки"))
    return snapshot(store_reading(*products, groups=groups))


def standing(*product_ids: str, **memory: Any) -> Standing:
    """Let these stand in VK, on sale."""
    return Standing(
        reading=reading(*(item(n, product_id=each) for n, each in enumerate(product_ids, 1))),
        links=tuple(link(each, n) for n, each in enumerate(product_ids, 1)),
        memory=Memory(**memory),
    )


def chosen(*groups: str, off: Iterable[str] = (), stores: Iterable[str] = (SHOP,)) -> Selection:
    stores = tuple(stores)
    return rules(
        stores=stores, groups=groups, products_off=[(SHOP, each) for each in off]
    ).selection


def known(shop: Snapshot, stands: Standing, before: Selection, **values: Any) -> Known:
    return Known(snapshot=shop, standing=stands, rules=replace(rules(**values), selection=before))


ALL = chosen("tea", "cups")
NOTHING = Consequence()


@pytest.mark.parametrize(
    ("before", "after", "added", "dropped"),
    [
        pytest.param(chosen("tea"), ALL, CUPS, [], id="a group on"),
        pytest.param(ALL, chosen("tea"), [], CUPS, id="a group off"),
        pytest.param(chosen("tea", stores=()), ALL, [*TEAS, *CUPS], [], id="a store on"),
        pytest.param(
            chosen(stores=()), chosen("tea", stores=()), [], [], id="in a store that is off"
        ),
        pytest.param(ALL, chosen("tea", "cups", off=["cup-0"]), [], ["cup-0"], id="a product off"),
        pytest.param(ALL, ALL, [], [], id="nothing"),
    ],
)
def test_goods_are_counted_as_they_would_be_drafted(
    before: Selection, after: Selection, added: list[str], dropped: list[str]
) -> None:
    found = weigh(known(shop(*teas(), *cups()), standing(), before), after)
    assert found == Consequence(added=frozenset(added), dropped=frozenset(dropped))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"price": None}, id="no price"),
        pytest.param({"allow_to_sell": False}, id="not for sale"),
        pytest.param({"type": "ALCOHOL_MARKED"}, id="forbidden"),
        pytest.param({"name": " "}, id="no name"),
    ],
)
def test_what_would_not_be_published_is_not_counted(odd: dict[str, Any]) -> None:
    cup = product(**{"product_id": "cup", "name": "Чашка", "parent_id": "cups"} | odd)
    found = weigh(known(shop(*teas(), cup), standing(), chosen("tea")), ALL)
    assert found == NOTHING


def test_a_store_that_was_not_read_adds_nothing() -> None:
    unread = snapshot(store_reading(*teas(), groups=(group("tea"),), state=ReadingState.PARTIAL))
    assert weigh(known(unread, standing(), chosen()), chosen("tea")) == NOTHING


@pytest.mark.parametrize(
    ("gone", "kind"),
    [
        pytest.param(GonePolicy.HIDE, "hide", id="hide"),
        pytest.param(GonePolicy.DELETE, "delete", id="delete"),
        pytest.param(GonePolicy.ZERO, "zero", id="zero"),
        pytest.param(GonePolicy.LEAVE, None, id="leave"),
    ],
)
def test_what_goes_off_sale_goes_by_the_policy(gone: GonePolicy, kind: str | None) -> None:
    found = weigh(
        known(shop(*teas(), *cups()), standing(*TEAS, *CUPS), ALL, gone=gone), chosen("tea")
    )
    assert found.dropped == set(CUPS)
    assert found.leaving == ({(kind, each) for each in CUPS} if kind else set())


@pytest.mark.parametrize(
    ("stands", "after", "asked", "left"),
    [
        pytest.param([*TEAS, *CUPS], chosen("tea"), 0, 0, id="10 of 14 stay"),
        pytest.param([*TEAS, *CUPS], chosen("cups"), 10, 4, id="4 of 14 stay"),
        pytest.param([*TEAS], chosen("tea", off=TEAS[:3]), 0, 0, id="7 of 10 stay"),
        pytest.param([*TEAS], chosen("tea", off=TEAS[:4]), 4, 6, id="6 of 10 stay"),
        pytest.param(TEAS[:9], chosen("tea", off=TEAS[:8]), 0, 0, id="1 of 9 stays"),
        pytest.param(TEAS[:9], chosen("tea", off=TEAS[:9]), 9, 0, id="none of 9 stays"),
        pytest.param(CUPS, chosen("tea"), 4, 0, id="none of 4, and others come"),
        pytest.param([], chosen(), 0, 0, id="none of none"),
    ],
)
def test_it_asks_where_the_guard_would_hold(
    stands: list[str], after: Selection, asked: int, left: int
) -> None:
    found = weigh(known(shop(*teas(), *cups()), standing(*stands), ALL), after)
    assert (len(found.asked), found.left) == (asked, left)
    assert found.on_sale == (len(stands) if asked else 0)


def test_what_is_asked_is_just_what_a_run_would_hold() -> None:
    here, stands = shop(*teas(), *cups()), standing(*TEAS, *CUPS)
    found = weigh(known(here, stands, ALL), chosen("cups"))
    after = replace(rules(), selection=chosen("cups"))
    drafted = draft_shop(here, after)
    plan = make_plan(drafted, stands, after, settle=SETTLE)
    held = guard(plan, drafted, stands).held
    assert held is not None
    assert found.asked == set(held.members)
    agreed = replace(
        stands,
        memory=Memory(consents=(Consent(verdict=Verdict.STATED, members=found.asked),)),
    )
    assert guard(plan, drafted, agreed).held is None


def test_what_waits_from_earlier_switches_is_asked_about_along() -> None:
    stands = standing(*TEAS, *CUPS)
    here = shop(*teas(), *cups())
    off = weigh(known(here, stands, ALL), chosen("tea"))
    assert not off.asked
    then = weigh(known(here, stands, chosen("tea")), chosen("tea", off=["tea-0"]))
    assert then.leaving == {("hide", "tea-0")}
    assert then.asked == {("hide", each) for each in ("tea-0", *CUPS)}
    assert (then.left, then.on_sale) == (9, 14)


def test_what_goes_for_another_reason_is_no_matter_of_the_switch() -> None:
    """Leave the goods that ran out, or may not be sold any more, to the run's own question."""
    out = [replace(each, quantity=Decimal(0)) for each in teas()[:4]]
    banned = [replace(each, type="ALCOHOL_MARKED") for each in teas()[4:8]]
    here = shop(*out, *banned, *teas()[8:], *cups())
    stands = standing(*TEAS, *CUPS)
    before = known(here, stands, ALL, stock_mode=StockMode.REAL)
    one = weigh(before, chosen("tea", "cups", off=["cup-0"]))
    assert one.leaving == {("hide", "cup-0")}
    assert not one.asked
    many = weigh(before, chosen("tea", off=TEAS[8:]))
    assert many.asked == {("hide", each) for each in (*TEAS[8:], *CUPS)}
    assert (many.left, many.on_sale) == (8, 14)


def test_switches_that_stand_so_already_bring_nothing() -> None:
    assert weigh(known(shop(*teas()), standing(*TEAS, *CUPS), ALL), ALL) == NOTHING


def test_what_comes_asks_nothing_of_what_goes_already() -> None:
    stands = standing(*TEAS, *CUPS)
    here = shop(*teas(), *cups(), product("jam", name="Джем"))
    waiting = known(here, stands, chosen("cups"))
    assert not weigh(waiting, chosen("cups", "none")).asked


def test_what_was_agreed_to_is_not_asked_again() -> None:
    members = frozenset(("hide", each) for each in TEAS)
    consents = (Consent(verdict=Verdict.STATED, members=members),)
    stands = standing(*TEAS, *CUPS, consents=consents)
    found = weigh(known(shop(*teas(), *cups()), stands, ALL), chosen("cups"))
    assert found.leaving == members
    assert not found.asked


def test_the_most_that_was_on_sale_lately_is_the_measure() -> None:
    stands = standing(*TEAS, high_mark=30)
    found = weigh(known(shop(*teas()), stands, ALL), chosen("tea", off=["tea-0"]))
    assert found.asked == {("hide", "tea-0")}


def both(**values: Any) -> Snapshot:
    """Let the teas stand in both shops, under ids of their own."""
    twins = [replace(each, id=f"twin of {each.id}", **values) for each in teas()]
    second = store_reading(
        *twins,
        groups=(group("tea", store_id=SECOND_SHOP),),
        store=store(SECOND_SHOP, name="Вторая"),
    )
    return snapshot(store_reading(*teas(), groups=(group("tea"),)), second)


@pytest.mark.parametrize(
    ("twins", "added"),
    [pytest.param(TwinsPolicy.ONE, 0, id="one"), pytest.param(TwinsPolicy.BOTH, 10, id="both")],
)
def test_twins_in_a_second_store_are_no_more_goods(twins: TwinsPolicy, added: int) -> None:
    found = weigh(
        known(both(), standing(*TEAS), chosen("tea"), twins=twins),
        chosen("tea", stores=BOTH_SHOPS),
    )
    assert len(found.added) == added
    assert not found.leaving


def test_an_item_whose_twin_stays_does_not_go() -> None:
    stands = standing(*TEAS)
    members = tuple(replace(one, members=(f"twin of {one.product_id}",)) for one in stands.links)
    before = chosen("tea", stores=BOTH_SHOPS)
    after = replace(before, stores=frozenset({SECOND_SHOP}))
    found = weigh(known(both(), replace(stands, links=members), before), after)
    assert not (found.added | found.dropped | found.leaving | found.asked)


def test_a_stock_that_only_a_store_had_goes_with_it() -> None:
    empty = [replace(each, store_id=SECOND_SHOP, quantity=Decimal(0)) for each in teas()]
    second = store_reading(
        *empty,
        groups=(group("tea", store_id=SECOND_SHOP),),
        store=store(SECOND_SHOP, name="Вторая"),
    )
    here = snapshot(store_reading(*teas(), groups=(group("tea"),)), second)
    before = chosen("tea", stores=BOTH_SHOPS)
    after = replace(before, stores=frozenset({SECOND_SHOP}))
    found = weigh(known(here, standing(*TEAS), before, stock_mode=StockMode.REAL), after)
    assert found.leaving == found.asked == {("zero", each) for each in TEAS}


def test_rules_are_those_of_the_user() -> None:
    marked = shop(product("jam", name="Джем", parent_id="cups", type="DAIRY_MARKED"))
    for allowed, added in ((False, set()), (True, {"jam"})):
        before = Known(
            snapshot=marked,
            standing=standing(),
            rules=Rules(selection=chosen("tea"), allow_marked=allowed),
        )
        assert weigh(before, ALL).added == added
