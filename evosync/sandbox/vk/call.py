"""One API call under way, and what a method of the fake VK is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Community, Token, TokenKind
from evosync.sandbox.vk.world import VkWorld

# Anything msgspec can write as JSON.
Answer = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, and where; `base_url` has no slash at its end."""

    world: VkWorld
    token: Token
    base_url: str

    @property
    def now(self) -> float:
        """Unix seconds of the world's clock."""
        return self.world.clock()

    def administers(self, community: Community) -> bool:
        """Whether the token's person may write to the community."""
        return self.token.kind == "user" and self.token.bearer_id in community.admin_ids

    def market_to_read(self, owner_id: int) -> Community:
        """The community behind an owner id, its market open (else 15 or 1525)."""
        community = self._find(owner_id, refused=15)
        if not community.market_enabled:
            raise Refused(1525)
        return community

    def market_to_write(self, owner_id: int, *, refused: int = 205) -> Community:
        """The open market of a community the caller administrates (else `refused` or 1438)."""
        community = self._find(owner_id, refused=refused)
        if not self.administers(community):
            raise Refused(refused)
        if not community.market_enabled:
            raise Refused(1438)
        return community

    def group_to_write(self, group_id: int) -> Community:
        """The same by the positive group id; an unknown one is 125, a foreign one 15."""
        if group_id not in self.world.state.communities:
            raise Refused(125)
        return self.market_to_write(-group_id, refused=15)

    def _find(self, owner_id: int, *, refused: int) -> Community:
        if owner_id >= 0:
            raise bad_parameter("owner_id", "only groups supported")
        community = self.world.state.communities.get(-owner_id)
        if community is None:
            raise Refused(refused)
        return community


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the API: its parameters, who may call it, and what it does."""

    name: str
    params: type[msgspec.Struct]
    run: Callable[[Call, Any], Answer]
    tokens: frozenset[TokenKind] = frozenset({"user"})
    scope: str | None = None
    writes: bool = False
    in_execute: bool = True
