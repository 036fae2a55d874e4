"""What people do to their own account: name, e-mail, password, theme, its end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from evosync.accounts import administration, own_account, recovery, sign_in
from evosync.accounts.desk import Desk
from evosync.accounts.own_account import OwnEdit
from evosync.accounts.passwords import WeakPassword, verify_password
from evosync.accounts.refusals import LinkVoid, NoSuchUser, Refused, TooMany
from evosync.accounts.signed_links import LinkKind
from evosync.db.accounts import User, UserStatus
from evosync.db.roles import RoleName
from evosync.db.sessions import hash_key
from tests.accounts.stand import (
    ELSEWHERE,
    ON_SQLITE,
    OTHER_PASSWORD,
    PASSWORD,
    PUBLIC_URL,
    VISIT,
    Hashing,
    Stand,
    token_in,
)

THIRD_PASSWORD = "третья фраза про варенье"


def wanted(**values: str) -> OwnEdit:
    ready = {
        "name": "Аня",
        "email": "anna@example.com",
        "time_zone": "Asia/Omsk",
        "password": PASSWORD,
    }
    return OwnEdit(**ready | values)


async def test_a_name_and_a_time_zone_count_at_once(stand: Stand, anna: User) -> None:
    assert await own_account.edit_own(stand.desk, anna, wanted(), VISIT) is None
    standing = await stand.standing(anna)
    assert (standing.name, standing.time_zone) == ("Аня", "Asia/Omsk")
    assert (standing.email, standing.new_email) == ("anna@example.com", None)
    assert await stand.letters() == []
    [act] = await stand.acts("account.edited")
    assert (act.actor_id, act.subject_id, act.address) == (anna.id, anna.id, VISIT.address)


async def test_a_new_e_mail_waits_for_its_letter(stand: Stand, anna: User) -> None:
    edit = wanted(email=" anya@example.com ")
    assert await own_account.edit_own(stand.desk, anna, edit, VISIT) == "anya@example.com"
    standing = await stand.standing(anna)
    assert (standing.email, standing.new_email) == ("anna@example.com", "anya@example.com")
    letter = await stand.letter("confirm_new_email")
    assert letter.to == "anya@example.com"
    token = token_in(letter.text)
    assert stand.desk.links.check(LinkKind.CONFIRM, token, standing) == standing
    # Until then only the old one signs in.
    assert await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    with pytest.raises(Refused):
        await sign_in.sign_in(stand.desk, "anya@example.com", PASSWORD, VISIT)


async def test_a_new_e_mail_waits_through_other_edits_until_it_is_dropped(
    stand: Stand, anna: User
) -> None:
    await own_account.edit_own(stand.desk, anna, wanted(email="anya@example.com"), VISIT)
    token = token_in((await stand.letter("confirm_new_email")).text)
    await own_account.edit_own(stand.desk, anna, wanted(email="anna@example.com"), VISIT)
    assert (await stand.standing(anna)).new_email == "anya@example.com"
    await own_account.drop_new_email(stand.desk, anna)
    standing = await stand.standing(anna)
    assert standing.new_email is None
    with pytest.raises(LinkVoid):
        stand.desk.links.check(LinkKind.CONFIRM, token, standing)


async def test_ones_own_e_mail_may_be_spelt_otherwise(stand: Stand, anna: User) -> None:
    edit = wanted(email="Anna@Example.com")
    assert await own_account.edit_own(stand.desk, anna, edit, VISIT) is None
    assert (await stand.standing(anna)).email == "Anna@Example.com"


async def test_nothing_tells_that_another_has_the_e_mail(
    stand: Stand, anna: User, boris: User
) -> None:
    edit = wanted(email="boris@example.com")
    assert await own_account.edit_own(stand.desk, anna, edit, VISIT) == "boris@example.com"
    assert (await stand.letter("confirm_new_email")).to == "boris@example.com"
    assert await stand.standing(boris) == boris


async def test_a_new_e_mail_asks_for_the_password_and_the_rest_does_not(
    stand: Stand, anna: User
) -> None:
    edit = wanted(email="anya@example.com", password=OTHER_PASSWORD)
    with pytest.raises(Refused, match="не ваш нынешний") as caught:
        await own_account.edit_own(stand.desk, anna, edit, VISIT)
    assert caught.value.field == "current"
    assert await stand.standing(anna) == anna
    assert await stand.letters() == []
    await own_account.edit_own(stand.desk, anna, wanted(password=""), VISIT)
    assert (await stand.standing(anna)).name == "Аня"


@ON_SQLITE
async def test_what_is_no_e_mail_changes_nothing(stand: Stand, anna: User) -> None:
    with pytest.raises(Refused, match="не похоже"):
        await own_account.edit_own(stand.desk, anna, wanted(email="anya"), VISIT)
    assert await stand.standing(anna) == anna


@ON_SQLITE
async def test_letters_to_new_e_mails_are_sent_only_so_often(stand: Stand, anna: User) -> None:
    for number in range(5):
        edit = wanted(email=f"anya{number}@example.com")
        await own_account.edit_own(stand.desk, anna, edit, VISIT)
    with pytest.raises(TooMany):
        await own_account.edit_own(stand.desk, anna, wanted(email="a@example.com"), VISIT)
    await own_account.edit_own(stand.desk, anna, wanted(name="Анна"), VISIT)
    assert len(await stand.letters()) == 5


async def test_a_theme_is_kept(stand: Stand, anna: User) -> None:
    await own_account.set_theme(stand.desk, anna, "dark")
    assert (await stand.standing(anna)).theme == "dark"


async def test_another_password_ends_all_sessions_but_ones_own(
    stand: Stand, anna: User, boris: User
) -> None:
    here, there = await stand.come_in(anna), await stand.come_in(anna, ELSEWHERE)
    others = await stand.come_in(boris)
    stand.clock.move(minutes=1)
    await own_account.change_password(
        stand.desk, anna, PASSWORD, OTHER_PASSWORD, VISIT, session=hash_key(here)
    )
    assert [await stand.is_in(key) for key in (here, there, others)] == [True, False, True]
    assert await sign_in.sign_in(stand.desk, "anna@example.com", OTHER_PASSWORD, VISIT)
    with pytest.raises(Refused):
        await sign_in.sign_in(stand.desk, "anna@example.com", PASSWORD, VISIT)
    letter = await stand.letter("password_changed")
    assert letter.to == "anna@example.com"
    assert f"{PUBLIC_URL}/forgot-password" in letter.text
    [act] = await stand.acts("account.password_changed")
    assert (act.actor_id, act.address) == (anna.id, VISIT.address)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param(OTHER_PASSWORD, OTHER_PASSWORD, Refused, id="wrong"),
        pytest.param(PASSWORD, "короткий", WeakPassword, id="weak"),
        pytest.param(PASSWORD, "anna@example.com", WeakPassword, id="own e-mail"),
    ],
)
@ON_SQLITE
async def test_a_password_that_does_not_fit_changes_nothing(
    old: str, new: str, error: type[Exception], stand: Stand, anna: User
) -> None:
    there = await stand.come_in(anna)
    with pytest.raises(error):
        await own_account.change_password(stand.desk, anna, old, new, VISIT, session="")
    assert await verify_password(PASSWORD, (await stand.standing(anna)).password_hash)
    assert await stand.is_in(there)
    assert await stand.letters() == []


async def test_who_reset_the_password_meanwhile_has_the_last_word(stand: Stand, anna: User) -> None:
    # Somebody who knows the old one, in a session of hers, is a moment too late.
    token = token_in(stand.desk.links.make(LinkKind.RESET, anna))
    await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)
    with pytest.raises(Refused):
        await own_account.change_password(
            stand.desk, anna, PASSWORD, THIRD_PASSWORD, ELSEWHERE, session=""
        )
    assert await verify_password(OTHER_PASSWORD, (await stand.standing(anna)).password_hash)


@ON_SQLITE
async def test_ones_own_password_is_tried_only_so_often(
    stand: Stand, anna: User, hashing: Hashing
) -> None:
    for _ in range(10):
        with pytest.raises(Refused) as caught:
            await own_account.prove(stand.desk, anna, OTHER_PASSWORD)
        assert caught.value.field == "password"
    with pytest.raises(TooMany):
        await own_account.prove(stand.desk, anna, PASSWORD)
    with pytest.raises(TooMany):
        await own_account.delete_own(stand.desk, anna, PASSWORD, VISIT)
    assert len(hashing.compared) == 10


async def test_an_account_ends_by_its_own_persons_password(
    stand: Stand, anna: User, boris: User
) -> None:
    here, others = await stand.come_in(anna), await stand.come_in(boris)
    await own_account.delete_own(stand.desk, anna, PASSWORD, VISIT)
    assert await stand.found(anna) is None
    assert [await stand.is_in(key) for key in (here, others)] == [False, True]
    assert stand.stopped == [anna.id]
    [act] = await stand.acts("account.deleted")
    assert (act.actor, act.actor_id, act.subject) == ("anna@example.com", None, "anna@example.com")
    with pytest.raises(NoSuchUser):
        await own_account.delete_own(stand.desk, anna, PASSWORD, VISIT)


async def test_a_wrong_password_ends_no_account(stand: Stand, anna: User) -> None:
    with pytest.raises(Refused, match="не ваш нынешний"):
        await own_account.delete_own(stand.desk, anna, OTHER_PASSWORD, VISIT)
    assert await stand.standing(anna) == anna
    assert stand.stopped == []


async def test_the_last_of_the_system_does_not_delete_themselves(
    stand: Stand, gleb: User, vera: User
) -> None:
    await stand.add("maria@example.com", RoleName.SYSTEM, status=UserStatus.SUSPENDED)
    session = await stand.come_in(gleb)
    with pytest.raises(Refused, match="последний владелец"):
        await own_account.delete_own(stand.desk, gleb, PASSWORD, VISIT)
    assert await stand.is_in(session)
    assert await stand.acts("account.deleted") == []
    await stand.add("nina@example.com", RoleName.SYSTEM)
    await own_account.delete_own(stand.desk, gleb, PASSWORD, VISIT)
    assert await stand.found(gleb) is None


async def test_two_of_the_system_who_delete_themselves_at_once_leave_one(
    stand: Stand, gleb: User
) -> None:
    maria = await stand.add("maria@example.com", RoleName.SYSTEM)
    ended = await asyncio.gather(
        own_account.delete_own(stand.desk, gleb, PASSWORD, VISIT),
        own_account.delete_own(stand.desk, maria, PASSWORD, ELSEWHERE),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["NoneType", "Refused"]
    [left] = [each for each in (gleb, maria) if await stand.found(each)]
    assert (await stand.standing(left)).status is UserStatus.ACTIVE


@pytest.mark.parametrize("end", [administration.delete, administration.suspend])
async def test_whoever_is_gone_meanwhile_changes_nothing_and_is_told(
    end: Callable[[Desk, User, int, str], Awaitable[None]], stand: Stand, anna: User, gleb: User
) -> None:
    await end(stand.desk, gleb, anna.id, VISIT.address)
    before = await stand.acts()
    for change in (
        own_account.edit_own(stand.desk, anna, wanted(), VISIT),
        own_account.edit_own(stand.desk, anna, wanted(email="anya@example.com"), VISIT),
        own_account.change_password(stand.desk, anna, PASSWORD, OTHER_PASSWORD, VISIT, session=""),
        own_account.take_phone(stand.desk, anna, "+79161234567", PASSWORD),
        own_account.drop_phone(stand.desk, anna, VISIT),
    ):
        with pytest.raises(NoSuchUser):
            await change
    await own_account.set_theme(stand.desk, anna, "dark")
    assert await stand.acts() == before
    assert await stand.letters() == []
    assert stand.phones.messages == []
