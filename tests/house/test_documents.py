"""What the papers say is what the code does: settings, commands, the lock files."""

import re
import tomllib
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement

from evosync.cli.main import cli
from evosync.settings import Settings, known_names, read_settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
# What follows is for containers: ready lines that are no defaults (tests/house/test_container.py).
EXAMPLES = re.findall(r"^#? ?([A-Z_]+)=(.*)$", EXAMPLE.partition("# --- ")[0], re.MULTILINE)
DEFAULTS = re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", README, re.MULTILINE)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonical(name): version for name, version in PINNED.findall(text)}


def test_every_setting_stands_in_the_table_of_the_readme_and_no_other() -> None:
    assert set(dict(DEFAULTS)) == set(known_names())


def test_every_setting_stands_in_the_example_of_an_env_file() -> None:
    assert set(dict(EXAMPLES)) == set(known_names())
    assert len(EXAMPLES) == len(known_names())


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_the_example_of_an_env_file_holds_the_true_default(name: str, text: str) -> None:
    settings, _ = read_settings({name: text})
    if name == "DATABASE_URL":
        assert settings.database == Settings().database
    else:
        assert settings == Settings()


@pytest.mark.parametrize(("name", "cell"), DEFAULTS)
def test_the_table_of_the_readme_holds_the_true_default(name: str, cell: str) -> None:
    printed = re.fullmatch(r"`([^`]+)`", cell)
    if printed:
        assert read_settings({name: printed[1]})[0] == Settings()
    else:
        # What is said in words, or by a dash, stands for an empty text.
        assert getattr(Settings(), name.lower()) == ""


def test_every_command_stands_in_the_readme() -> None:
    names = cli.list_commands(click.Context(cli))
    assert names
    missing = [name for name in names if f"`evosync {name}" not in README]
    assert not missing


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins(lock)) > 10
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_satisfy_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": [*project["dependencies"], *extras["test"], *extras["dev"]],
    }.items():
        pinned = pins(lock)
        for line in wanted:
            need = Requirement(line)
            assert need.specifier.contains(pinned[canonical(need.name)]), (lock, line)


def test_both_opening_lines_of_the_readme_start_with_a_fresh_environment() -> None:
    block = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert block
    lines = [line for line in block[1].splitlines() if line and not line.startswith("#")]
    assert len(lines) == 2
    assert all(line.startswith("python3 -m venv .venv && ") for line in lines)
    assert lines[0].endswith("/evosync demo")
    assert lines[1].endswith(" -m pytest")
