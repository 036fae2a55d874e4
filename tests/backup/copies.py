"""Backups in tests: made of a database, put back into another one, or written to order."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from evosync.backup.making import Order, Saved, save_backup
from evosync.backup.manifest import MANIFEST
from evosync.backup.restoring import Restored, restore
from evosync.settings import Settings
from tests.builders import NOON

PASSPHRASE = "пароль для копий"
KEY = "a key that seals tokens"


async def make(
    url: str, target: Path, *, passphrase: str = "", keys: tuple[str, ...] = (KEY,)
) -> Saved:
    order = Order(database_url=url, keys=keys, passphrase=passphrase, made_at=NOON)
    return await save_backup(order, target)


async def put_back(
    url: str, copy: Path, data_dir: Path, *, passphrase: str = "", force: bool = False
) -> Restored:
    settings = Settings(database_url=url, data_dir=data_dir)
    with copy.open("rb") as file:
        return await restore(settings, file, passphrase, NOON, force=force)


def parts_of(copy: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def retold(copy: bytes, **changes: Any) -> bytes:
    """Return a backup whose manifest says something else."""
    parts = parts_of(copy)
    told = msgspec.json.decode(parts[MANIFEST])
    return packed({**parts, MANIFEST: msgspec.json.encode(told | changes)})


def rewritten(copy: bytes, table: str, lines: bytes) -> bytes:
    """Return a backup with other rows in a table, and with a manifest that agrees."""
    parts = parts_of(copy)
    parts[f"tables/{table}.jsonl"] = lines
    told = msgspec.json.decode(parts[MANIFEST])
    for part in told["tables"]:
        if part["table"] == table:
            part["rows"], part["size_bytes"] = lines.count(b"\n"), len(lines)
            part["sha256"] = hashlib.sha256(lines).hexdigest()
    return packed({**parts, MANIFEST: msgspec.json.encode(told)})


def spoil(copy: Path, change: Callable[[bytes], bytes]) -> bytes:
    """Change the file of a backup; returns what it held."""
    before = copy.read_bytes()
    copy.write_bytes(change(before))
    return before
