from typing import Any

import pytest

from evosync.catalog.product import Attribute, Choice, ProductGroup
from evosync.engine.draft.groups import find_home, full_name, index_groups, is_switched_on
from evosync.engine.rules import NO_GROUP
from tests.builders import SECOND_SHOP, SHOP, group, product, rules

SIZE = Attribute(
    id="size", name="Объём", choices=(Choice(id="s", name="200 мл"), Choice(id="m", name=" "))
)
COLOUR = Attribute(id="colour", name="Цвет", choices=(Choice(id="r", name="красная"),))


def cups(group_id: str = "cups", **values: Any) -> ProductGroup:
    return group(group_id, **{"name": "Чашка", "attributes": (SIZE, COLOUR)} | values)


@pytest.mark.parametrize(
    ("parent_id", "groups", "home"),
    [
        pytest.param(None, [group()], None, id="at the root"),
        pytest.param("tea", [group()], "tea", id="its own group"),
        pytest.param("lost", [group()], None, id="not listed"),
        pytest.param("tea", [group(parent_id="lost")], "tea", id="an orphan is a top group"),
        pytest.param("tea", [group(parent_id="tea")], "tea", id="so is one in a circle"),
        pytest.param("cups", [cups(parent_id="tea"), group()], "tea", id="modification"),
        pytest.param(
            "cups",
            [cups(parent_id="more"), cups("more", parent_id="tea"), group()],
            "tea",
            id="deep",
        ),
        pytest.param("cups", [cups()], None, id="modification at the root"),
        pytest.param("cups", [cups(parent_id="lost")], None, id="modification of nothing"),
        pytest.param(
            "cups", [cups(parent_id="more"), cups("more", parent_id="cups")], None, id="circle"
        ),
    ],
)
def test_home(parent_id: str | None, groups: list[ProductGroup], home: str | None) -> None:
    found = find_home(product(parent_id=parent_id), index_groups(groups))

    assert (found.id if found else None) == home


@pytest.mark.parametrize(
    ("name", "choices", "full"),
    [
        pytest.param("Чашка красная", {}, "Чашка красная", id="own name goes on"),
        pytest.param("ЧАШКА красная", {"size": "s"}, "ЧАШКА красная", id="whatever the case"),
        pytest.param("Чашка", {"size": "s"}, "Чашка, 200 мл", id="own name says no more"),
        pytest.param(
            "Красная", {"colour": "r", "size": "s"}, "Чашка, 200 мл, красная", id="group's order"
        ),
        pytest.param("Красная", {"size": "m"}, "Красная", id="a nameless choice"),
        pytest.param("Красная", {"size": "?"}, "Красная", id="an unknown choice"),
        pytest.param(" ", {}, "Чашка", id="only the group has a name"),
    ],
)
def test_a_modification_is_named_by_its_group(
    name: str, choices: dict[str, str], full: str
) -> None:
    one = product(name=name, parent_id="cups", choices=tuple(choices.items()))

    assert full_name(one, index_groups([cups()])) == full


@pytest.mark.parametrize(
    ("parent_id", "groups"),
    [
        pytest.param(None, [], id="no group"),
        pytest.param("tea", [group()], id="plain group"),
        pytest.param("cups", [cups(name=" ")], id="nameless modification group"),
    ],
)
def test_another_product_keeps_its_own_name(
    parent_id: str | None, groups: list[ProductGroup]
) -> None:
    one = product(name=" Чашка  красная", parent_id=parent_id, choices=(("size", "s"),))

    assert full_name(one, index_groups(groups)) == "Чашка красная"


@pytest.mark.parametrize(
    ("chosen", "is_on"),
    [
        pytest.param(rules(), True, id="all on"),
        pytest.param(rules(stores=()), False, id="store off"),
        pytest.param(rules(stores=(SECOND_SHOP,)), False, id="another store on"),
        pytest.param(rules(groups=(NO_GROUP,)), False, id="group off"),
        pytest.param(rules(products_off=[(SHOP, "assam")]), False, id="product off"),
        pytest.param(rules(products_off=[(SECOND_SHOP, "assam")]), True, id="off elsewhere"),
    ],
)
def test_switches(chosen: Any, is_on: bool) -> None:
    assert is_switched_on(product(), group(), chosen.selection) is is_on


def test_no_group_has_a_switch_of_its_own() -> None:
    assert is_switched_on(product(), None, rules(groups=(NO_GROUP,)).selection)
    assert not is_switched_on(product(), None, rules(groups=("tea",)).selection)
