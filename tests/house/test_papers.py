"""Whatever the papers name is there: commands, pages, settings, files, links, pictures."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from starlette.routing import Match

from evosync.cli.config import CHOICES, SWITCHES
from evosync.cli.main import cli
from evosync.settings import known_names
from evosync.web.app import routes
from evosync.web.auth import Access
from evosync.web.routing import FilePage, JsonPage, Page, Passage

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("README.md", "SECURITY.md", "CONTRIBUTING.md", "tests/bench/README.md")
PAPERS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
README = PAPERS["README.md"]
PICTURES = ROOT / "docs" / "pictures"
HEAVIEST = 120_000  # bytes

FOREIGN = {
    "/control": "the sandbox's",
    "/method/": "VK's",
    **dict.fromkeys(("/data", "/data/backups", "/opt/evosync", "/var/lib/evosync"), "a folder"),
}
"""Addresses that are not the service's."""

LATER = ("data/", "demo-data/", "secret.key")
"""What is there only once the service has run."""

SHIPPED_BY_ITSELF = {"README.md", "LICENSE", "pyproject.toml", ".gitignore"}
"""What hatchling puts into an sdist without being told."""

LEFT_OUT = {".ci", "docs", ".dockerignore", ".pre-commit-config.yaml", "requirements-dev.lock"}
"""What nobody needs who builds from an sdist."""


class Command(NamedTuple):
    name: str
    options: frozenset[str]
    arguments: int


def fence(text: str) -> str:
    """Leave out blocks of code, whose lines are held by a test of their own."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", fence(text))


def rows(heading: str) -> list[list[str]]:
    """Give the cells of the table under a heading of the README."""
    part = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][2:]
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def known_commands(command: click.Command, name: str = "evosync") -> list[Command]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        children = {
            each: command.get_command(context, each) for each in command.list_commands(context)
        }
        return [
            found
            for word, child in children.items()
            if child is not None
            for found in known_commands(child, f"{name} {word}")
        ]
    options = {
        word for each in command.params if isinstance(each, click.Option) for word in each.opts
    }
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    return [Command(name, frozenset(options), len(arguments))]


def shown_command(words: str) -> Command:
    """Read a command as the table shows it; what follows an option is its value."""
    plain = re.sub(r"[\[\]()]|\\\|", " ", re.sub(r"\[@STORE\]", "", words)).split()
    options = {word for word in plain if word.startswith("--")}
    values = {plain[place + 1] for place, word in enumerate(plain[:-1]) if word in options}
    names = [word for word in plain if word == word.lower() and word not in options]
    arguments = [
        word
        for word in plain
        if word == word.upper() and word not in options and word not in values
    ]
    return Command(" ".join(names), frozenset(options), len(arguments))


def test_the_table_of_commands_shows_each_with_all_its_options_and_no_other() -> None:
    shown = [shown_command(cells[0].strip(" `")) for cells in rows("Commands")]
    assert sorted(shown) == sorted(known_commands(cli))


def test_the_table_of_commands_shows_every_key_of_config_set() -> None:
    [meaning] = [cells[1] for cells in rows("Commands") if "config set" in cells[0]]
    assert set(re.findall(r"`(\w+)`", meaning)) == {*CHOICES, *SWITCHES, "price_multiplier"}


@pytest.mark.parametrize("name", NAMES)
def test_every_address_is_one_of_the_service(name: str) -> None:
    wanted = {
        match[1].replace("…", "").split("?")[0]
        for span in spans(PAPERS[name])
        if (match := re.fullmatch(r"(?:GET |POST )?…?(/[a-z][\w/.…?={}-]*)", span))
    }
    unknown = {each for each in wanted - set(FOREIGN) if not is_served(each)}
    assert not unknown


def is_served(path: str) -> bool:
    asked = {"type": "http", "path": path, "method": "GET"}
    is_start = any(isinstance(each, Page) and each.path.startswith(f"{path}/") for each in routes)
    return is_start or any(route.matches(asked)[0] is not Match.NONE for route in routes)


def test_the_table_of_pages_leads_to_every_page_of_whoever_is_signed_in() -> None:
    shown = {page for cells in rows("Pages") for page in re.findall(r"`([^`]+)`", cells[0])}
    pages = {
        route.path
        for route in routes
        if isinstance(route, Page)
        and not isinstance(route, FilePage | JsonPage | Passage)
        and "GET" in route.handlers
        and route.needs is not Access.ANYONE
    }
    assert pages
    assert not [each for each in pages if not leads_to(shown, each)]


def leads_to(shown: set[str], page: str) -> bool:
    return any(page == each or page.startswith(f"{each}/") for each in shown)


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_of_the_environment_is_read_somewhere(name: str) -> None:
    files = [ROOT / ".env.example", *ROOT.glob("*.yaml"), *(ROOT / "evosync").rglob("*.py")]
    read = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", fence(PAPERS[name])))
    assert not [each for each in named - set(known_names()) if each not in read]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_and_folder_is_there(name: str) -> None:
    tops = {path.name for path in ROOT.iterdir()}
    missing = []
    for span in spans(PAPERS[name]):
        is_path = re.fullmatch(r"[\w.-]+(/[\w.-]*)+", span) and span.split("/")[0] in tops
        is_file = re.fullmatch(r"[\w.-]+\.(md|py|toml|lock|yaml|conf|service|example)", span)
        if (is_path or is_file) and not span.startswith(LATER) and not is_there(span, name):
            missing.append(span)
    assert not missing


def is_there(span: str, paper: str) -> bool:
    near = ((ROOT / span), (ROOT / paper).parent / span)
    return any(path.exists() for path in near) or any((ROOT / "evosync").rglob(span))


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)]+)\)", fence(PAPERS[name])):
        path, _, anchor = target.partition("#")
        paper = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        is_elsewhere = path.startswith("http") or not paper.exists()
        if is_elsewhere or (anchor and anchor not in anchors(paper.read_text(encoding="utf-8"))):
            lost.append(target)
    assert not lost


def anchors(text: str) -> set[str]:
    """Name the headings as GitHub does: lower case, blanks to dashes, no punctuation."""
    titles = re.findall(r"^#+ (.+)$", fence(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_picture_is_shown_and_small() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\((docs/pictures/[^)]+)\)", README)
    files = {str(path.relative_to(ROOT)): path for path in PICTURES.iterdir()}
    assert {target for _, target in shown} == set(files)
    assert len(shown) == len(files)
    assert not [name for name, path in files.items() if path.stat().st_size > HEAVIEST]


def test_the_figures_of_the_readme_are_of_the_days_that_the_benchmarks_tell() -> None:
    [speed] = re.findall(r"\n## Speed.*?\n(.*?)\n## ", README, re.DOTALL)
    days = set(re.findall(r"\d{1,2} [A-Z][a-z]+ 20\d\d", speed))
    assert days
    assert days <= set(re.findall(r"\d{1,2} [A-Z][a-z]+ 20\d\d", PAPERS["tests/bench/README.md"]))


def test_an_sdist_holds_all_that_belongs_to_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sdist = set(project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").splitlines()
    there = {
        path.name
        for path in ROOT.iterdir()
        if not any(path.match(each) for each in (*ignored, ".git"))
    }
    assert there - SHIPPED_BY_ITSELF - LEFT_OUT == sdist
