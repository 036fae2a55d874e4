"""The tree of groups: what lies in what, whatever the till says of its parents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.catalog.product import Attribute, ProductGroup
from evosync.engine.group_tree import list_below, list_branches
from tests.builders import group

SIZES = (Attribute(id="size", name="Размер"),)
THOUSANDS = 2_000


def tree(*pairs: tuple[str, str | None]) -> list[ProductGroup]:
    """Build groups of pairs of an id and a parent's; an id in capitals is a modification's."""
    return [
        group(each, parent_id=parent, attributes=SIZES if each.isupper() else ())
        for each, parent in pairs
    ]


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        pytest.param(tree(), [], id="none"),
        pytest.param(
            tree(("a", None), ("b", None), ("c", "a"), ("d", "c")),
            [("a", 0), ("c", 1), ("d", 2), ("b", 0)],
            id="each before what lies in it",
        ),
        pytest.param(tree(("b", None), ("a", None)), [("b", 0), ("a", 0)], id="in their order"),
        pytest.param(tree(("a", "lost")), [("a", 0)], id="a parent that is not listed"),
        pytest.param(tree(("a", "a")), [("a", 0)], id="in itself"),
        pytest.param(
            tree(("a", "b"), ("b", "a"), ("c", "a")),
            [("a", 0), ("c", 1), ("b", 0)],
            id="in each other",
        ),
        pytest.param(
            tree(("d", "c"), ("c", "b"), ("b", "a"), ("a", "c")),
            [("c", 0), ("d", 1), ("b", 0), ("a", 0)],
            id="below a circle",
        ),
        pytest.param(
            tree(("a", None), ("M", "a"), ("b", "M")),
            [("a", 0), ("b", 1)],
            id="below a modification group",
        ),
        pytest.param(tree(("M", "N"), ("N", "M"), ("b", "M")), [("b", 0)], id="of nowhere"),
    ],
)
def test_groups_lie_where_their_parents_are(
    groups: list[ProductGroup], shown: list[tuple[str, int]]
) -> None:
    assert [(each.group.id, each.depth) for each in list_branches(groups)] == shown


@pytest.mark.parametrize(
    ("top", "below"),
    [
        ("a", ["a", "b", "c"]),
        ("b", ["b", "c"]),
        ("c", ["c"]),
        ("d", ["d"]),
        ("M", []),
        ("lost", []),
    ],
)
def test_what_lies_in_a_group_is_listed_after_it(top: str, below: list[str]) -> None:
    branches = list_branches(tree(("a", None), ("M", "a"), ("b", "M"), ("c", "b"), ("d", None)))
    assert [each.id for each in list_below(branches, top)] == below


def test_as_many_levels_as_groups_are_no_trouble() -> None:
    groups = tree(*((f"g{n}", f"g{n - 1}" if n else None) for n in range(THOUSANDS)))
    branches = list_branches(groups[::-1])
    assert [each.depth for each in branches] == list(range(THOUSANDS))
    assert len(list_below(branches, "g0")) == THOUSANDS


@given(st.lists(st.integers(-1, 12), max_size=12))
def test_every_plain_group_is_shown_once_below_its_parent(parents: list[int]) -> None:
    groups = tree(*((f"g{n}", f"g{parent}") for n, parent in enumerate(parents)))
    branches = list_branches(groups)
    assert sorted(each.group.id for each in branches) == sorted(each.id for each in groups)
    depths = {each.group.id: each.depth for each in branches}
    for each in branches:
        above = -1 if each.parent is None else depths[each.parent.id]
        assert each.depth == above + 1
        assert each.parent is None or each.parent.id == each.group.parent_id
