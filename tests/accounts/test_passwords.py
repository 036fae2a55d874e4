import asyncio

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from evosync.accounts.passwords import WeakPassword, hash_password

PASSWORD = "пароль с пробелом и ёлкой"


async def test_a_hash_is_argon2id_with_the_agreed_cost() -> None:
    kept = await hash_password(PASSWORD)
    # OWASP: 19 MiB, two passes, one lane.
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PasswordHasher().verify(kept, PASSWORD)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(kept, PASSWORD.upper())


async def test_equal_passwords_have_different_hashes_even_made_at_once() -> None:
    made = await asyncio.gather(*(hash_password(PASSWORD) for _ in range(3)))
    assert len(set(made)) == 3


@pytest.mark.parametrize(
    ("password", "words"),
    [
        pytest.param("", "короткий", id="empty"),
        pytest.param("9 letters", "короткий", id="one too few"),
        pytest.param("x" * 1001, "длинный", id="one too many"),
    ],
)
async def test_a_password_of_a_bad_length_is_refused(password: str, words: str) -> None:
    with pytest.raises(WeakPassword, match=words) as caught:
        await hash_password(password)
    assert caught.value.code == "weak_password"


async def test_a_password_with_a_zero_in_it_is_refused() -> None:
    # Half of the world's programs would take it for the end.
    with pytest.raises(WeakPassword, match="нулевой"):
        await hash_password("correct\0horse")


@pytest.mark.parametrize("length", [10, 1000])
async def test_a_password_of_a_good_length_is_taken(length: int) -> None:
    assert await hash_password("x" * length)
