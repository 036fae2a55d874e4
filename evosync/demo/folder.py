"""The demo's folder: who has it, what lies in it, and the sandbox's world kept there."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evosync.demo.shop import seeded
from evosync.errors import Misconfigured
from evosync.os_words import reason_of
from evosync.sandbox.world import SandboxWorld

NAME = "demo-data"
WORLD = "sandbox.json"
LOCK = "demo.lock"
SAVE_EVERY_S = 5.0

# All that a demo ever puts there: its world, its database, its sealing key.
OURS = (LOCK, f"{WORLD}*", "evosync.db*", "secret.key", ".secret.key.*")


@contextmanager
def demo_folder(folder: Path) -> Iterator[None]:
    """Have the folder for one demo alone.

    Raises Misconfigured when another demo has it, when it cannot be used, or
    when files of somebody else lie in it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = [each.name for each in folder.iterdir() if not _is_ours(each)]
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise Misconfigured(str(folder), f"папку не открыть ({reason_of(error)}).") from None
    with lock:
        if foreign:
            why = f"здесь лежит чужое ({foreign[0]}). Запустите демо в другой папке."
            raise Misconfigured(str(folder), why)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Misconfigured(str(folder), "демо уже запущено в этой папке.") from None
        yield


def open_world(folder: Path, goods: Path | None) -> SandboxWorld:
    """Open the kept world; without one, or with goods of a file, the folder begins anew.

    Raises Misconfigured when the kept file or the goods cannot be read.
    """
    kept = folder / WORLD
    if goods is None and kept.exists():
        try:
            return SandboxWorld.load(kept)
        except (ValueError, OSError) as error:
            why = f"{error} Удалите папку и начните заново."
            raise Misconfigured(str(folder), why) from None
    world = seeded(goods)
    for old in folder.iterdir():
        if old.name != LOCK:
            old.unlink()
    return world


async def save_often(world: SandboxWorld, folder: Path) -> None:
    """Keep the world on disk nearly up to date, so that a kill costs it only moments."""
    while True:
        world.save(folder / WORLD)
        await asyncio.sleep(SAVE_EVERY_S)


def _is_ours(path: Path) -> bool:
    return path.is_file() and any(path.match(pattern) for pattern in OURS)
