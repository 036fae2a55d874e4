"""Which methods a run tries with a single change before it sends full batches (R19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evosync.engine.caps import ITEMS
from evosync.engine.changes import NOT_SENT, Change, Create, Done, Failed, Outcome
from evosync.engine.memory import Memory
from evosync.engine.parking import MethodsOf


@dataclass(slots=True, kw_only=True)
class Caution:
    """The methods that nobody knows to answer again: of each a single change is sent first."""

    methods_of: MethodsOf
    methods: frozenset[str] = frozenset()

    def is_needed(self, changes: Sequence[Change]) -> bool:
        """Tell whether some of the changes need a method that nobody knows to answer."""
        return any(self.methods & self.methods_of(change) for change in changes)

    def room(self, todo: Sequence[Change], size: int) -> int:
        """Tell how many of the changes the next batch may carry, at most `size`."""
        for place, change in enumerate(todo[:size]):
            if self.methods & self.methods_of(change):
                return max(place, 1)
        return size

    def learn(self, outcomes: Iterable[Outcome]) -> None:
        """Trust the methods that answered, even if it was a no to one product."""
        for outcome in outcomes:
            match outcome:
                case Done(change=change):
                    self.methods -= self.methods_of(change)
                case Failed(change=change, code=code) if code != NOT_SENT:
                    self.methods -= self.methods_of(change)
                case _:
                    pass


def make_caution(memory: Memory, changes: Sequence[Change], methods_of: MethodsOf) -> Caution:
    """Begin a run: careful with what had to rest, and with all if the last run was paused.

    While the market was full when it was last asked, one create tries it.
    """
    methods = frozenset(memory.parked)
    if methods or memory.was_paused:
        methods |= _first(methods_of(change) for change in changes)
    if any(refusal.code == ITEMS for refusal in memory.refusals.values()):
        methods |= _first(methods_of(change) for change in changes if isinstance(change, Create))
    return Caution(methods_of=methods_of, methods=methods)


def _first(needs: Iterable[frozenset[str]]) -> frozenset[str]:
    return next(filter(None, needs), frozenset())
