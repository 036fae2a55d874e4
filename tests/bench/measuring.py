"""What the benchmarks measure with: percentiles, the memory and the CPU of a process."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

PAGE_KB = 4
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent of all stay below."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE_KB / 1024


def most_resident_mb(pid: int) -> float:
    """Return the most resident memory that a process has had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no VmHWM")


def cpu_s(pid: int) -> float:
    """Return the seconds of processor that a process has had, its children's not among them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
