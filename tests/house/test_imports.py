"""The directions of imports (pyproject.toml, import-linter)."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_the_directions_of_imports_hold() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
