"""A small tree of market categories; ids are of the generations seen in VK, the names are ours."""

from typing import Any

# Root → its leaves. 40015 under 30000 is from a recorded answer; 40932 is what shops are known
# to send for want of a better one.
_TREE: dict[tuple[int, str], dict[int, str]] = {
    (30000, "Одежда, обувь и аксессуары"): {40015: "Аксессуары", 40064: "Украшения"},
    (30001, "Продукты питания"): {40932: "Другие продукты", 40933: "Чай и кофе", 40934: "Сладости"},
    (30002, "Дом и быт"): {50053: "Посуда", 50054: "Подарки"},
}
_OTHER = (39999, "Другое")  # parent of the leaves that only the live VK knows

_PARENTS = {leaf: root for root, leaves in _TREE.items() for leaf in leaves}
_NAMES = {leaf: name for leaves in _TREE.values() for leaf, name in leaves.items()}
_ROOT_IDS = frozenset(root_id for root_id, _ in _TREE) | {_OTHER[0]}


def is_leaf(category_id: int) -> bool:
    """Whether an item may stand in it; ids unknown here pass, VK has thousands."""
    return category_id > 0 and category_id not in _ROOT_IDS


def category_json(category_id: int) -> dict[str, Any]:
    """The nested `category` of an item."""
    parent_id, parent_name = _PARENTS.get(category_id, _OTHER)
    name = _NAMES.get(category_id, f"Категория {category_id}")
    return _node(category_id, name) | {"parent": _node(parent_id, parent_name)}


def category_tree() -> list[dict[str, Any]]:
    """The answer of market.getCategories."""
    return [
        {
            "id": root_id,
            "name": root_name,
            "children": [{"id": leaf, "name": name} for leaf, name in leaves.items()],
        }
        for (root_id, root_name), leaves in _TREE.items()
    ]


def _node(category_id: int, name: str) -> dict[str, Any]:
    return {
        "inner_type": "market_market_category_nested",
        "id": category_id,
        "name": name,
        "is_v2": True,
    }
