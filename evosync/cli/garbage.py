"""Python's collector of cycles, set for a service that makes many plain values in a run."""

import gc

# How many new objects the collector waits for. A run over 15,000 goods makes hundreds of
# thousands that live to its end, hardly any of them in a cycle. Python's own 700 has all of them
# gone through time and again, which is a tenth of what planning costs, and each time holds the
# loop up; with more than this a single look would take too long.
YOUNGEST = 10_000
# A look through everything, the longest, comes once in so many of the second kind.
OLDEST = 50


def tune_collector() -> None:
    """Look for cycles less often, and never again in what is loaded by now."""
    gc.collect()
    gc.freeze()
    _, middle, _ = gc.get_threshold()
    gc.set_threshold(YOUNGEST, middle, OLDEST)
