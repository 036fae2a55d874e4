"""Room on the disks and in memory, against what the installation needs of it."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.settings import nearest
from evosync.spoken import size

DISK, MEMORY = "Место на диске", "Память машины"

MEBIBYTE = 1024 * 1024

# Below it SQLite cannot be sure of room for the log of one big transaction.
LEAST_BYTES = 50 * MEBIBYTE
# What logs of requests and runs of a busy day take, times a few days.
SPARE_BYTES = 200 * MEBIBYTE
# A backup, and the copy that is set aside before the schema changes.
COPIES = 2

# What a first push of a big shop takes on top of what the service has (tests/bench/README.md).
LEAST_MEMORY_BYTES = 60 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A folder's disk: what is free there for us, and whether we may write into the folder."""

    folder: Path
    free_bytes: int
    is_writable: bool = True


def see_room(folder: Path) -> Room | None:
    """Look at the disk of a folder, or of where it would be made; None when nobody can tell."""
    standing = nearest(folder)
    try:
        free = shutil.disk_usage(standing).free
    except OSError:
        return None
    return Room(folder=folder, free_bytes=free, is_writable=os.access(standing, os.W_OK | os.X_OK))


def judge_room(room: Room | None, needed_bytes: int, title: str = DISK) -> Verdict:
    """Judge a disk that has to hold so many bytes more: a backup and a copy of the database."""
    if room is None:
        return unknown(title, "Узнать, сколько места свободно, не удалось.")
    if not room.is_writable:
        return broken(
            title,
            f"В папку {room.folder} нельзя писать.",
            "Отдайте её пользователю, от имени которого работает EvoSync.",
        )
    told = f"Свободно {size(room.free_bytes)} ({room.folder})."
    if room.free_bytes < LEAST_BYTES:
        return broken(title, told, "Освободите место: запись в базу вот-вот остановится.")
    if room.free_bytes < needed_bytes + SPARE_BYTES:
        wanted = size(needed_bytes + SPARE_BYTES)
        return attention(title, told, f"Для копий и обновлений нужно {wanted}: освободите место.")
    return good(title, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is left of the machine's memory and, in a container, of its own limit."""

    available_bytes: int | None
    limit_bytes: int | None = None
    used_bytes: int | None = None

    @property
    def left_bytes(self) -> int | None:
        """What there is left to take; None when nobody tells."""
        left = [] if self.available_bytes is None else [self.available_bytes]
        if self.limit_bytes is not None and self.used_bytes is not None:
            left.append(max(self.limit_bytes - self.used_bytes, 0))
        return min(left, default=None)


# cgroup v2 and v1 (kernel: admin-guide/cgroup-v2, cgroup-v1/memory): the limit, what is used.
_LIMITS = (
    ("memory.max", "memory.current", "memory.stat"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
)
# Read files count as used, and are let go when somebody wants the room.
_CACHE = re.compile(r"^(?:total_)?inactive_file (\d+)$", re.MULTILINE)
# Version 1 writes the greatest number of pages where there is no limit.
_NO_LIMIT = 1 << 60


def see_memory(
    meminfo: Path = Path("/proc/meminfo"), groups: Path = Path("/sys/fs/cgroup")
) -> Memory:
    """Read what the kernel tells of memory; blocks on the disk."""
    available = re.search(r"^MemAvailable:\s+(\d+) kB$", _read(meminfo), re.MULTILINE)
    limit, used = _read_limit(groups)
    return Memory(
        available_bytes=int(available[1]) * 1024 if available else None,
        limit_bytes=limit,
        used_bytes=used,
    )


def judge_memory(memory: Memory) -> Verdict:
    """Judge what is left."""
    left = memory.left_bytes
    if left is None:
        return unknown(MEMORY, "Система не говорит, сколько памяти свободно.")
    told = f"Свободно {size(left)}."
    if memory.limit_bytes is not None:
        told = f"Свободно {size(left)}, предел контейнера {size(memory.limit_bytes)}."
    if left < LEAST_MEMORY_BYTES:
        return attention(MEMORY, told, "Закройте лишнее или добавьте памяти.")
    return good(MEMORY, told)


def _read_limit(groups: Path) -> tuple[int | None, int | None]:
    for names in _LIMITS:
        limit, used, told = (_read(groups / name).strip() for name in names)
        if limit.isdecimal() and used.isdecimal() and int(limit) < _NO_LIMIT:
            cache = max(map(int, _CACHE.findall(told)), default=0)
            return int(limit), max(int(used) - cache, 0)
    return None, None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
