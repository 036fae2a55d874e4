"""Anna and Boris who have shops, Vera who administers, Gleb who installed it all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, low_level

from evosync.accounts.desk import open_desk
from evosync.alerts.post import Post
from evosync.db.accounts import User
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.db.vault import Vault
from evosync.settings import Settings
from tests.accounts.stand import PASSWORD, PUBLIC_URL, HandClock, Hashing, Mailbox, Phones, Stand


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Give one hash for everybody: each takes as long as a test."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


@pytest.fixture
async def stand(database: Database, password_hash: str, tmp_path: Path) -> AsyncIterator[Stand]:
    settings = Settings(data_dir=tmp_path, base_url=PUBLIC_URL, registration="open")
    clock, mailbox, phones, stopped = HandClock(), Mailbox(), Phones(), list[int]()

    async def stop_work(user_id: int) -> None:
        stopped.append(user_id)

    desk = open_desk(settings, database, Vault("a key"), clock, stop_work=stop_work)
    desk = replace(desk, post=Post(mailbox), sms=phones)
    yield Stand(
        desk=desk,
        clock=clock,
        mailbox=mailbox,
        phones=phones,
        stopped=stopped,
        password_hash=password_hash,
    )
    await desk.close(5)


@pytest.fixture
async def anna(stand: Stand) -> User:
    return await stand.add("anna@example.com", name="Анна")


@pytest.fixture
async def boris(stand: Stand) -> User:
    return await stand.add("boris@example.com", name="Борис")


@pytest.fixture
async def vera(stand: Stand) -> User:
    return await stand.add("vera@example.com", RoleName.ADMIN, name="Вера")


@pytest.fixture
async def gleb(stand: Stand) -> User:
    return await stand.add("gleb@example.com", RoleName.SYSTEM, name="Глеб")


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    """Count what argon2 is asked for."""
    counted, make, compare = Hashing(), low_level.hash_secret, low_level.verify_secret

    def hash_secret(*args: Any, **kwargs: Any) -> bytes:
        with counted.going_on():
            counted.made += 1
            return make(*args, **kwargs)

    def verify_secret(kept: bytes, *args: Any, **kwargs: Any) -> bool:
        counted.compared.append(kept.decode())
        return compare(kept, *args, **kwargs)

    monkeypatch.setattr(low_level, "hash_secret", hash_secret)
    monkeypatch.setattr(low_level, "verify_secret", verify_secret)
    return counted
