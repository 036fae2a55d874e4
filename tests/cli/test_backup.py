"""`evosync backup` and `evosync restore` as they are typed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

PASSPHRASE = "пароль для копий"


def test_a_database_is_saved_and_restored_into_another_place(
    evosync: Terminal, data: Path, anna: str, boris: str
) -> None:
    evosync.set(EVOSYNC_BACKUP_PASSPHRASE=PASSPHRASE)
    told = evosync.ok("backup", "copy.age")
    assert told.out.startswith("Копия готова: ")
    assert "зашифрована" in told.out
    assert "ключ SECRET_KEY в ней есть" in told.out
    (data / "evosync.db").unlink()
    (data / "secret.key").unlink()
    told = evosync.ok("restore", "copy.age")
    assert "Ключ из копии положен в файл secret.key." in told.out
    assert "подключите заново" not in told.out
    assert boris in evosync.ok("user", "list").out
    shown = evosync.ok("config", "show", anna, "--json", "--secrets").json
    assert shown["vk"]["token"]
    refused = evosync("restore", "copy.age")
    assert refused.code == 2
    assert "--force" in refused.error
    assert PASSPHRASE not in "".join(each.out + each.err for each in evosync.said)


def test_without_a_passphrase_it_is_told_what_to_connect_anew(
    evosync: Terminal, data: Path, anna: str
) -> None:
    assert "ключа SECRET_KEY в ней нет" in evosync.ok("backup", "copy.zip").out
    (data / "secret.key").unlink()
    told = evosync.ok("restore", "copy.zip", "--force")
    assert f"  {anna}: Эвотор\n  {anna}: VK\n" in told.out


def test_a_backup_goes_through_pipes(evosync: Terminal, data: Path, boris: str) -> None:
    evosync.ok("backup", "copy.zip")
    whole = Path("copy.zip").read_bytes()
    told = evosync("restore", "-", "--force", stdin=whole)
    assert (told.code, told.err) == (0, "")
    assert boris in evosync.ok("user", "list").out


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: b"no database any more" * 500, id="another file"),
        pytest.param(lambda file: file[:4096] + bytes(8192) + file[12288:], id="pages are gone"),
    ],
)
def test_a_damaged_database_gives_way_by_force_and_is_kept_beside(
    damage: Callable[[bytes], bytes], evosync: Terminal, data: Path, boris: str
) -> None:
    evosync.ok("backup", "copy.zip")
    file = data / "evosync.db"
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    assert "restore КОПИЯ --force" in evosync("restore", "copy.zip").error
    assert file.read_bytes() == damaged
    told = evosync.ok("restore", "copy.zip", "--force").out
    [kept] = data.glob("evosync.db.broken-*")
    assert f"Повреждённый файл базы сохранён рядом: data/{kept.name}.\n" in told
    assert kept.read_bytes() == damaged
    assert boris in evosync.ok("user", "list").out
    assert not [each for each in data.iterdir() if "restored" in each.name]


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        pytest.param(["restore", "nowhere.zip"], 2, "не открыть", id="no such file"),
        pytest.param(["restore", "broken.zip"], 1, "повреждён", id="broken"),
        pytest.param(["restore", "sealed.age"], 2, "нужна фраза", id="no passphrase"),
        pytest.param(["backup", "nowhere/copy.zip"], 1, "не записать", id="no such folder"),
    ],
)
def test_what_cannot_be_is_one_line(
    args: list[str], code: int, word: str, evosync: Terminal, data: Path, anna: str
) -> None:
    evosync.set(EVOSYNC_BACKUP_PASSPHRASE=PASSPHRASE)
    evosync.ok("backup", "sealed.age")
    evosync.set(EVOSYNC_BACKUP_PASSPHRASE="")
    evosync.ok("backup", "copy.zip")
    Path("broken.zip").write_bytes(Path("copy.zip").read_bytes()[:-100])
    before = (data / "evosync.db").read_bytes()
    told = evosync(*args)
    assert told.code == code
    assert word in told.error
    assert told.out == ""
    assert (data / "evosync.db").read_bytes() == before
