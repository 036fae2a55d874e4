import io
import os
from pathlib import Path

import pytest

from evosync.cli.frame import BadUsage, read_password, read_token
from tests.cli.conftest import Terminal

TOKEN = "vk1.a.Qw3rTy-UiOp_As0dFg"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> "Typed":
    return Typed(monkeypatch)


class Typed:
    """Standard input, set to what is piped into it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, content: bytes) -> None:
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), "ascii"))


@pytest.mark.parametrize(
    "content",
    [
        TOKEN.encode(),
        f"{TOKEN}\n".encode(),
        f"{TOKEN}\r\n".encode(),
        f" \t{TOKEN} \n".encode(),
        f"{TOKEN}\nsecond line\xff".encode("latin-1"),
        f"\ufeff{TOKEN}\n".encode(),
    ],
    ids=["bare", "line", "Windows", "blanks", "two lines", "byte order mark"],
)
def test_a_token_is_read_without_what_surrounds_it(content: bytes, typed: Typed) -> None:
    typed(content)
    assert read_token("Ключ") == TOKEN


@pytest.mark.parametrize(
    "password", ["чай с мятой", " blanks around ", "\ttab", "\x1b[1m", "line\rfeed"]
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["bare", "line", "Windows"])
def test_a_password_is_read_as_it_stands_but_for_its_line_end(
    password: str, end: str, typed: Typed
) -> None:
    typed(f"{password}{end}".encode())
    assert read_password() == password


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "на стандартном вводе пусто.", id="nothing"),
        pytest.param(b"\n", "на стандартном вводе пусто.", id="a line end"),
        pytest.param(b" \t\r\n", "на стандартном вводе пусто.", id="blanks"),
        pytest.param("\ufeff".encode(), "на стандартном вводе пусто.", id="a mark alone"),
        pytest.param("чай\n".encode("cp1251"), "текст не в кодировке UTF-8.", id="cp1251"),
        pytest.param("tea\n".encode("utf-16"), "текст не в кодировке UTF-8.", id="UTF-16"),
    ],
)
def test_what_holds_no_secret_is_told(content: bytes, why: str, typed: Typed) -> None:
    typed(content)
    with pytest.raises(BadUsage) as caught:
        read_token("Ключ доступа VK")
    assert caught.value.message == f"Ключ доступа VK: {why}"
    typed(content)
    with pytest.raises(BadUsage) as caught:
        read_password()
    assert caught.value.message == f"Пароль: {why}"


@pytest.mark.parametrize("token", ["two words", "ключ", "a\x1bb", "a\0b", "a\u00a0b"])
def test_what_cannot_be_a_token_is_told(token: str, typed: Typed) -> None:
    typed(token.encode())
    with pytest.raises(BadUsage, match="латиницей") as caught:
        read_token("Ключ")
    assert token not in caught.value.message


@pytest.mark.parametrize("side", [["evotor"], ["vk", "--group-id", "7"]], ids=["evotor", "vk"])
def test_a_closed_standard_input_is_told(side: list[str], evosync: Terminal) -> None:
    told = evosync("connect", *side, "anna@example.com", "--token-stdin", stdin=None)
    assert (told.code, told.out) == (2, "")
    assert told.error.endswith(": на стандартном вводе пусто.")


def test_a_folder_as_standard_input_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    with io.FileIO(os.devnull) as null:
        os.dup2(folder, null.fileno())
        os.close(folder)
        with io.TextIOWrapper(io.BufferedReader(null)) as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            with pytest.raises(BadUsage, match="не читается"):
                read_password()
