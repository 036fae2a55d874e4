import tomllib

import pytest

from evosync.places import PACKAGE, migrations_dir, templates_dir

BUILD = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "hatch"
]["build"]["targets"]


def test_a_checkout_has_the_files_beside_the_package() -> None:
    assert (templates_dir() / "mail" / "frame.html").is_file()
    assert (migrations_dir() / "env.py").is_file()


@pytest.mark.parametrize("name", ["migrations", "templates"])
def test_a_wheel_holds_the_files_where_they_are_looked_for(name: str) -> None:
    assert BUILD["wheel"]["force-include"][name] == f"evosync/_{name}"
    assert name in BUILD["sdist"]["include"]
