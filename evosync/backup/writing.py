"""A backup written: a zip of one part a table, whole or sealed, as a stream."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any, BinaryIO, Literal

import msgspec

from evosync.backup.age import SealingWriter
from evosync.backup.manifest import FORMAT, KEYS, MANIFEST, Column, Manifest, Part, part_name
from evosync.db.row_kinds import TableKind

# Half as fast as 1, and a third smaller; 9 takes three times as long for a hundredth.
LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the manifest says of the database; keys go along only under a passphrase."""

    made_at: datetime
    revision: str
    database: Literal["sqlite", "mariadb"]
    keys: tuple[str, ...]
    key_ids: tuple[str, ...]


class BackupWriter:
    """Writes a backup into a file that need not be seekable; all of it is for a thread."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        self._sealed = SealingWriter(out, passphrase) if passphrase else None
        target: Any = self._sealed or out
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self._parts: list[Part] = []
        self._part: _PartWriter | None = None

    def write_rows(self, table: TableKind, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to the table's part; the tables come one after another."""
        if self._part is None or self._part.table is not table:
            self._end_part()
            self._part = _PartWriter(self._zip, table)
        self._part.write(rows)

    def end(self, facts: Facts) -> Manifest:
        """Write what is left: the keys, the manifest, the end of the file."""
        self._end_part()
        keys_sha256 = None
        if self._sealed and facts.keys:
            keys = msgspec.json.encode(facts.keys)
            keys_sha256 = hashlib.sha256(keys).hexdigest()
            self._zip.writestr(KEYS, keys)
        manifest = Manifest(
            format=FORMAT,
            program=version("evosync"),
            made_at=facts.made_at,
            revision=facts.revision,
            database=facts.database,
            key_ids=facts.key_ids,
            keys_sha256=keys_sha256,
            tables=tuple(self._parts),
        )
        readable = msgspec.json.format(msgspec.json.encode(manifest))
        self._zip.writestr(MANIFEST, readable)
        self._zip.close()
        if self._sealed:
            self._sealed.close()
        return manifest

    def drop(self) -> None:
        """Let go of a file that is not to be finished."""
        # Closed in the common way it would write an end to what has none.
        self._zip.fp = None
        if self._sealed:
            self._sealed.drop()

    def _end_part(self) -> None:
        if self._part is not None:
            self._parts.append(self._part.end())
            self._part = None


class _PartWriter:
    def __init__(self, archive: zipfile.ZipFile, table: TableKind) -> None:
        self.table = table
        name = zipfile.ZipInfo(part_name(table.name))
        name.compress_type = zipfile.ZIP_DEFLATED
        # How long it gets is not known: beyond 2 GB the usual form has no room for it.
        self._out = archive.open(name, "w", force_zip64=True)
        self._digest = hashlib.sha256()
        self._rows = 0
        self._size = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        lines = io.BytesIO()
        for row in rows:
            lines.write(msgspec.json.encode(tuple(row)))
            lines.write(b"\n")
        content = lines.getbuffer()
        self._digest.update(content)
        self._rows += len(rows)
        self._size += len(content)
        self._out.write(content)

    def end(self) -> Part:
        self._out.close()
        return Part(
            table=self.table.name,
            columns=tuple(Column(each.name, each.kind) for each in self.table.columns),
            rows=self._rows,
            size_bytes=self._size,
            sha256=self._digest.hexdigest(),
        )
