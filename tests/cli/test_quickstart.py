import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal, environ

EMAIL = "vera@example.com"
PASSWORD = "correct horse battery"
DEADLINE_S = 60


def answers(world: SandboxWorld, **other: str) -> dict[str, str]:
    """Give what quickstart asks for, by its variables."""
    return {
        "EVOSYNC_EMAIL": EMAIL,
        "EVOSYNC_PASSWORD": PASSWORD,
        "EVOSYNC_EVOTOR_TOKEN": world.evotor_token,
        "EVOSYNC_VK_TOKEN": world.vk_token,
        "EVOSYNC_COMMUNITY": f"https://vk.com/club{world.community_id}",
        **other,
    }


@pytest.mark.usefixtures("sandbox")
def test_the_environment_alone_leads_to_a_mirrored_shop(
    evosync: Terminal, world: SandboxWorld
) -> None:
    evosync.set(**answers(world))
    told = evosync.ok("quickstart", "--yes")
    assert not find_differences(world)
    assert f"Учётная запись {EMAIL} создана" in told.out
    assert "Было бы: добавлено 5" in told.out
    assert "Готово: добавлено 5" in told.out
    shown: dict[str, Any] = evosync.ok("config", "show", EMAIL, "--json").json
    assert shown["enabled"]
    assert shown["confirmed_at"]
    assert shown["evotor"]["online"]
    assert shown["vk"]["online"]
    for secret in (PASSWORD, world.evotor_token, world.vk_token):
        assert secret not in told.out


@pytest.mark.usefixtures("sandbox")
def test_once_more_changes_nothing(evosync: Terminal, world: SandboxWorld) -> None:
    evosync.set(**answers(world))
    evosync.ok("quickstart", "--yes")
    writes = world.vk.writes
    told = evosync.ok("quickstart", "--yes")
    assert f"Учётная запись {EMAIL} уже есть." in told.out
    assert world.vk.writes == writes


@pytest.mark.usefixtures("sandbox")
def test_what_was_chosen_and_connected_before_stays(evosync: Terminal, world: SandboxWorld) -> None:
    evosync.set(**answers(world))
    evosync.ok("quickstart", "--yes")
    product_id = next(iter(world.evotor.stores())).products.copy().popitem()[0]
    evosync.ok("config", "select", EMAIL, "--product", product_id, "--off")
    for name in ("EVOSYNC_EVOTOR_TOKEN", "EVOSYNC_VK_TOKEN", "EVOSYNC_COMMUNITY"):
        evosync.set(**{name: ""})
    evosync("quickstart", "--yes")
    shown: dict[str, Any] = evosync.ok("config", "show", EMAIL, "--json").json
    assert product_id in str(shown["products_off"])
    assert shown["vk"]["community_id"] == world.community_id


@pytest.mark.usefixtures("sandbox")
def test_without_a_yes_nothing_is_sent(evosync: Terminal, world: SandboxWorld) -> None:
    evosync.set(**answers(world))
    told = evosync("quickstart")
    assert told.code == 2
    assert "--yes" in told.error
    assert world.vk.writes == 0
    shown: dict[str, Any] = evosync.ok("config", "show", EMAIL, "--json").json
    assert not shown["enabled"]


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        pytest.param({"EVOSYNC_EMAIL": "vera"}, 2, "не похоже на адрес почты", id="e-mail"),
        pytest.param({"EVOSYNC_EMAIL": ""}, 2, "EVOSYNC_EMAIL", id="nobody to ask"),
        pytest.param({"EVOSYNC_PASSWORD": "short"}, 2, "слишком короткий", id="password"),
        pytest.param({"EVOSYNC_EVOTOR_TOKEN": "nonsense"}, 4, "Эвотор", id="Evotor's key"),
        pytest.param({"EVOSYNC_EVOTOR_TOKEN": "ключ"}, 2, "латиницей", id="no key at all"),
        pytest.param({"EVOSYNC_VK_TOKEN": "nonsense"}, 4, "VK", id="VK's key"),
        pytest.param({"EVOSYNC_COMMUNITY": "https://example.com/x"}, 2, "vk.com/club1", id="link"),
        pytest.param({"EVOSYNC_COMMUNITY": "404"}, 4, "404", id="community"),
    ],
)
def test_a_wrong_answer_is_one_line(
    evosync: Terminal, world: SandboxWorld, wrong: dict[str, str], code: int, words: str
) -> None:
    evosync.set(**answers(world, **wrong))
    told = evosync("quickstart", "--yes")
    assert told.code == code
    assert words in told.error
    assert world.vk.writes == 0


def test_at_a_terminal_it_asks_and_hides_what_is_secret(
    sandbox_url: str, world: SandboxWorld, tmp_path: Path
) -> None:
    keyboard, screen = pty.openpty()
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "evosync", "quickstart"],
        stdin=screen,
        stdout=screen,
        stderr=screen,
        cwd=tmp_path,
        env={**known, **environ(sandbox_url), "COLUMNS": "200"},
    ) as process:
        os.close(screen)
        talk = _Talk(keyboard)
        community = f"club{world.community_id}"
        try:
            for question, typed in (
                ("Почта", EMAIL),
                ("Придумайте пароль", PASSWORD),
                ("Ещё раз", PASSWORD),
                ("Ключ доступа Эвотор", "mistyped"),
                ("Ключ доступа Эвотор", world.evotor_token),
                ("сообщества VK", community),
                ("Ключ доступа VK", world.vk_token),
                ("Начать?", "да"),
            ):
                talk.answer(question, typed)
            talk.rest()
            assert process.wait(DEADLINE_S) == 0
        finally:
            process.kill()
            os.close(keyboard)
    assert not find_differences(world)
    assert "Готово: добавлено 5" in talk.seen
    for secret in (PASSWORD, world.evotor_token, world.vk_token, "mistyped"):
        assert secret not in talk.seen


class _Talk:
    """Reads the screen and types: each question is waited for before it is answered."""

    def __init__(self, keyboard: int) -> None:
        self._keyboard = keyboard
        self._read_to = 0
        self.seen = ""

    def answer(self, question: str, typed: str) -> None:
        while (found := self.seen.find(question, self._read_to)) < 0:
            self.seen += os.read(self._keyboard, 4096).decode(errors="replace")
        self._read_to = found + len(question)
        while ":" not in self.seen[self._read_to :] and "]" not in self.seen[self._read_to :]:
            self.seen += os.read(self._keyboard, 4096).decode(errors="replace")
        os.write(self._keyboard, f"{typed}\n".encode())

    def rest(self) -> None:
        try:
            while more := os.read(self._keyboard, 4096):
                self.seen += more.decode(errors="replace")
        except OSError:  # Linux says so when the other end is gone
            pass
