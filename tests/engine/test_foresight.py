from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from evosync.engine.foresight import Foreseen, PricePair, Repriced, foresee, reprice
from evosync.engine.memory import Consent, Memory, Verdict
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import Rounding, StockMode
from tests.builders import item, link, product, reading, rules, snapshot

SETTLE = timedelta(seconds=1)
COUNT = 12
IDS = tuple(f"tea-{number}" for number in range(COUNT))
SHOP = snapshot(*(product(one, name=f"Чай {one}", quantity=Decimal(0)) for one in IDS))
STANDING = Standing(
    reading=reading(
        *(item(number, product_id=one, title=f"Чай {one}") for number, one in enumerate(IDS, 1))
    ),
    links=tuple(link(one, number) for number, one in enumerate(IDS, 1)),
)


@pytest.mark.parametrize(
    ("multiplier", "rounding", "wanted"),
    [
        pytest.param("1", Rounding.NONE, Repriced(total=6), id="as they are"),
        pytest.param("1.1", Rounding.NONE, Repriced(changed=6, total=6), id="dearer"),
        pytest.param("3", Rounding.NONE, Repriced(changed=6, total=6), id="three times is not far"),
        pytest.param("3.01", Rounding.NONE, Repriced(changed=6, far=6, total=6), id="far"),
        pytest.param("0.33", Rounding.NONE, Repriced(changed=6, far=6, total=6), id="far down"),
        pytest.param("1", Rounding.TEN, Repriced(changed=1, far=1, total=6), id="rounded"),
    ],
)
def test_other_prices_are_counted_with_all_goods_that_cost_the_same(
    multiplier: str, rounding: Rounding, wanted: Repriced
) -> None:
    pairs = [PricePair(till=100_00, market=100_00, count=5), PricePair(till=1_00, market=1_00)]
    assert reprice(pairs, Decimal(multiplier), rounding) == wanted


def test_a_setting_is_asked_about_only_for_what_it_brings_itself() -> None:
    before = rules()
    far = replace(before, price_multiplier=Decimal(4))
    told = foresee(SHOP, STANDING, before, far, settle=SETTLE)
    assert told.members == {("price", one) for one in IDS}
    assert (told.prices, told.off_sale, told.live, told.own) == (COUNT, 0, COUNT, COUNT)
    empty = replace(before, stock_mode=StockMode.REAL)
    assert foresee(SHOP, STANDING, before, empty, settle=SETTLE).off_sale == COUNT
    both = replace(empty, price_multiplier=Decimal(4))
    assert foresee(SHOP, STANDING, empty, both, settle=SETTLE).off_sale == 0
    assert not foresee(SHOP, STANDING, far, far, settle=SETTLE).members


def test_a_yes_to_one_multiplier_is_none_to_another() -> None:
    once, far = rules(), replace(rules(), price_multiplier=Decimal(10))
    members = frozenset(("price", one) for one in IDS)
    agreed = replace(
        STANDING, memory=Memory(consents=(Consent(verdict=Verdict.STATED, members=members),))
    )
    farther = foresee(SHOP, agreed, far, replace(far, price_multiplier=Decimal(100)), settle=SETTLE)
    assert farther.members == members
    back = foresee(SHOP, agreed, far, once, settle=SETTLE)
    assert not back.members
    assert members <= back.taken_back
    other = foresee(SHOP, agreed, far, replace(far, stock_mode=StockMode.REAL), settle=SETTLE)
    assert not members & other.taken_back


def test_a_yes_to_stocks_ends_with_the_stocks() -> None:
    real, fixed = rules(stock_mode=StockMode.REAL), rules()
    members = frozenset(("zero", one) for one in IDS)
    agreed = replace(
        STANDING, memory=Memory(consents=(Consent(verdict=Verdict.STATED, members=members),))
    )
    assert members <= foresee(SHOP, agreed, real, fixed, settle=SETTLE).taken_back
    dearer = replace(real, price_multiplier=Decimal(2))
    assert not members & foresee(SHOP, agreed, real, dearer, settle=SETTLE).taken_back


def test_another_set_of_goods_has_another_name() -> None:
    one, other = (Foreseen(members=frozenset({("price", name)})) for name in IDS[:2])
    assert one.digest == replace(one, live=5).digest != other.digest
