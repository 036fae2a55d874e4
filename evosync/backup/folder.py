"""The folder of the backups that are made by themselves: their names, and how many are kept."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from evosync.errors import Misconfigured
from evosync.os_words import code_of, reason_of
from evosync.settings import nearest

FOLDER = "backups"
KEPT_BEFORE_MIGRATIONS = 3

# Only what is named so was made here: whatever a person puts beside stays theirs.
_NAMES = re.compile(r"evosync-(scheduled|migration)-\d{8}T\d{6}Z(-\w{1,32})?\.zip(\.age)?")
_UNFINISHED = re.compile(rf"\.{_NAMES.pattern}\.[0-9a-f]{{8}}\.part")


class Reason(StrEnum):
    """Why a backup was made by itself: its time had come, or the schema was about to change."""

    SCHEDULED = "scheduled"
    MIGRATION = "migration"


def open_folder(data_dir: Path) -> Path:
    """Give the folder, which is made if it is not there; what a kill left unfinished goes.

    Raises Misconfigured when it cannot be.
    """
    folder = data_dir / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in folder.iterdir():
            if _UNFINISHED.fullmatch(each.name):
                each.unlink(missing_ok=True)
    except OSError as error:
        why = f"в папку {folder} нельзя писать ({reason_of(error)})."
        raise Misconfigured("DATA_DIR", why, code=code_of(error)) from None
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSeen:
    """The folder: whether we may write into it, and whether the last backup is still there."""

    folder: Path
    is_writable: bool = True
    has_last: bool = True


def see_folder(data_dir: Path, last: str | None) -> FolderSeen:
    """Look at the folder, or at where it would be made; `last` is the last backup's file name."""
    folder = data_dir / FOLDER
    standing = nearest(folder)
    is_writable = standing.is_dir() and os.access(standing, os.W_OK | os.X_OK)
    # Where it cannot be looked into, that is what is told.
    has_last = last is None or not is_writable or (folder / last).exists()
    return FolderSeen(folder=folder, is_writable=is_writable, has_last=has_last)


def file_name(reason: Reason, made_at: datetime, *, is_sealed: bool, after: str = "") -> str:
    """Name a backup; such names sort by time. `after` is the revision that comes then."""
    moment = made_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    note = f"-{after}" if after else ""
    return f"evosync-{reason.value}-{moment}{note}.zip" + (".age" if is_sealed else "")


def rotate(newest: Path, reason: Reason, keep: int) -> list[Path]:
    """Delete the oldest of the backups beside the newest, beyond so many; returns them.

    Those of the future are of a clock that was wrong, and the first to go.
    """
    made = sorted(
        (each for each in _of(newest.parent.iterdir(), reason) if each.name != newest.name),
        key=lambda each: (each.name < newest.name, each.name),
    )
    gone = made[: max(0, len(made) + 1 - keep)]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def _of(files: Iterable[Path], reason: Reason) -> Iterable[Path]:
    for each in files:
        found = _NAMES.fullmatch(each.name)
        if found is not None and found[1] == reason.value and each.is_file():
            yield each
