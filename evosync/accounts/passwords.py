"""Passwords: what is accepted, how they are kept, and how one is compared."""

import asyncio
import importlib
import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from passlib.context import CryptContext

from evosync.errors import EvoSyncError

P = ParamSpec("P")
T = TypeVar("T")

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


def _stand_back() -> None:
    """Let hashing yield to whoever answers requests; only Linux has a priority for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


_NICENESS = 10
# Two at a time: 40 MB at most on a small machine.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password", initializer=_stand_back)

# A hash of nothing that anybody knows, so that an unknown e-mail takes as long as a known one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$IIQwZuwd49xbC4EwRmgthQ"
    "$0000000000000000000000000000000000000000000"
)

# zxcvbn's score of what takes under a hundred million guesses is 0 to 2; those of
# lists and keyboard rows have 0 or 1 (https://github.com/dropbox/zxcvbn, "Usage").
_COMMON_SCORE = 1
# Its work grows fast with the length, most of all with signs that stand for letters: 40 of them
# took 0.9 s, 20 took 0.2 s, and what is long is not common.
_LOOKED_AT = 20  # characters

# What an e-mail or a name is made of: whoever writes both names as one word uses two of them.
_WORD = re.compile(r"[^\W_]+")

# A keyboard's row in Russian letters is the same row.
_LAYOUT = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", ""
)


class WeakPassword(EvoSyncError):
    """A password that is not accepted; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="weak_password")


async def hash_password(password: str, *, about: Sequence[str] = ()) -> str:
    """Hash a password off the loop. Raises WeakPassword when it is not accepted.

    `about` are words that whoever guesses would try first: the e-mail, the name.
    """
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"Пароль слишком короткий: нужно не меньше {MIN_LENGTH} знаков.")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"Пароль слишком длинный: не больше {MAX_LENGTH} знаков.")
    if "\0" in password:
        # Many programs take it for the end of a text.
        raise WeakPassword("В пароле есть нулевой знак, так нельзя.")
    if not _is_text(password):
        raise WeakPassword("В пароле есть знаки не в кодировке UTF-8.")
    if await _in_thread(_is_common, password, about):
        raise WeakPassword("Такой пароль подбирают первым. Придумайте другой, лучше фразу.")
    return await hash_again(password)


async def hash_again(password: str) -> str:
    """Hash a password that was accepted before, off the loop."""
    return await _in_thread(_context.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Tell whether it is the password, off the loop; without a hash it takes as long."""
    if len(password) > MAX_LENGTH or "\0" in password or not _is_text(password):
        return False
    is_it = await _in_thread(_context.verify, password, password_hash or _NOBODY)
    return is_it and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made under other parameters than today's."""
    return bool(_context.needs_update(password_hash))


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, lambda: work(*args, **kwargs))


def _is_common(password: str, about: Sequence[str]) -> bool:
    # Its lists take 15 MB, and most processes never see a new password.
    zxcvbn = importlib.import_module("zxcvbn").zxcvbn
    words = [
        part for each in about for part in (each, *each.split("@"), *_WORD.findall(each)) if part
    ]
    if password.lower() in map(str.lower, words):
        return True
    looked_at = password[:_LOOKED_AT].lower()
    forms = {looked_at, looked_at.translate(_LAYOUT)}
    return any(zxcvbn(form, user_inputs=words)["score"] <= _COMMON_SCORE for form in forms)


def _is_text(password: str) -> bool:
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return True
