"""A backup read: opened, checked from end to end, and its rows given one portion after another."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec

from evosync.backup.age import MAGIC, Damaged, SealedReader, WrongPassphrase
from evosync.backup.manifest import FORMAT, KEYS, MANIFEST, Manifest, Part, Version, part_name
from evosync.db.row_kinds import TableKind
from evosync.errors import EvoSyncError

PORTION = 100  # rows
ENOUGH = 1_000_000  # bytes of one portion
MOST_SMALL = 4_000_000  # bytes of the manifest and of the keys
# Bytes of one row: two columns of 16 MB, each of whose characters may take six.
MOST_ROW = 200_000_000
_ZIP = b"PK\x03\x04"


class Unusable(EvoSyncError):
    """The file is no backup of ours, or not whole; nothing was changed."""

    def __init__(self, why: str, cause: str = "") -> None:
        super().__init__(f"Копия не годится: {why}", code="backup_unusable", cause=cause)


class PassphraseNeeded(EvoSyncError):
    """The file is sealed, and the passphrase is missing or not the one."""

    def __init__(self, *, was_given: bool) -> None:
        told = "Фраза не подходит к этой копии." if was_given else "Копия зашифрована: нужна фраза."
        super().__init__(f"{told} Задайте BACKUP_PASSPHRASE.", code="refused")


class BackupFile:
    """An open backup: implements `evosync.db.refilling.Source`."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = archive
        self.manifest = manifest
        self.keys: tuple[str, ...] = ()
        self._parts = {each.table: each for each in manifest.tables}

    @property
    def revision(self) -> str:
        """The revision of its schema."""
        return self.manifest.revision

    @property
    def tables(self) -> list[TableKind]:
        """Its tables, those that others refer to first."""
        return [each.kind for each in self.manifest.tables]

    def rows(self, of: TableKind) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows of a table in portions. Raises Unusable."""
        with _faults(), self._zip.open(part_name(of.name)) as lines:
            yield from _portions(_Lines(lines), of)

    def check(self) -> None:
        """Read all of it and compare it with what the manifest says. Raises Unusable."""
        if len(self._parts) != len(self.manifest.tables):
            raise Unusable("таблица в ней дважды.")
        if self.manifest.keys_sha256 is not None:
            content = _small(self._zip, KEYS)
            if hashlib.sha256(content).hexdigest() != self.manifest.keys_sha256:
                raise _broken("keys")
            with _faults():
                self.keys = msgspec.json.decode(content, type=tuple[str, ...])
        for part in self.manifest.tables:
            self._check_part(part)

    def _check_part(self, part: Part) -> None:
        with _faults(), self._zip.open(part_name(part.table)) as opened:
            lines = _Lines(opened, most=part.size_bytes)
            rows = sum(len(portion) for portion in _portions(lines, part.kind))
            if (rows, lines.size, lines.digest.hexdigest()) != (
                part.rows,
                part.size_bytes,
                part.sha256,
            ):
                raise _broken(part.table)


@contextmanager
def open_backup(file: BinaryIO, passphrase: str) -> Iterator[BackupFile]:
    """Open a backup and check all of it; `file` has to be seekable.

    Raises Unusable for whatever is no whole backup that this program can
    read, and PassphraseNeeded.
    """
    beginning = file.read(len(MAGIC))
    source: Any = file
    if beginning == MAGIC:
        source = _unsealed(file, passphrase)
    elif not beginning.startswith(_ZIP):
        raise Unusable("это не файл копии EvoSync.")
    with _faults():
        archive = zipfile.ZipFile(source)
    with archive:
        opened = BackupFile(archive, _manifest(archive))
        opened.check()
        yield opened


def is_backup(beginning: bytes) -> bool:
    """Tell by its first bytes (as many as age's mark has) whether a file may be a backup."""
    return beginning == MAGIC or beginning.startswith(_ZIP)


def _unsealed(file: BinaryIO, passphrase: str) -> SealedReader:
    if not passphrase:
        raise PassphraseNeeded(was_given=False)
    try:
        return SealedReader(file, passphrase)
    except WrongPassphrase:
        raise PassphraseNeeded(was_given=True) from None
    except Damaged:
        raise _broken("seal") from None


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise Unusable("это не файл копии EvoSync.")
    content = _small(archive, MANIFEST)
    with _faults():
        told = msgspec.json.decode(content, type=Version)
        if told.format > FORMAT:
            raise Unusable(f"её сделала более новая версия EvoSync ({told.program[:20]}).")
        return msgspec.json.decode(content, type=Manifest)


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with _faults(), archive.open(name) as part:
        content = part.read(MOST_SMALL + 1)
    if len(content) > MOST_SMALL:
        raise _broken(name)
    return content


class _Lines:
    """Lines of a part, one after another, with their digest; never more than there ought to be."""

    def __init__(self, part: Any, most: int | None = None) -> None:
        self._part = part
        self._most = most
        self.size = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        while line := self._part.readline(MOST_ROW):
            self.size += len(line)
            if not line.endswith(b"\n") or (self._most is not None and self.size > self._most):
                raise Damaged
            self.digest.update(line)
            yield line


def _portions(lines: _Lines, of: TableKind) -> Iterator[list[tuple[Any, ...]]]:
    decode = msgspec.json.Decoder(of.row_shape).decode
    portion: list[tuple[Any, ...]] = []
    weight = 0
    for line in lines:
        portion.append(decode(line))
        weight += len(line)
        if len(portion) == PORTION or weight > ENOUGH:
            yield portion
            portion, weight = [], 0
    if portion:
        yield portion


@contextmanager
def _faults() -> Iterator[None]:
    """Tell all that a broken file can make the libraries raise as one sentence."""
    try:
        yield
    except (
        Damaged,
        zipfile.BadZipFile,
        zlib.error,
        msgspec.MsgspecError,
        EOFError,
        KeyError,
        ValueError,
        OverflowError,
        NotImplementedError,
        RuntimeError,  # of a zip whose parts are encrypted
        OSError,
    ) as error:
        raise _broken(type(error).__name__) from None


def _broken(cause: str) -> Unusable:
    return Unusable("файл повреждён или обрезан.", cause=cause)
