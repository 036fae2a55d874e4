"""The first account: by the key of this start, once."""

import asyncio

import pytest

from evosync.accounts import registration
from evosync.accounts.passwords import WeakPassword
from evosync.accounts.refusals import LinkVoid, Refused
from evosync.db.accounts import NewUser, User, UserStatus
from tests.accounts.stand import ON_SQLITE, PASSWORD, VISIT, Hashing, Stand

GLEB = NewUser(email="gleb@example.com", name="Глеб")
ANNA = NewUser(email="anna@example.com", name="Анна")


async def test_the_first_account_is_the_systems_and_active_at_once(stand: Stand) -> None:
    made = await registration.set_up(stand.desk, stand.desk.setup_key, GLEB, PASSWORD, VISIT)
    assert made == await stand.standing(made)
    assert made.is_system
    assert made.status is UserStatus.ACTIVE
    assert made.email_confirmed_at == stand.clock()
    assert await stand.is_in(await stand.come_in(made))
    [act] = await stand.acts("account.set_up")
    assert (act.actor_id, act.subject_id, act.address) == (made.id, made.id, VISIT.address)


@ON_SQLITE
@pytest.mark.parametrize("key", ["", "x", "ключ", "\ud800"])
async def test_another_key_sets_nothing_up(key: str, stand: Stand, hashing: Hashing) -> None:
    with pytest.raises(LinkVoid, match="возьмите новую"):
        await registration.set_up(stand.desk, key, GLEB, PASSWORD, VISIT)
    assert hashing.made == 0
    assert await stand.by_email("gleb@example.com") is None


async def test_the_key_is_dead_once_there_is_an_account(stand: Stand, anna: User) -> None:
    with pytest.raises(LinkVoid, match="уже есть"):
        await registration.set_up(stand.desk, stand.desk.setup_key, GLEB, PASSWORD, VISIT)
    assert await stand.by_email("gleb@example.com") is None


async def test_two_who_set_up_at_once_make_one_account(stand: Stand) -> None:
    key = stand.desk.setup_key
    ended = await asyncio.gather(
        registration.set_up(stand.desk, key, GLEB, PASSWORD, VISIT),
        registration.set_up(stand.desk, key, ANNA, PASSWORD, VISIT),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["LinkVoid", "User"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        pytest.param("gleb", PASSWORD, Refused, id="no e-mail"),
        pytest.param("gleb@example.com", "короткий", WeakPassword, id="weak password"),
        pytest.param("gleb.ivanov@example.com", "gleb.ivanov", WeakPassword, id="own e-mail"),
    ],
)
async def test_what_does_not_fit_makes_no_account(
    email: str, password: str, error: type[Exception], stand: Stand
) -> None:
    new = NewUser(email=email)
    with pytest.raises(error):
        await registration.set_up(stand.desk, stand.desk.setup_key, new, password, VISIT)
    assert await stand.by_email(email) is None


async def test_without_any_account_nobody_registers(stand: Stand, hashing: Hashing) -> None:
    with pytest.raises(Refused, match="по ссылке из журнала"):
        await registration.register(stand.desk, ANNA, PASSWORD, VISIT)
    assert hashing.made == 0
    assert await stand.letters() == []
