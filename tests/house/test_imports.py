"""The directions of imports (pyproject.toml, import-linter)."""

import subprocess
import sys


def test_the_directions_of_imports_hold() -> None:
    # In a process of its own: in ours it would switch off every logger that stands.
    code = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
