"""What is to go wrong with the next requests to a fake cloud, as values that wait in a queue."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One trouble for the next requests that match; each cloud adds what it matches by.

    At most one of `status`, `drop` and `hang` takes the place of the answer.

    Attributes:
        times: how many requests it strikes; None: until it is cleared.
        skip: how many matching requests pass before it strikes.
        delay_s: seconds before the request is carried out; with `after_work`, after it.
        status: the HTTP status to answer with.
        html: that answer's body is a web page, as a proxy's is; else it is empty.
        cut: the right answer's body ends in the middle; with `drop`, the connection ends there.
        drop: the connection is closed without an answer.
        hang: nothing is answered until the client goes away.
        after_work: the request is carried out first; else it never is.

    """

    times: int | None = 1
    skip: int = 0
    delay_s: float = 0.0
    status: int | None = None
    html: bool = False
    cut: bool = False
    drop: bool = False
    hang: bool = False
    after_work: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense; raises ValueError.

        A subclass with a check of its own calls this one by name: `super()`
        does not work in a dataclass with slots.
        """
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null for «until cleared»")
        if self.skip < 0 or self.delay_s < 0:
            raise ValueError("skip and delay_s must not be negative")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status must be an HTTP status of an answer, 200 to 599")
        if (self.status is not None) + self.drop + self.hang > 1:
            raise ValueError("status, drop and hang exclude each other")
        if self.html and self.status is None:
            raise ValueError("html needs a status")
        if self.cut and (self.hang or self.status is not None):
            raise ValueError("cut goes with nothing but drop")

    @property
    def replaces_answer(self) -> bool:
        """Whether the right answer is not given."""
        return self.status is not None or self.drop or self.hang


F = TypeVar("F", bound=Fault)


@dataclass(slots=True, kw_only=True)
class _Waiting(Generic[F]):
    fault: F
    skip: int
    left: int | None


class Faults(Generic[F]):
    """The troubles that wait for their requests, first come, first served.

    `kind` is the class of its faults, `struck` counts how often one took effect.
    """

    def __init__(self, kind: type[F]) -> None:
        self.kind = kind
        self.struck = 0
        self._queue: list[_Waiting[F]] = []

    def add(self, fault: F) -> None:
        """Let a fault wait behind the others."""
        self._queue.append(_Waiting(fault=fault, skip=fault.skip, left=fault.times))

    def clear(self) -> None:
        """Forget every fault; `struck` stays."""
        self._queue.clear()

    def waiting(self) -> list[F]:
        """List the faults not used up, each with the `skip` and `times` that are left of it."""
        return [replace(entry.fault, skip=entry.skip, times=entry.left) for entry in self._queue]

    def take(self, matches: Callable[[F], bool]) -> F | None:
        """Return the fault that strikes this request, if any, and count it.

        A fault that still has to let requests pass counts this one and leaves
        it to the next in the queue.
        """
        for entry in self._queue:
            if not matches(entry.fault):
                continue
            if entry.skip:
                entry.skip -= 1
                continue
            self._use(entry)
            return entry.fault
        return None

    def _use(self, entry: _Waiting[F]) -> None:
        self.struck += 1
        if entry.left is not None:
            entry.left -= 1
            if not entry.left:
                self._queue.remove(entry)
