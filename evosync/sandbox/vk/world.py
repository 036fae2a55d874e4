"""The fake VK as one object: its memory, its switches, its clock and its gate."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from evosync.sandbox.vk.faults import VkFaults
from evosync.sandbox.vk.gate import Gate
from evosync.sandbox.vk.hands import Hands
from evosync.sandbox.vk.knobs import VkKnobs
from evosync.sandbox.vk.state import Album, Community, Item, Person, Token, VkState

USER_SCOPES = ("market", "photos", "groups")


class VkWorld:
    """Communities, people and goods of a fake VK.

    `clock` gives unix seconds and may be moved by hand. The methods below are
    for whoever sets the scene and for oracles of tests, `hands` do what people
    do by themselves; the API is in `app`.
    """

    def __init__(
        self,
        state: VkState | None = None,
        *,
        clock: Callable[[], float] = time.time,
        knobs: VkKnobs | None = None,
    ) -> None:
        self.state = state if state is not None else VkState()
        self.knobs = knobs if knobs is not None else VkKnobs()
        self.clock = clock
        self.gate = Gate(self.knobs, clock)
        self.faults = VkFaults(clock)
        self.hands = Hands(self.state, self.knobs, clock)

    def dump(self) -> bytes:
        """The state as JSON."""
        return msgspec.json.encode(self.state)

    @classmethod
    def load(cls, dumped: bytes, *, clock: Callable[[], float] = time.time) -> "VkWorld":
        """A world over a dumped state, with fresh switches and counters."""
        return cls(msgspec.json.decode(dumped, type=VkState), clock=clock)

    @property
    def calls(self) -> Counter[str]:
        """API calls by method since the start or the last `calls.clear()`."""
        return self.gate.calls

    @property
    def requests(self) -> int:
        """HTTP requests to `/method/…` so far, refused ones too."""
        return self.gate.requests

    @property
    def writes(self) -> int:
        """API calls so far of methods that change something."""
        return self.gate.writes

    def add_user(
        self,
        token: str,
        user_id: int,
        first_name: str = "Анна",
        last_name: str = "Чайникова",
        *,
        scopes: Iterable[str] = USER_SCOPES,
    ) -> None:
        """A person with an access token; again with another token for the same person is fine."""
        self.add_person(user_id, first_name, last_name)
        self.state.tokens[token] = Token(kind="user", bearer_id=user_id, scopes=list(scopes))

    def add_person(self, user_id: int, first_name: str, last_name: str) -> None:
        """A person without a token, who may sign in."""
        person = Person(user_id=user_id, first_name=first_name, last_name=last_name)
        self.state.people[user_id] = person

    def add_community(self, community_id: int, name: str, admin_ids: Iterable[int]) -> Community:
        """A community with an empty, open market."""
        community = Community(community_id=community_id, name=name, admin_ids=list(admin_ids))
        self.state.communities[community_id] = community
        return community

    def add_community_token(self, token: str, community_id: int) -> None:
        """An access token of the community itself; it opens no method of the market."""
        self.state.tokens[token] = Token(kind="group", bearer_id=community_id, scopes=["manage"])

    def end_token(self, token: str, code: Literal[5, 27, 1117]) -> None:
        """Refuse a token with this error from the next call on."""
        over = self.state.tokens[token]
        over.expired, over.expired_code = True, code

    def rotate_token(self, old: str, new: str) -> None:
        """Give the same bearer another token; the old one is not known any more."""
        self.state.tokens[new] = self.state.tokens.pop(old)

    def items(self, community_id: int) -> list[Item]:
        """Items not deleted, in listing order."""
        community = self.state.communities[community_id]
        return [community.items[item_id] for item_id in community.order]

    def offered_items(self, community_id: int) -> list[Item]:
        """Items that their owner shows, rejected ones too, in listing order."""
        return [item for item in self.items(community_id) if self.availability(item) == 0]

    def visible_items(self, community_id: int) -> list[Item]:
        """Items a buyer sees, in listing order."""
        return [item for item in self.items(community_id) if self.is_visible(item)]

    def albums(self, community_id: int) -> list[Album]:
        """Albums in listing order, hidden ones too."""
        community = self.state.communities[community_id]
        return [community.albums[album_id] for album_id in community.album_order]

    def availability(self, item: Item) -> int:
        """VK's `availability`: 0 available, 1 deleted, 2 hidden or out of stock."""
        if item.deleted_at is not None:
            return 1
        sold_out = item.stock_amount == 0 and self.knobs.stock_zero_disables
        return 2 if item.hidden or sold_out else 0

    def is_rejected(self, item: Item) -> bool:
        """Whether moderation has said no; only the community's administrators then see the item."""
        return item.rejected_at is not None and item.rejected_at <= self.clock()

    def is_visible(self, item: Item) -> bool:
        """Whether a buyer sees the item."""
        return self.availability(item) == 0 and not self.is_rejected(item)

    def is_full(self, community: Community) -> bool:
        """Whether one more item would be too many."""
        standing = community.order if self.knobs.delete_frees_quota else community.items
        return len(standing) >= self.knobs.max_items

    def next_id(self) -> int:
        """A fresh id, for items, albums and photos alike."""
        self.state.last_id += 1
        return self.state.last_id

    def new_secret(self) -> str:
        """An unguessable text for upload addresses and hashes."""
        return secrets.token_hex(16)
