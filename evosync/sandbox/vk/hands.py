"""What people do in VK by themselves: the owner on the market's pages, and the moderators."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from evosync.sandbox.vk.knobs import VkKnobs
from evosync.sandbox.vk.moderation import review
from evosync.sandbox.vk.prices import kopecks
from evosync.sandbox.vk.state import Community, Item, VkState


class Hands:
    """Hands on the goods of any community; nothing done here is a call or is counted.

    An item is named by its id, which no two communities share; KeyError if
    there is none. Roubles are given as Decimal, int or text such as "12.50".
    """

    def __init__(self, state: VkState, knobs: VkKnobs, clock: Callable[[], float]) -> None:
        self._state = state
        self._knobs = knobs
        self._clock = clock

    def add(
        self, community_id: int, title: str, roubles: Decimal | int | str, **fields: Any
    ) -> Item:
        """Put an item in front of the others; `fields` are Item's."""
        now = self._clock()
        self._state.last_id += 1
        fields.setdefault("description", "Добавлено вручную.")
        fields.setdefault("category_id", 1)
        item = Item(
            item_id=self._state.last_id,
            title=title,
            price=kopecks("price", Decimal(roubles)),
            created_at=now,
            updated_at=now,
            **fields,
        )
        community = self._state.communities[community_id]
        community.items[item.item_id] = item
        community.order.insert(0, item.item_id)
        return item

    def edit(
        self,
        item_id: int,
        *,
        title: str | None = None,
        description: str | None = None,
        roubles: Decimal | int | str | None = None,
    ) -> Item:
        """Write over what is named; a new title or text goes through moderation."""
        item = self.find(item_id)[1]
        if title is not None:
            item.title = title
        if description is not None:
            item.description = description
        if roubles is not None:
            item.price = kopecks("price", Decimal(roubles))
        item.updated_at = self._clock()
        if title is not None or description is not None:
            review(item, self._state, self._knobs, self._clock())
        return item

    def hide(self, item_id: int) -> None:
        """Make an item unavailable."""
        self.find(item_id)[1].hidden = True

    def show(self, item_id: int) -> None:
        """Make an item available again."""
        self.find(item_id)[1].hidden = False

    def delete(self, item_id: int) -> None:
        """Take an item out of the market."""
        community, item = self.find(item_id)
        item.deleted_at = self._clock()
        community.order.remove(item_id)

    def reject(self, item_id: int) -> None:
        """Say no to an item as a moderator, at once."""
        self.find(item_id)[1].rejected_at = self._clock()

    def accept(self, item_id: int) -> None:
        """Take a moderator's no back."""
        self.find(item_id)[1].rejected_at = None

    def find(self, item_id: int) -> tuple[Community, Item]:
        """Return an item and its community; KeyError if there is none."""
        for community in self._state.communities.values():
            if item_id in community.items:
                return community, community.items[item_id]
        raise KeyError(item_id)
