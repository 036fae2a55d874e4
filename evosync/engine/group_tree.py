"""The plain groups of one store as a tree: what lies in what, as pages show it (R14)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evosync.catalog.product import ProductGroup
from evosync.engine.draft.groups import find_plain, index_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A plain group where it stands in the tree; `depth` is 0 on top."""

    group: ProductGroup
    parent: ProductGroup | None
    depth: int
    has_children: bool


def list_branches(groups: Iterable[ProductGroup]) -> tuple[Branch, ...]:
    """List a store's plain groups, each before what lies in it; siblings keep their order.

    A group whose parent is not listed, or that lies in itself by a circle, is
    a top group. Modification groups are no groups here, but what lies below
    one lies in the plain group above it.
    """
    index = index_groups(groups)
    parents = _plain_parents(index)
    children: dict[str | None, list[str]] = defaultdict(list)
    for group_id, parent_id in parents.items():
        children[parent_id].append(group_id)
    branches = []
    waiting = [(each, 0) for each in reversed(children[None])]
    while waiting:
        group_id, depth = waiting.pop()
        parent_id = parents[group_id]
        branches.append(
            Branch(
                group=index[group_id],
                parent=None if parent_id is None else index[parent_id],
                depth=depth,
                has_children=group_id in children,
            )
        )
        waiting += ((each, depth + 1) for each in reversed(children.get(group_id, [])))
    return tuple(branches)


def list_below(branches: Sequence[Branch], group_id: str) -> tuple[ProductGroup, ...]:
    """List a group of the tree and all that lies in it; nothing when there is no such group."""
    found: list[ProductGroup] = []
    top = -1
    for branch in branches:
        if found and branch.depth <= top:
            break
        if not found and branch.group.id != group_id:
            continue
        if not found:
            top = branch.depth
        found.append(branch.group)
    return tuple(found)


def _plain_parents(index: Mapping[str, ProductGroup]) -> dict[str, str | None]:
    """Find the plain parent of each plain group; who would come back to itself has none."""
    parents: dict[str, str | None] = {}
    for group in index.values():
        if not group.attributes:
            above = find_plain(group.parent_id, index)
            parents[group.id] = None if above is None else above.id
    for group_id in _on_circles(parents):
        parents[group_id] = None
    return parents


def _on_circles(parents: Mapping[str, str | None]) -> Iterable[str]:
    """List the groups that their own parents lead back to; each way up is gone but once."""
    done: set[str] = set()
    circles: list[str] = []
    for group_id in parents:
        way: dict[str, None] = {}
        above: str | None = group_id
        while above is not None and above not in done and above not in way:
            way[above] = None
            above = parents[above]
        if above in way:
            steps = list(way)
            circles += steps[steps.index(str(above)) :]
        done.update(way)
    return circles
