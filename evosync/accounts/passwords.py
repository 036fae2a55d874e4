"""Passwords: what is accepted, and how they are kept."""

import asyncio

from passlib.context import CryptContext

from evosync.errors import EvoSyncError

MIN_LENGTH = 10
MAX_LENGTH = 1000  # characters; enough for any phrase, and no door for a flood

# OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
_context = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19 * 1024,
    argon2__time_cost=2,
    argon2__parallelism=1,
)
_turns = asyncio.Semaphore(2)  # two at a time: 40 MB at most on a small machine


class WeakPassword(EvoSyncError):
    """A password that is not accepted; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="weak_password")


async def hash_password(password: str) -> str:
    """Hash a password off the loop. Raises WeakPassword when it is not accepted."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"Пароль слишком короткий: нужно не меньше {MIN_LENGTH} знаков.")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"Пароль слишком длинный: не больше {MAX_LENGTH} знаков.")
    if "\0" in password:
        # Many programs take it for the end of a text.
        raise WeakPassword("В пароле есть нулевой знак, так нельзя.")
    async with _turns:
        return await asyncio.to_thread(_context.hash, password)
