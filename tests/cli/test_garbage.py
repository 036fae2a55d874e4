import gc
import weakref
from collections.abc import Iterator

import pytest

from evosync.cli.garbage import tune_collector


class Cycle:
    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_cycles_made_later_are_still_collected() -> None:
    tune_collector()
    gone = weakref.ref(Cycle())

    held = [Cycle() for _ in range(gc.get_threshold()[0] * 2)]

    assert gone() is None
    assert gc.get_freeze_count() > len(held)
