"""What else is remembered of one user and community: refusals, answers, limits that hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """VK's last no to one product: to what of it, and to which values.

    `part` tells creation, values, texts and restoring apart; `fingerprint` is a SHA-256
    (hex) of what was sent.
    """

    product_id: str
    part: str
    fingerprint: str
    code: int
    message: str
    refused_at: datetime


class Answer(StrEnum):
    """What a person said to a question."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer whether an item that stands under a product's name is that product."""

    product_id: str
    answer: Answer
    item_id: int | None = None


Member = tuple[str, str]
"""What is held: the kind of a change, and the product it is about."""


class Verdict(StrEnum):
    """What was said of held changes."""

    APPLY = "apply"
    LEAVE = "leave"  # keep them as they stand, and do not ask again
    STATED = "stated"  # said beforehand, when the user turned a switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A verdict on a set of changes; it covers every subset of it."""

    verdict: Verdict
    members: frozenset[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """A method of VK that is left alone until `until_at`; `wait_s` is how long it rests.

    It is remembered beyond that moment, until the method has done well again.
    """

    method: str
    code: int
    wait_s: int
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All of it, at one moment.

    `refusals` are by product and part, `decisions` by product, `parked` by
    method. `foreign_items` are those of this community that another user of
    the installation is linked to. `high_mark` is the most live items that any
    run of the last 24 h left, since the mark was last set anew. `canary_stage`
    is how far the first push into this community has come. `was_paused` tells
    that the last run ended waiting for a person. `account` is the Evotor
    account whose shop was read last, None when nobody can tell.
    """

    refusals: Mapping[tuple[str, str], Refusal] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    parked: Mapping[str, Park] = field(default_factory=dict)
    foreign_items: frozenset[int] = frozenset()
    high_mark: int = 0
    canary_stage: int = 0
    was_paused: bool = False
    account: str | None = None
