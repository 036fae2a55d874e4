"""A backup carries every row of every table to either database and back again."""

import json
import zipfile
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from evosync.db.migrate import SchemaState, check_schema, on_own_connection
from evosync.db.row_kinds import TableKind, list_tables
from evosync.db.schema import metadata
from evosync.db.vault import KEY_FILE
from tests.backup.copies import KEY, PASSPHRASE, make, put_back
from tests.db.rows import Rows, fill
from tests.db.test_migrate import move

# A restore ends what only the past knew of, and writes itself down.
CHANGED = {"audit_log", "leases", "sessions"}
ODD = "Чай «Ёлка» 🫖 \\ ' \" \n\0\u2028 %s :x"


def told(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows as they mean the same in both databases."""
    return {
        each.name: sorted(map(tuple, connection.execute(each.everything())), key=repr)
        for each in list_tables(connection)
        if each.name not in CHANGED
    }


def add_odd_rows(connection: Connection) -> None:
    """Add what is hard to carry: signs, NULL beside "", letters of two cases, numbers at ends."""
    users, products = metadata.tables["users"], metadata.tables["cached_products"]
    user_id = connection.scalar(select(users.c.id).limit(1))
    standing = dict(connection.execute(select(products)).mappings().one())
    for number, product_id in enumerate(("a", "A", "é", "e\u0301", "a ")):
        row = standing | {
            "user_id": user_id,
            "product_id": product_id,
            "name": ODD,
            "parent_id": None if number % 2 else "",
            "price": 2**62 + number,
            "quantity": Decimal("-999999999999.999") + number,
            "allow_to_sell": bool(number % 2),
            "barcodes": ["46", "я"],
            "choices": [],
        }
        connection.execute(insert(products).values(row))
    pictures = metadata.tables["pictures"]
    connection.execute(pictures.update().values(body=bytes(range(256)) * 400))


async def filled(url: str) -> Rows:
    def work(connection: Connection) -> Rows:
        rows = fill(connection)
        for each in list_tables(connection):
            assert rows[each.name]
        connection.execute(text("UPDATE cached_products SET barcodes='[]', choices='[]'"))
        connection.execute(text("UPDATE pictures SET body='AAAA'"))
        add_odd_rows(connection)
        return rows

    return await on_own_connection(url, work)


async def test_every_row_of_every_table_goes_there_and_back(
    sqlite_url: str, mariadb_url: str, tmp_path: Path
) -> None:
    await filled(sqlite_url)
    ways = [sqlite_url, mariadb_url, f"sqlite:///{tmp_path / 'back.db'}"]
    for number, (here, there) in enumerate(pairwise(ways)):
        copy = tmp_path / f"{number}.zip"
        await make(here, copy)
        await put_back(there, copy, tmp_path / f"data{number}", force=True)
        before = await on_own_connection(here, told)
        assert await on_own_connection(there, told) == before
        assert before["cached_products"]
    for url in ways[1:]:
        last, new = await on_own_connection(url, next_number)
        assert new == last + 1


def next_number(connection: Connection) -> tuple[int, int]:
    """Return the number of the last role and of one that is made now."""
    roles = metadata.tables["roles"]
    last = connection.scalar(select(func.max(roles.c.id)))
    made = connection.execute(insert(roles).values(name="new")).inserted_primary_key
    assert last is not None
    assert made is not None
    return last, made[0]


async def test_a_backup_of_any_revision_becomes_a_database_of_today(
    empty_url: str, tmp_path: Path
) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    await move(old, "0003")
    await on_own_connection(old, fill)
    users = await on_own_connection(
        old, lambda each: each.execute(text("SELECT email FROM users")).all()
    )
    saved = await make(old, tmp_path / "copy", passphrase=PASSPHRASE)
    assert saved.manifest.revision == "0003"
    await put_back(empty_url, tmp_path / "copy", tmp_path / "data", passphrase=PASSPHRASE)
    assert await check_schema(empty_url) is SchemaState.CURRENT
    after = await on_own_connection(
        empty_url, lambda each: each.execute(text("SELECT email FROM users")).all()
    )
    assert after == users
    kept = (tmp_path / "data" / KEY_FILE).read_text()
    assert kept.strip() == KEY


async def test_both_databases_name_the_kinds_of_their_columns_alike(
    sqlite_url: str, mariadb_url: str
) -> None:
    """What SQLite does not tell of its columns, such as decimals, is known all the same."""

    def kinds(connection: Connection) -> dict[str, TableKind]:
        return {each.name: each for each in list_tables(connection)}

    ours = await on_own_connection(sqlite_url, kinds)
    assert ours.keys() == metadata.tables.keys()
    assert ours == await on_own_connection(mariadb_url, kinds)


async def test_a_person_can_look_into_a_backup_with_usual_tools(
    sqlite_url: str, tmp_path: Path
) -> None:
    await filled(sqlite_url)
    saved = await make(sqlite_url, tmp_path / "copy.zip")
    assert saved.path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(saved.path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        [*_, users] = archive.read("tables/users.jsonl").splitlines()
    assert datetime.fromisoformat(manifest["made_at"]) == saved.manifest.made_at
    assert manifest["keys_sha256"] is None
    assert KEY.encode() not in saved.path.read_bytes()
    columns = {
        each["table"]: [one["name"] for one in each["columns"]] for each in manifest["tables"]
    }
    row = dict(zip(columns["users"], json.loads(users), strict=True))
    assert row["created_at"] == "2026-03-04T05:06:07.891011Z"
