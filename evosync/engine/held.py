"""What waits for a person's yes: how it is named, so that an answer stands for it later."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evosync.engine.changes import Change
from evosync.engine.memory import Consent, Member, Verdict


class Ask(StrEnum):
    """The kind of a held change: a yes to one kind is no yes to another."""

    HIDE = "hide"
    ZERO = "zero"  # stock 0, whether the product is gone or only not for sale
    DELETE = "delete"
    PRICE = "price"
    CREATE = "create"
    LOSE = "lose"


TAKES_OFF = frozenset({Ask.HIDE, Ask.ZERO, Ask.DELETE})
"""What takes an item that stands off sale."""

SETS_MARK = TAKES_OFF | {Ask.LOSE}
"""A yes to these leaves less on sale: what it leaves is what later runs are held to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Changes that wait: who they are about, and why, a Russian sentence for each reason.

    `members` are sorted. `changes` are the parts of the plan that wait; two
    that are held alike have the same `digest`, whatever they would send.
    """

    members: tuple[Member, ...]
    sentences: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def digest(self) -> str:
        """The name of this set of members: SHA-256, hex."""
        return hashlib.sha256(json.dumps(self.members).encode()).hexdigest()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many members are of each kind."""
        return Counter(kind for kind, _ in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """A plan divided: what goes now, and what does not.

    `held` asks a person; `left` is what a person said to leave as it
    stands, and `lapsed` what was left once and no longer has to be: those
    products stand as they should. `put_off` are changes of albums that wait
    along with them. `live` are the ids of the items that are on sale now.
    `is_approved` = something goes because a person said yes to it;
    `sets_mark` = so do changes that take items off sale, and what they leave
    is what later runs are held to.
    """

    go: tuple[Change, ...] = ()
    held: Held | None = None
    left: Held | None = None
    lapsed: frozenset[Member] = frozenset()
    put_off: tuple[Change, ...] = ()
    live: frozenset[int] = frozenset()
    is_approved: bool = False
    sets_mark: bool = False


def make_held(
    members: Iterable[Member], sentences: Sequence[str], changes: Sequence[Change] = ()
) -> Held:
    """Make what is held of its members, in whatever order they come."""
    return Held(
        members=tuple(sorted(set(members))), sentences=tuple(sentences), changes=tuple(changes)
    )


def join_held(one: Held | None, other: Held) -> Held:
    """Join two questions of one run into one, which one answer is for."""
    if one is None:
        return other
    return make_held(
        (*one.members, *other.members),
        (*one.sentences, *other.sentences),
        (*one.changes, *other.changes),
    )


def find_verdict(members: Iterable[Member], consents: Sequence[Consent]) -> Verdict | None:
    """Find the last answer that covers all of these; one that lacks a member covers none.

    What was stated beforehand is asked member by member: see `stated_members`.
    """
    asked = frozenset(members)
    answers = (one for one in reversed(consents) if one.verdict is not Verdict.STATED)
    return next((one.verdict for one in answers if asked <= one.members), None)


def left_members(consents: Iterable[Consent]) -> frozenset[Member]:
    """List what a person said to leave; for each member the last word on it counts."""
    last = {member: one.verdict for one in consents for member in one.members}
    return frozenset(member for member, verdict in last.items() if verdict is Verdict.LEAVE)


def stated_members(consents: Iterable[Consent]) -> frozenset[Member]:
    """List what a person agreed to beforehand, when turning a switch, and did not take back."""
    consents = tuple(consents)
    stated = (one.members for one in consents if one.verdict is Verdict.STATED)
    return frozenset().union(*stated) - left_members(consents)
