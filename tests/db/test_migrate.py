"""Migrations: no row is lost, whatever the direction, and nothing is touched by mistake."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from evosync.db.engine import open_database
from evosync.db.migrate import (
    SchemaState,
    check_schema,
    head_revision,
    migrate,
    on_own_connection,
    run_here,
)
from evosync.db.schema import metadata
from evosync.db.types import COLLATION
from evosync.errors import Misconfigured
from evosync.places import migrations_dir
from evosync.redact import mask_text
from tests.db.rows import everything, fill, list_changed

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ScriptDirectory(str(migrations_dir()))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


async def move(url: str, revision: str) -> None:
    """Upgrade or downgrade to a revision."""

    def work(connection: Connection) -> None:
        here = MigrationContext.configure(connection).get_current_revision() or ""
        is_down = revision == "base" or revision < here
        verb = command.downgrade if is_down else command.upgrade
        verb(run_here(connection), revision)

    await on_own_connection(url, work)


def modes(folder: Path, pattern: str) -> dict[str, int]:
    """Return the files of a folder with their permissions."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.glob(pattern)}


async def test_rows_of_every_age_survive_each_migration_up_down_and_up(empty_url: str) -> None:
    await move(empty_url, REVISIONS[0])
    rows = await on_own_connection(empty_url, partial(fill, count=3))
    for before, after in pairwise(REVISIONS):
        for revision in (after, before, after):
            await move(empty_url, revision)
            standing = await on_own_connection(empty_url, everything)
            assert not list_changed(standing, rows), revision
        rows = await on_own_connection(empty_url, partial(fill, before=rows, count=3))
        assert all(rows.values())


async def test_a_full_database_survives_the_way_to_the_head(empty_url: str) -> None:
    await migrate(empty_url)
    rows = await on_own_connection(empty_url, fill)
    await migrate(empty_url)
    assert set(rows) == set(metadata.tables)
    assert await on_own_connection(empty_url, everything) == rows


async def test_the_tables_are_those_the_migrations_make(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await on_own_connection(database_url, differences) == []


async def test_every_text_column_of_mariadb_compares_to_the_letter(mariadb_url: str) -> None:
    def collations(connection: Connection) -> set[str]:
        found = connection.scalars(
            text(
                "SELECT collation_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
                " AND table_name <> 'alembic_version'"
            )
        )
        return set(found)

    assert await on_own_connection(mariadb_url, collations) == {COLLATION}


async def test_a_fresh_database_has_roles_and_permissions(database_url: str) -> None:
    def granted(connection: Connection) -> dict[str, int]:
        rows = connection.execute(
            text(
                "SELECT r.name, count(p.permission_id) FROM roles r"
                " LEFT JOIN role_permissions p ON p.role_id = r.id GROUP BY r.name"
            )
        )
        return {name: count for name, count in rows}  # noqa: C416 - rows are no pairs to mypy

    found = await on_own_connection(database_url, granted)
    assert found == {"system": 7, "admin": 7, "user": 0}


async def test_the_schema_is_empty_then_current(empty_url: str) -> None:
    assert await check_schema(empty_url) is SchemaState.EMPTY
    await migrate(empty_url)
    assert await check_schema(empty_url) is SchemaState.CURRENT


async def test_an_older_schema_is_behind(empty_url: str) -> None:
    await move(empty_url, REVISIONS[0])
    assert await check_schema(empty_url) is SchemaState.BEHIND


async def test_a_schema_from_the_future_is_refused_and_not_touched(database_url: str) -> None:
    await on_own_connection(
        database_url,
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9'")),
    )
    before = await on_own_connection(database_url, everything)
    assert await check_schema(database_url) is SchemaState.FUTURE
    with pytest.raises(Misconfigured, match="более новой версией"):
        await migrate(database_url)
    assert await on_own_connection(database_url, everything) == before


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        pytest.param(["notes"], "другой программы", id="another program's"),
        pytest.param(["notes", "users"], "другой программы", id="one named as ours"),
        pytest.param(["notes", "alembic_version"], "другой программы", id="begun by its alembic"),
        pytest.param(["users"], "нет таблицы версии", id="ours without a version"),
        pytest.param([*metadata.tables], "нет таблицы версии", id="all ours without a version"),
    ],
)
async def test_tables_we_did_not_make_are_refused_and_not_touched(
    tables: list[str], why: str, empty_url: str
) -> None:
    def make(connection: Connection) -> None:
        for table in tables:
            connection.execute(text(f"CREATE TABLE {table} (id INTEGER, version_num VARCHAR(9))"))

    await on_own_connection(empty_url, make)
    for look in (check_schema, migrate):
        with pytest.raises(Misconfigured, match=why) as raised:
            await look(empty_url)
        assert mask_text(raised.value.message) == raised.value.message
    database = open_database(empty_url)
    async with database.read() as tx:
        found = await tx.run_sync(lambda connection: inspect(connection).get_table_names())
    await database.close()
    assert set(found) == set(tables)


async def test_a_file_of_another_program_stays_as_it_was_to_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    before = file.read_bytes()
    with pytest.raises(Misconfigured, match="другой программы"):
        await migrate(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert modes(tmp_path, "*").keys() == {"notes.db"}


async def test_a_first_migration_cut_short_is_begun_again(empty_url: str) -> None:
    def cut_short(connection: Connection) -> None:
        # As MariaDB leaves it: some tables are there, the revision is not.
        context = MigrationContext.configure(connection)
        context._ensure_version_table()
        metadata.tables["roles"].create(connection)
        metadata.tables["users"].create(connection)
        connection.execute(text("INSERT INTO roles (id, name) VALUES (1, 'system')"))

    await on_own_connection(empty_url, cut_short)
    await migrate(empty_url)
    assert await check_schema(empty_url) is SchemaState.CURRENT
    rows = await on_own_connection(empty_url, everything)
    assert [role["name"] for role in rows["roles"]] == ["system", "admin", "user"]


async def test_a_migration_of_sqlite_that_breaks_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'evosync.db'}"
    await move(url, REVISIONS[0])
    rows = await on_own_connection(url, fill)

    def breaks(connection: Connection) -> None:
        command.upgrade(run_here(connection), "head")
        connection.execute(text("DROP TABLE users"))
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await on_own_connection(url, breaks)
    assert await on_own_connection(url, everything) == rows
    assert await check_schema(url) is SchemaState.BEHIND


async def test_a_migration_of_sqlite_that_orphans_rows_is_undone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'evosync.db'}"
    await migrate(url)
    rows = await on_own_connection(url, fill)
    with pytest.raises(Misconfigured, match="отменено"):
        await on_own_connection(
            url, lambda connection: connection.execute(text("DELETE FROM users"))
        )
    assert await on_own_connection(url, everything) == rows


async def test_the_file_is_copied_aside_before_an_upgrade_and_one_copy_is_kept(
    tmp_path: Path,
) -> None:
    file = tmp_path / "evosync.db"
    url = f"sqlite:///{file}"
    await move(url, REVISIONS[0])
    rows = await on_own_connection(url, fill)
    (tmp_path / "evosync.db.before-0000").write_bytes(b"an older copy")
    await migrate(url)
    copy = f"evosync.db.before-{head_revision()}"
    assert modes(tmp_path, "*.before-*") == {copy: 0o600}
    copied = await on_own_connection(f"sqlite:///{tmp_path / copy}", everything)
    assert copied == rows


async def test_without_a_copy_nothing_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'evosync.db'}"
    await move(url, REVISIONS[0])
    (tmp_path / f"evosync.db.before-{head_revision()}.part").mkdir()
    with pytest.raises(Misconfigured, match="копию"):
        await migrate(url)
    assert await check_schema(url) is SchemaState.BEHIND


async def test_a_migrated_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        await migrate(f"sqlite:///{tmp_path / 'evosync.db'}")
    finally:
        os.umask(before)
    assert modes(tmp_path, "*") == {"evosync.db": 0o600}


async def test_a_current_database_is_not_copied(sqlite_url: str, tmp_path: Path) -> None:
    await migrate(sqlite_url)
    assert not modes(tmp_path, "*.before-*")


async def test_to_look_at_the_schema_makes_no_file(tmp_path: Path) -> None:
    for name in ("new.db", "data/new.db"):
        assert await check_schema(f"sqlite:///{tmp_path / name}") is SchemaState.EMPTY
    assert not modes(tmp_path, "*")


def test_plain_alembic_works_at_the_root(tmp_path: Path) -> None:
    file = tmp_path / "evosync.db"
    for words in (["upgrade", "head"], ["downgrade", "base"]):
        done = subprocess.run(
            [sys.executable, "-m", "alembic", *words],
            cwd=ROOT,
            env={"DATABASE_URL": f"sqlite:///{file}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    connection = sqlite3.connect(file)
    left = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert "users" not in left


async def test_two_migrations_at_once_end_with_one_schema(empty_url: str) -> None:
    await asyncio.gather(*(migrate(empty_url) for _ in range(2)))
    assert await check_schema(empty_url) is SchemaState.CURRENT


async def test_a_migrated_database_can_be_used(empty_url: str) -> None:
    await migrate(empty_url)
    database = open_database(empty_url)
    await database.ping()
    await database.close()
    tables = await on_own_connection(
        empty_url, lambda connection: set(inspect(connection).get_table_names())
    )
    assert tables >= set(metadata.tables)
