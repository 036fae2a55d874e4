"""What is to happen in the days of `month`, and what came of them."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many days, what is in them, and what the service is told of its pace."""

    goods: int
    days: int
    changes: int  # a day
    kills: dict[int, int]  # of the service in mid-run, by day
    commands_killed: dict[int, int] = field(default_factory=dict)
    persons: dict[int, str] = field(default_factory=dict)  # what only a person can mend, by day
    every_h: int = 1
    checks_s: int = 600
    seed: int = 8


@dataclass(slots=True, kw_only=True)
class Lived:
    """What came of it; memory in MB by day, of the process that lived then."""

    runs: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    memory_mb: dict[int, float] = field(default_factory=dict)
    pids: dict[int, int] = field(default_factory=dict)
    differences: dict[int, int] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    struck: int = 0
    mended: Counter[str] = field(default_factory=Counter)
    vk_requests: int = 0
    evotor_requests: int = 0
    errors: Counter[int] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
