"""Memory as a service wants it: one heap for all threads, and a collector that is calm."""

import contextlib
import ctypes
import gc

M_ARENA_MAX = -8  # mallopt(3): glibc's malloc.h

# How many new objects the collector waits for. A run over 15,000 goods makes hundreds of
# thousands that live to its end, hardly any of them in a cycle. Python's own 700 has all of them
# gone through time and again, which is a tenth of what planning costs, and each time holds the
# loop up; with more than this a single look would take too long.
YOUNGEST = 10_000
# A look through everything, the longest, comes once in so many of the second kind.
OLDEST = 50


def keep_one_heap() -> None:
    """Let all threads take memory from one heap; to be called before there are any others.

    glibc gives each thread a heap of its own, and what one has left free no
    other takes: a tenth of a big run's memory. Threads hardly ever wait for
    the one heap: most of our memory is that of Python's objects, which is
    taken under Python's own lock. Where there is no glibc, nothing changes.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def tune_collector() -> None:
    """Look for cycles less often, and never again in what is loaded by now."""
    gc.collect()
    gc.freeze()
    _, middle, _ = gc.get_threshold()
    gc.set_threshold(YOUNGEST, middle, OLDEST)
