"""What a benchmark found: tables on the screen, and the same rows as JSON with where they were."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from evosync.clock import now

Cell = str | int | float | None
Row = Mapping[str, Cell]


def where() -> dict[str, Cell]:
    """Tell what the figures were measured on, and when."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    commit = subprocess.run(
        ("git", "describe", "--always", "--dirty"), capture_output=True, text=True, check=False
    )
    return {
        "measured_at": now().isoformat(timespec="minutes"),
        "commit": commit.stdout.strip() or None,
        "processor": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[2], 2),
    }


@dataclass(slots=True)
class Report:
    """Tables of one benchmark, each printed as it is added, and written to `path`, if there is one.

    The JSON has all tables so far, with the machine, the day and the commit: what
    was measured is not lost with what fails later.
    """

    name: str
    path: Path | None
    tables: dict[str, list[Row]] = field(default_factory=dict)
    told: Mapping[str, Cell] = field(default_factory=where)

    def add(self, title: str, rows: Iterable[Row | Any]) -> None:
        """Add a table of rows: mappings with the same keys, or dataclasses; a unit is in a key."""
        listed = [row if isinstance(row, Mapping) else asdict(row) for row in rows]
        self.tables[title] = listed
        table = Table(*_names(listed), title=title, box=box.SIMPLE, title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in listed:
            table.add_row(*map(_shown, row.values()))
        Console(width=max(100, Console().width)).print(table)
        self._save()

    def _save(self) -> None:
        if self.path is None:
            return
        told = {"bench": self.name, **self.told, "tables": self.tables}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        self.path.write_text(text + "\n", encoding="utf-8")


def _names(rows: list[Row]) -> list[str]:
    return [name.replace("_", " ") for name in rows[0]] if rows else []


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "–"
        case float():
            return f"{cell:,.3f}" if abs(cell) < 10 else f"{cell:,.1f}"
        case int():
            return f"{cell:,}"
        case _:
            return cell
