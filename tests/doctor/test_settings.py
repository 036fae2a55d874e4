from pathlib import Path
from typing import Any

import pytest

from evosync.doctor.settings import ADDRESS, FILE, PROXY, find_open_file, judge_settings
from evosync.doctor.verdict import State
from evosync.settings import Settings

HERE = {"host": "0.0.0.0"}  # noqa: S104 - what a container listens on


@pytest.mark.parametrize(
    ("given", "amiss"),
    [
        pytest.param({}, set(), id="this machine alone"),
        pytest.param({"domain": "чай.рф"} | HERE, set(), id="https by the domain"),
        pytest.param({"base_url": "https://shop.ru"} | HERE, set(), id="https by the address"),
        pytest.param({"base_url": "http://127.0.0.1:8080"} | HERE, set(), id="a port of docker"),
        pytest.param({"base_url": "http://shop.ru"}, {ADDRESS}, id="no https"),
        pytest.param(HERE, {ADDRESS}, id="open to others without an address"),
        pytest.param({"domain": "a.ru", "base_url": "https://b.ru"}, {ADDRESS}, id="two names"),
        pytest.param(
            {"forwarded_allow_ips": "*", "base_url": "https://a.ru"} | HERE, {PROXY}, id="any proxy"
        ),
        pytest.param({"forwarded_allow_ips": "*"}, set(), id="any proxy of this machine"),
    ],
)
def test_settings_that_do_not_fit_are_named(given: dict[str, Any], amiss: set[str]) -> None:
    verdicts = judge_settings(Settings(**given), ())
    assert {each.title for each in verdicts if each.state is not State.GOOD} == amiss
    assert all(each.advice for each in verdicts if each.state is not State.GOOD)


def test_each_line_that_was_passed_over_is_a_line() -> None:
    passed_over = [".env: A: нет.", "окружение: B: нет."]
    verdicts = judge_settings(Settings(), passed_over)
    assert [each.told for each in verdicts if each.title == FILE] == passed_over


@pytest.mark.parametrize(
    ("mode", "is_open"),
    [pytest.param(0o600, False, id="its owner's"), pytest.param(0o644, True, id="everybody's")],
)
def test_a_settings_file_is_for_its_owner_alone(
    tmp_path: Path, mode: int, *, is_open: bool
) -> None:
    file = tmp_path / ".env"
    assert find_open_file(file) is None
    file.touch()
    file.chmod(mode)
    assert find_open_file(file) == (file if is_open else None)
