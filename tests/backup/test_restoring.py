"""What a restore refuses, and that nothing is changed then; what it does with tokens and keys."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from evosync.backup.reading import PassphraseNeeded, Unusable
from evosync.db import sealed_columns
from evosync.db.migrate import RESTORING, check_schema, migrate, on_own_connection
from evosync.db.sealed_columns import Unopened
from evosync.db.services import Service
from evosync.db.serving import one_serve
from evosync.db.tables.metadata import metadata
from evosync.db.vault import KEY_FILE, Vault
from evosync.errors import EvoSyncError, Misconfigured, TryLater
from tests.backup.copies import (
    KEY,
    PASSPHRASE,
    make,
    packed,
    parts_of,
    put_back,
    retold,
    rewritten,
    spoil,
)
from tests.db.rows import everything, fill


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with rows in every table."""
    path = tmp_path_factory.mktemp("filled") / "evosync.db"
    shutil.copyfile(sqlite_template, path)
    asyncio.run(on_own_connection(f"sqlite:///{path}", fill))
    return path


@pytest.fixture
def busy(filled: Path, tmp_path: Path) -> str:
    """Give a database that is in use."""
    return f"sqlite:///{shutil.copyfile(filled, tmp_path / 'busy.db')}"


def emails(connection: Connection) -> list[str]:
    return [str(each) for each in connection.scalars(text("SELECT email FROM users"))]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda file: b"",
    "another file": lambda file: b"SQLite format 3\0" + file,
    "a zip of somebody": lambda file: packed({"readme.txt": b"hello"}),
    "cut short": lambda file: file[: len(file) // 2],
    "its end is gone": lambda file: file[:-30],
    "a byte is another": lambda file: file[:3000] + bytes([file[3000] ^ 1]) + file[3001:],
    "a newer format": lambda file: retold(file, format=2),
    "a newer schema": lambda file: retold(file, revision="9999"),
    "a manifest that is none": lambda file: retold(file, tables="all"),
    "a table that we do not have": lambda file: retold(file, revision="0003"),
    "a row is gone": lambda file: packed(parts_of(file) | {"tables/roles.jsonl": b""}),
    "a value of another kind": lambda file: rewritten(file, "roles", b'["one","system"]\n'),
    "a number beyond 64 bits": lambda file: rewritten(
        file, "roles", b"[9223372036854775808,null]\n"
    ),
    "a row without an end": lambda file: rewritten(file, "roles", b'[1,"system"]'),
    "rows that refer to nothing": lambda file: rewritten(file, "user_roles", b"[77,1]\n"),
    "the same row twice": lambda file: rewritten(file, "roles", b'[1,"system"]\n' * 2),
}


async def test_a_file_that_is_no_whole_backup_changes_nothing(
    copy: Path, busy: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    before = await on_own_connection(busy, everything)
    for how, break_up in BROKEN.items():
        with subtests.test(how):
            whole = spoil(copy, break_up)
            with pytest.raises(EvoSyncError) as raised:
                await put_back(busy, copy, tmp_path, force=True)
            spoil(copy, lambda _, whole=whole: whole)  # type: ignore[misc]
            assert "\n" not in raised.value.message
            assert await on_own_connection(busy, everything) == before


async def test_a_forged_table_name_reaches_no_statement(
    copy: Path, busy: str, tmp_path: Path
) -> None:
    column = {"name": "id", "kind": "integer"}
    for name in ('roles"; DROP TABLE users; --', "../../etc/passwd"):
        part = {"table": name, "columns": [column], "rows": 0, "size_bytes": 0, "sha256": ""}
        spoil(copy, lambda file, part=part: retold(file, tables=[part]))  # type: ignore[misc]
        with pytest.raises(Unusable):
            await put_back(busy, copy, tmp_path, force=True)


@pytest.mark.parametrize(
    ("given", "word"),
    [("", "нужна фраза"), ("another passphrase", "не подходит")],
)
async def test_without_the_right_passphrase_nothing_is_changed(
    given: str, word: str, sqlite_url: str, busy: str, tmp_path: Path
) -> None:
    saved = await make(sqlite_url, tmp_path / "copy", passphrase=PASSPHRASE)
    before = await on_own_connection(busy, everything)
    with pytest.raises(PassphraseNeeded, match=word):
        await put_back(busy, saved.path, tmp_path, passphrase=given, force=True)
    assert await on_own_connection(busy, everything) == before


async def test_accounts_are_replaced_only_by_force(
    copy: Path, database_url: str, tmp_path: Path
) -> None:
    await on_own_connection(database_url, fill)
    before = await on_own_connection(database_url, everything)
    with pytest.raises(EvoSyncError, match="--force"):
        await put_back(database_url, copy, tmp_path)
    assert await on_own_connection(database_url, everything) == before
    await put_back(database_url, copy, tmp_path, force=True)
    assert await on_own_connection(database_url, emails) == ["anna@example.com"]


async def test_a_fresh_database_without_accounts_needs_no_force(
    copy: Path, database_url: str, tmp_path: Path
) -> None:
    await put_back(database_url, copy, tmp_path)
    assert await on_own_connection(database_url, emails) == ["anna@example.com"]


async def test_a_database_that_is_served_is_left_alone(
    copy: Path, database_url: str, tmp_path: Path
) -> None:
    before = await on_own_connection(database_url, everything)
    async with one_serve(database_url):
        with pytest.raises(TryLater, match="evosync serve"):
            await put_back(database_url, copy, tmp_path, force=True)
    assert await on_own_connection(database_url, everything) == before


async def test_a_restore_that_was_cut_short_is_no_database_and_can_be_repeated(
    copy: Path, mariadb_url: str, tmp_path: Path
) -> None:
    """Only MariaDB can be left so: there each statement of DDL is a commit."""
    whole = spoil(copy, lambda file: rewritten(file, "user_roles", b"[77,1]\n"))
    with pytest.raises(EvoSyncError):
        await put_back(mariadb_url, copy, tmp_path, force=True)
    for look in (check_schema, migrate):
        with pytest.raises(Misconfigured, match="evosync restore"):
            await look(mariadb_url)
    spoil(copy, lambda _: whole)
    await put_back(mariadb_url, copy, tmp_path)
    assert await on_own_connection(mariadb_url, emails) == ["anna@example.com"]
    tables = await on_own_connection(mariadb_url, everything)
    assert RESTORING not in tables


async def test_a_restore_that_fails_leaves_no_key_that_opens_nothing(
    copy: Path, busy: str, tmp_path: Path
) -> None:
    whole = spoil(copy, lambda file: rewritten(file, "user_roles", b"[77,1]\n"))
    with pytest.raises(EvoSyncError, match="не сходятся"):
        await put_back(busy, copy, tmp_path / "data", force=True)
    assert not (tmp_path / "data" / KEY_FILE).exists()
    spoil(copy, lambda _: whole)
    await put_back(busy, copy, tmp_path / "data", force=True)
    assert (tmp_path / "data" / KEY_FILE).exists()


def _seal(vault: Vault) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        fill(connection)
        connection.execute(text("UPDATE users SET email='anna@example.com'"))
        for table, names in sealed_columns.SEALED:
            values = {name: vault.seal(f"{table.name}.{name}") for name in names}
            connection.execute(table.update().values(values))

    return work


def _opened(vault: Vault) -> Callable[[Connection], bool]:
    def work(connection: Connection) -> bool:
        return all(
            vault.open(row[name]) == f"{table.name}.{name}"
            for table, names in sealed_columns.SEALED
            for row in connection.execute(select(*(table.c[each] for each in names))).mappings()
            for name in names
        )

    return work


UNOPENED = [
    Unopened("anna@example.com", Service.EVOTOR),
    Unopened("anna@example.com", Service.VK),
]


async def test_tokens_open_with_the_key_that_the_backup_brought(
    busy: str, sqlite_url: str, tmp_path: Path
) -> None:
    await on_own_connection(sqlite_url, _seal(Vault("an older key of theirs")))
    keys = (KEY, "an older key of theirs")
    saved = await make(sqlite_url, tmp_path / "copy", passphrase=PASSPHRASE, keys=keys)
    data = tmp_path / "data"
    done = await put_back(busy, saved.path, data, passphrase=PASSPHRASE, force=True)
    assert (done.unopened, done.has_kept_key) == ([], True)
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (data / KEY_FILE).read_text().strip() == KEY
    assert await on_own_connection(busy, _opened(Vault(KEY)))


async def test_tokens_are_sealed_with_the_key_that_stands_here(
    busy: str, sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / KEY_FILE).write_text("the key that stands here")
    await on_own_connection(sqlite_url, _seal(Vault(KEY)))
    saved = await make(sqlite_url, tmp_path / "copy", passphrase=PASSPHRASE)
    done = await put_back(busy, saved.path, tmp_path, passphrase=PASSPHRASE, force=True)
    assert (done.unopened, done.has_kept_key) == ([], False)
    assert (tmp_path / KEY_FILE).read_text() == "the key that stands here"
    assert await on_own_connection(busy, _opened(Vault("the key that stands here")))


@pytest.mark.parametrize(("standing", "unopened"), [(KEY, []), ("quite another key", UNOPENED)])
async def test_without_a_key_in_the_backup_it_is_told_which_connections_to_renew(
    standing: str, unopened: list[Unopened], busy: str, sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / KEY_FILE).write_text(standing)
    await on_own_connection(sqlite_url, _seal(Vault(KEY)))
    saved = await make(sqlite_url, tmp_path / "copy.zip")
    done = await put_back(busy, saved.path, tmp_path, force=True)
    assert done.unopened == unopened
    assert await on_own_connection(busy, _opened(Vault(KEY)))  # whoever finds it can open them


def test_every_column_that_is_sealed_is_known() -> None:
    """Tokens, codes and secrets; hashes of them are not."""
    known = {(table.name, name) for table, names in sealed_columns.SEALED for name in names}
    named: set[Any] = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if any(word in column.name for word in ("token", "secret", "code", "sealed", "link"))
        and table.name in {each.name for each, _ in sealed_columns.SEALED}
    }
    plain = {
        ("sync_configs", "feed_secret_hash"),
        ("users", "phone_code_sent_at"),
        ("evotor_connections", "last_error_code"),
        ("vk_connections", "last_error_code"),
        ("runs", "error_code"),
    }
    assert named - plain == known
