"""Where files that are no Python lie: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def migrations_dir() -> Path:
    """Find the folder of the database's migrations."""
    return _found("migrations")


def templates_dir() -> Path:
    """Find the folder of the templates of pages and letters."""
    return _found("templates")


def _found(name: str) -> Path:
    installed = PACKAGE / f"_{name}"  # as pyproject.toml packs it
    return installed if installed.is_dir() else PACKAGE.parent / name
