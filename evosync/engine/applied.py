"""What became of a plan, and why a first push may end early."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evosync.engine.changes import Outcome
from evosync.engine.likeness import Mismatch
from evosync.errors import EvoSyncError


class Stop(StrEnum):
    """Why a pace lets no more creates through in this run."""

    DIFFERS = "differs"  # VK shows another value than was sent
    LEFT = "left"  # the same, and a person said to leave it so
    UNSEEN = "unseen"  # VK did not show in time what it said it had made
    UNSURE = "unsure"  # VK's answer to a create was lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan. `left` counts changes that have no outcome.

    These were not begun, or what became of them could not be written down.
    `stopped` is the checkpoint's reason or a `Stop`, `error` what ended the
    work early; both None = every change was tried. `mismatches` and `unseen`
    are those of a look that stopped it, `moderated` what moderation said of
    each product that it was asked about (None = nothing).
    """

    outcomes: tuple[Outcome, ...] = ()
    left: int = 0
    stopped: str | None = None
    error: EvoSyncError | None = None
    mismatches: tuple[Mismatch, ...] = ()
    unseen: tuple[str, ...] = ()
    moderated: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        """Whether somebody asked for a stop, or VK for a rest: nothing more is to be sent."""
        return self.error is not None or self.stopped not in {None, *Stop}
