import asyncio
import secrets

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from evosync.accounts.passwords import (
    WeakPassword,
    hash_again,
    hash_password,
    needs_rehash,
    verify_password,
)
from tests.accounts.stand import Hashing

PASSWORD = "пароль с пробелом и ёлкой"
ABOUT = ("anna.ivanova@example.com", "Анна Иванова")
TODAYS = "$argon2id$v=19$m=19456,t=2,p=1$"


async def test_a_hash_is_argon2id_with_the_agreed_cost() -> None:
    kept = await hash_password(PASSWORD)
    # OWASP: 19 MiB, two passes, one lane.
    assert kept.startswith(TODAYS)
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
        # Half of the world's programs would take it for the end.
        pytest.param("correct\0horse", "нулевой", id="zero"),
        pytest.param("correct\ud800horse", "UTF-8", id="half of a letter"),
    ],
)
async def test_what_cannot_be_a_password_is_refused_before_any_hashing(
    password: str, words: str, hashing: Hashing
) -> None:
    with pytest.raises(WeakPassword, match=words) as caught:
        await hash_password(password)
    assert caught.value.code == "weak_password"
    assert hashing.made == 0


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("1234567890", id="digits"),
        pytest.param("password12", id="the word itself"),
        pytest.param("Qwertyuiop", id="row of keys"),
        pytest.param("1q2w3e4r5t", id="columns of keys"),
        pytest.param("йцукенгшщз", id="row of Russian keys"),
        pytest.param("1й2ц3у4к5е", id="columns of Russian keys"),
        pytest.param("Пароль123456", id="the word itself, in Russian"),
        pytest.param("gfhjkm1234", id="a Russian word on Latin keys"),
        pytest.param("привет1234", id="greeting"),
        pytest.param("aaaaaaaaaaaa", id="one letter"),
        pytest.param("x" * 1000, id="one letter, as long as can be"),
        pytest.param("01.01.1990", id="birthday"),
    ],
)
async def test_a_password_that_is_tried_first_is_refused(password: str, hashing: Hashing) -> None:
    with pytest.raises(WeakPassword, match="подбирают первым"):
        await hash_password(password)
    assert hashing.made == 0


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("anna.ivanova@example.com", id="e-mail"),
        pytest.param("Anna.Ivanova@Example.com", id="e-mail, in capitals"),
        pytest.param("anna.ivanova", id="box"),
        pytest.param("annaivanova", id="box without its dot"),
        pytest.param("anna.ivanova1", id="box and a digit"),
        pytest.param("example.com", id="domain"),
        pytest.param("Анна Иванова", id="name"),
        pytest.param("АннаИванова", id="name without its blank"),
        pytest.param("иванова1990", id="surname and a year"),
        pytest.param("bdfyjdf1990", id="surname on Latin keys"),
    ],
)
async def test_what_stands_in_the_account_is_no_password(password: str) -> None:
    with pytest.raises(WeakPassword, match="подбирают первым"):
        await hash_password(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param(PASSWORD, id="phrase"),
        pytest.param("correct horse battery", id="English phrase"),
        pytest.param("мой чай остыл вчера", id="Russian phrase"),
        pytest.param("Анна любит пироги с вишней", id="phrase with the name in it"),
        pytest.param("kM4#vT9!pQ", id="ten characters at random"),
        pytest.param("🫖🍰🥧🍵🍪🧁🥐🍯🍒🍋", id="emoji"),
        pytest.param(" мой чай остыл ", id="blanks around"),
        pytest.param(secrets.token_urlsafe(750)[:1000], id="as long as can be"),
    ],
)
async def test_a_phrase_or_what_is_at_random_is_taken_as_it_stands(password: str) -> None:
    kept = await hash_password(password, about=ABOUT)
    assert await verify_password(password, kept)
    assert password == password.strip() or not await verify_password(password.strip(), kept)


async def test_a_wrong_password_is_not_the_one(password_hash: str, hashing: Hashing) -> None:
    assert not await verify_password(PASSWORD, password_hash)
    assert hashing.compared == [password_hash]


async def test_without_a_hash_a_comparison_costs_the_same_and_fails(hashing: Hashing) -> None:
    assert not await verify_password(PASSWORD, None)
    [compared] = hashing.compared
    assert compared.startswith(TODAYS)
    assert not needs_rehash(compared)
    # What costs is the memory and the passes, not the length of what is kept.
    assert len(compared) == len(await hash_again(PASSWORD))


@pytest.mark.parametrize("password", ["x" * 1001, "correct\0horse", "correct\ud800horse"])
async def test_what_cannot_be_a_password_is_not_even_compared(
    password: str, password_hash: str, hashing: Hashing
) -> None:
    assert not await verify_password(password, password_hash)
    assert not await verify_password(password, None)
    assert hashing.compared == []


async def test_only_a_hash_of_other_parameters_is_made_again(password_hash: str) -> None:
    assert not needs_rehash(password_hash)
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD))


async def test_no_more_than_two_passwords_are_worked_on_at_once(hashing: Hashing) -> None:
    await asyncio.gather(*(hash_again(PASSWORD) for _ in range(6)))
    assert hashing.made == 6
    assert hashing.most_at_once <= 2
