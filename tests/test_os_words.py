import errno
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from evosync.os_words import reason_of


def bind_twice(_: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        socket.create_server(taken.getsockname())


def look_up(_: Path) -> None:
    socket.getaddrinfo("shop", 80, flags=socket.AI_NUMERICHOST)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda folder: (folder / "gone").read_bytes(), "такого файла или папки нет"),
        (lambda folder: folder.read_bytes(), "это папка"),
        (lambda folder: (folder / "file" / "below").read_bytes(), "часть пути не папка"),
        (lambda folder: (folder / ("long" * 100)).read_bytes(), "имя слишком длинное"),
        (lambda _: Path("/dev/full").write_bytes(b"x"), "на диске нет места"),
        (bind_twice, "он уже занят"),
        (look_up, "такого имени нет"),
    ],
)
def test_a_refusal_of_the_machine_is_said_in_russian(
    act: Callable[[Path], object], told: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r".") as raised:
        act(tmp_path)
    assert reason_of(raised.value) == told


def test_a_refusal_without_a_translation_keeps_its_own_words() -> None:
    assert reason_of(OSError(errno.EXDEV, "Invalid cross-device link")).startswith("Invalid")
    assert reason_of(TimeoutError()) == "TimeoutError"
