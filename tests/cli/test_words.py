import contextlib
import io

import pytest

from evosync.cli.words import named, sentence_of
from evosync.errors import NeedsPerson
from tests.cli.conftest import Terminal

LINK = "https://id.vk.ru/captcha?session_token=1"


class Screen(io.StringIO):
    """A terminal that somebody reads."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(
            "nonsense", "Команды «nonsense» нет. Справка: evosync --help", id="no such command"
        ),
        pytest.param(
            "7d3f2a10-9c1e-4a57-8f0b-19af5b1c2d3e",
            "Такой команды нет. Справка: evosync --help",
            id="a token in a command's place",
        ),
        pytest.param(
            "synk",
            "Команды «synk» нет. Может быть, sync? Справка: evosync --help",
            id="a misspelt command",
        ),
        pytest.param(
            "user delete",
            "Команды «delete» нет. Справка: evosync user --help",
            id="no such command of a group",
        ),
        pytest.param("sync", "Не хватает: EMAIL. Справка: evosync sync --help", id="no e-mail"),
        pytest.param(
            "connect vk a@b.ru --token-stdin",
            "Не хватает: --group-id. Справка: evosync connect vk --help",
            id="no option",
        ),
        pytest.param(
            "connect evotor a@b.ru",
            "Не хватает: --token-stdin. Справка: evosync connect evotor --help",
            id="no flag",
        ),
        pytest.param(
            "config set a@b.ru",
            "Не хватает: КЛЮЧ=ЗНАЧЕНИЕ…. Справка: evosync config set --help",
            id="no pairs",
        ),
        pytest.param(
            "sync a@b.ru --nonsense",
            "Ключа «--nonsense» нет. Справка: evosync sync --help",
            id="no such option",
        ),
        pytest.param(
            "sync a@b.ru --jsom",
            "Ключа «--jsom» нет. Может быть, --json? Справка: evosync sync --help",
            id="a misspelt option",
        ),
        pytest.param(
            "demo --port",
            "Ключ --port написан не так: проверьте, нужно ли ему значение. Справка: evosync --help",
            id="no value",
        ),
        pytest.param(
            "demo --once=1",
            "Ключ --once написан не так: проверьте, нужно ли ему значение. Справка: evosync --help",
            id="a value of a flag",
        ),
        pytest.param(
            "user create a@b.ru --role king",
            "--role: возможно system, admin, user. Справка: evosync user create --help",
            id="not a choice",
        ),
        pytest.param(
            "demo --port 99999",
            "--port: нужно целое число от 0 до 65534. Справка: evosync demo --help",
            id="out of range",
        ),
        pytest.param(
            "demo --port x",
            "--port: нужно целое число от 0 до 65534. Справка: evosync demo --help",
            id="no number",
        ),
        pytest.param(
            "connect vk a@b.ru --group-id 0 --token-stdin",
            "--group-id: нужно целое число от 1. Справка: evosync connect vk --help",
            id="too small",
        ),
        pytest.param(
            "demo --goods nowhere.json",
            "--goods: такого файла нет. Справка: evosync demo --help",
            id="no such file",
        ),
        pytest.param(
            "demo --goods .", "--goods: такого файла нет. Справка: evosync demo --help", id="folder"
        ),
        pytest.param(
            "sync a@b.ru s3cr3t",
            "В команде лишние слова. Справка: evosync sync --help",
            id="one word too many",
        ),
        pytest.param(
            "--nonsense", "Ключа «--nonsense» нет. Справка: evosync --help", id="before a command"
        ),
    ],
)
def test_words_that_do_not_fit_are_told_in_one_line(
    line: str, told: str, evosync: Terminal
) -> None:
    ended = evosync(*line.split())
    assert (ended.code, ended.out, ended.error) == (2, "", told)


@pytest.mark.parametrize(
    ("link", "is_terminal", "told"),
    [
        pytest.param(None, True, "VK просит подтвердить.", id="nowhere"),
        pytest.param(
            LINK, True, f"VK просит подтвердить. Откройте: {LINK}", id="a person at a terminal"
        ),
        pytest.param(
            LINK,
            False,
            "VK просит подтвердить. Ссылку покажет команда в терминале.",
            id="a file of errors",
        ),
    ],
)
def test_who_has_to_act_is_told_where(link: str | None, told: str, *, is_terminal: bool) -> None:
    error = NeedsPerson("VK просит подтвердить.", code="vk_captcha", link=link)
    with contextlib.redirect_stderr(Screen() if is_terminal else io.StringIO()):
        assert sentence_of(error) == told


def test_names_are_quoted_in_order_up_to_a_number() -> None:
    assert named(["Чай", "Ёлка", "Яблоко\n"], 2) == "«Ёлка», «Чай» и ещё 1"
    assert named(["Чай"], 2) == "«Чай»"
