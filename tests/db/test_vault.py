"""The vault: what is sealed opens with its key, and with no other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evosync.db.vault import KEY_FILE, Vault, open_vault
from evosync.errors import Misconfigured, NeedsPerson

TOKEN = "vk1.a.very-secret"


def opened(data_dir: Path, *, configured: str = "", has_sealed_rows: bool = False) -> Vault:
    """Open the vault of a folder."""
    return open_vault(data_dir, configured=configured, old=(), has_sealed_rows=has_sealed_rows)


def test_what_is_sealed_opens_again() -> None:
    vault = Vault("key")
    assert vault.open(vault.seal(TOKEN)) == TOKEN


def test_what_is_sealed_shows_nothing_of_the_text() -> None:
    vault = Vault("key")
    first, second = vault.seal(TOKEN), vault.seal(TOKEN)
    assert TOKEN not in first
    assert first != second


def test_another_key_opens_nothing_and_tells_nothing() -> None:
    sealed = Vault("key").seal(TOKEN)
    with pytest.raises(NeedsPerson, match="SECRET_KEY") as raised:
        Vault("other").open(sealed)
    assert sealed not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_old_key_still_opens_what_it_sealed() -> None:
    sealed = Vault("old").seal(TOKEN)
    assert Vault("new", ["", "old"]).open(sealed) == TOKEN


def test_each_purpose_has_keys_of_its_own_the_newest_first() -> None:
    vault = Vault("new", ["old"])
    cookies, links = vault.derive("cookies"), vault.derive("links")
    assert len({*cookies, *links}) == 4
    assert Vault("new").derive("cookies") == cookies[:1]
    assert all(len(key) == 32 for key in cookies)


def test_the_vault_does_not_show_its_key() -> None:
    assert "hunter2" not in repr(Vault("hunter2"))


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="пуст"):
        Vault("")


def test_the_first_start_makes_a_key_that_only_we_read(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    sealed = opened(folder).seal(TOKEN)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in folder.iterdir()] == [KEY_FILE]
    assert opened(folder, has_sealed_rows=True).open(sealed) == TOKEN


def test_a_lost_key_stops_the_start_and_names_the_fix(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Верните"):
        opened(tmp_path, has_sealed_rows=True)
    assert not list(tmp_path.iterdir())


def test_a_configured_key_is_taken_and_no_file_is_made(tmp_path: Path) -> None:
    sealed = opened(tmp_path, configured="key").seal(TOKEN)
    assert Vault("key").open(sealed) == TOKEN
    assert not list(tmp_path.iterdir())


def test_who_moves_from_the_file_to_the_settings_keeps_what_is_sealed(tmp_path: Path) -> None:
    sealed = opened(tmp_path).seal(TOKEN)
    assert opened(tmp_path, configured="key", has_sealed_rows=True).open(sealed) == TOKEN


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "пуст", id="empty"),
        pytest.param("ключ".encode("cp1251"), "не читается", id="not ours"),
    ],
)
def test_a_spoilt_key_file_is_told_and_kept(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(Misconfigured, match=why):
        opened(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file")
    with pytest.raises(Misconfigured, match="data"):
        opened(tmp_path / "data")


def test_many_who_start_at_once_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=8) as threads:
        vaults = list(threads.map(lambda _: opened(tmp_path), range(8)))
    sealed = vaults[0].seal(TOKEN)
    assert [vault.open(sealed) for vault in vaults] == [TOKEN] * 8
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]
