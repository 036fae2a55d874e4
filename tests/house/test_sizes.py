"""The house's measures: sizes and names of modules."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "evosync"
MODULES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
BANNED = {"utils", "helpers", "common", "misc", "manager", "base"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_docstring(source: str) -> bool:
    body = ast.parse(source).body
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def test_every_module_stays_under_300_lines() -> None:
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert not {name: count for name, count in lines.items() if count >= 300}


def test_every_module_says_by_its_name_what_it_is() -> None:
    assert not [name_of(path) for path in MODULES if BANNED & {path.stem, path.parent.name}]


def test_every_init_holds_its_docstring_and_nothing_else() -> None:
    inits = sorted(PACKAGE.rglob("__init__.py"))
    assert inits
    assert not [name_of(path) for path in inits if not is_docstring(path.read_text("utf-8"))]


def test_every_module_of_the_package_says_its_place_in_the_flow() -> None:
    silent = [
        name_of(path)
        for path in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent
