"""A forgotten password: who is sent a link, and what the link does once."""

import pytest

from evosync.accounts import own_account, recovery, registration, sign_in
from evosync.accounts.passwords import WeakPassword, verify_password
from evosync.accounts.refusals import LinkVoid, TooMany
from evosync.accounts.sign_in import Visit
from evosync.accounts.signed_links import LinkKind
from evosync.db import account_changes
from evosync.db.accounts import User, UserStatus
from evosync.db.types import Tx
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

PHONE = "+79161234567"


async def asked(stand: Stand, address: str) -> str:
    """Ask for a link as one does who forgot; gives its token."""
    await recovery.ask_for_reset(stand.desk, address, VISIT)
    return token_in((await stand.letters("reset"))[-1].text)


async def believe_phone(stand: Stand, user: User) -> None:
    write, now = stand.desk.database.write, stand.clock()
    await write(account_changes.set_phone, user.id, PHONE, now, sealed_code="sealed")
    await write(account_changes.confirm_phone, user.id, now)


async def test_a_link_sets_another_password_once_and_ends_all_sessions(
    stand: Stand, anna: User, boris: User
) -> None:
    session, others = await stand.come_in(anna), await stand.come_in(boris)
    token = await asked(stand, " ANNA@example.com")
    assert (await stand.letter("reset")).to == "anna@example.com"
    assert (await recovery.find_forgetful(stand.desk, token)).id == anna.id
    stand.clock.move(minutes=59)
    await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, ELSEWHERE)
    assert not await stand.is_in(session)
    assert await stand.is_in(others)
    assert await sign_in.sign_in(stand.desk, "anna@example.com", OTHER_PASSWORD, VISIT)
    told = await stand.letter("password_changed")
    assert told.to == "anna@example.com"
    assert f"{PUBLIC_URL}/forgot-password" in told.text
    [act] = await stand.acts("account.password_reset")
    assert (act.actor_id, act.subject_id, act.address) == (anna.id, anna.id, ELSEWHERE.address)
    for spend in (
        recovery.find_forgetful(stand.desk, token),
        recovery.reset_password(stand.desk, token, PASSWORD, VISIT),
    ):
        with pytest.raises(LinkVoid, match="уже использована"):
            await spend


async def test_the_use_of_one_link_voids_all_that_were_sent(stand: Stand, anna: User) -> None:
    first, second = [await asked(stand, "anna@example.com") for _ in range(2)]
    await recovery.reset_password(stand.desk, second, OTHER_PASSWORD, VISIT)
    with pytest.raises(LinkVoid):
        await recovery.reset_password(stand.desk, first, PASSWORD, VISIT)


async def test_a_link_lasts_an_hour(stand: Stand, anna: User, hashing: Hashing) -> None:
    token = await asked(stand, "anna@example.com")
    stand.clock.move(hours=1, seconds=1)
    with pytest.raises(LinkVoid, match="Срок"):
        await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)
    assert hashing.made == 0


async def test_a_password_change_voids_a_link(stand: Stand, anna: User) -> None:
    token = await asked(stand, "anna@example.com")
    await own_account.change_password(stand.desk, anna, PASSWORD, OTHER_PASSWORD, VISIT, session="")
    with pytest.raises(LinkVoid):
        await recovery.find_forgetful(stand.desk, token)


async def test_a_weak_password_does_not_spend_the_link(stand: Stand, anna: User) -> None:
    token = await asked(stand, "anna@example.com")
    for weak in ("короткий", "anna@example.com"):
        with pytest.raises(WeakPassword):
            await recovery.reset_password(stand.desk, token, weak, VISIT)
    await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)


async def test_who_waits_for_a_confirmation_is_confirmed_by_the_letters_link(
    stand: Stand,
) -> None:
    pending = await stand.add(
        "anna@example.com", status=UserStatus.PENDING, email_confirmed_at=None
    )
    token = await asked(stand, "anna@example.com")
    await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)
    standing = await stand.standing(pending)
    assert standing.status is UserStatus.ACTIVE
    assert standing.email_confirmed_at == stand.clock()


async def test_who_was_invited_and_never_came_is_invited_instead(stand: Stand) -> None:
    await stand.add("anna@example.com", status=UserStatus.PENDING, password_hash=None)
    await recovery.ask_for_reset(stand.desk, "anna@example.com", VISIT)
    letter = await stand.letter("invite")
    stand.desk.links.read(LinkKind.INVITE, token_in(letter.text))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("nobody@example.com", id="unknown e-mail"),
        pytest.param("gone@example.com", id="suspended"),
        pytest.param("+79990000000", id="unknown phone"),
        pytest.param("+79167654321", id="phone not confirmed"),
        pytest.param("кто-нибудь", id="words"),
        pytest.param("", id="nothing"),
    ],
)
async def test_nobody_else_is_written_and_nobody_learns_it(
    address: str, stand: Stand, anna: User
) -> None:
    await stand.add("gone@example.com", status=UserStatus.SUSPENDED)
    await stand.desk.database.write(
        account_changes.set_phone, anna.id, "+79167654321", stand.clock(), sealed_code="sealed"
    )
    await recovery.ask_for_reset(stand.desk, address, VISIT)
    assert await stand.letters() == []
    assert await stand.messages() == []


async def test_a_link_goes_to_the_confirmed_phone(stand: Stand, anna: User) -> None:
    await believe_phone(stand, anna)
    await recovery.ask_for_reset(stand.desk, "8 (916) 123-45-67", VISIT)
    [(phone, text)] = await stand.messages()
    assert phone == PHONE
    await recovery.reset_password(stand.desk, token_in(text), OTHER_PASSWORD, VISIT)
    assert await verify_password(OTHER_PASSWORD, (await stand.standing(anna)).password_hash)


async def test_a_phone_that_two_have_confirmed_is_nobodys(
    stand: Stand, anna: User, boris: User
) -> None:
    await believe_phone(stand, anna)
    await believe_phone(stand, boris)
    await recovery.ask_for_reset(stand.desk, PHONE, VISIT)
    assert await stand.messages() == []


@pytest.mark.parametrize("status", [UserStatus.SUSPENDED, UserStatus.PENDING])
async def test_only_an_active_account_is_sent_a_link_to_its_phone(
    status: UserStatus, stand: Stand, anna: User
) -> None:
    await believe_phone(stand, anna)
    await stand.desk.database.write(account_changes.set_status, anna.id, status, stand.clock())
    await recovery.ask_for_reset(stand.desk, PHONE, VISIT)
    assert await stand.messages() == []


async def test_a_suspension_voids_a_link(stand: Stand, anna: User) -> None:
    token = await asked(stand, "anna@example.com")
    await stand.desk.database.write(
        account_changes.set_status, anna.id, UserStatus.SUSPENDED, stand.clock()
    )
    with pytest.raises(LinkVoid):
        await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)


@ON_SQLITE
async def test_one_account_is_written_only_so_often(stand: Stand, anna: User) -> None:
    for number in range(5):
        visit = Visit(address=f"198.51.100.{number}")
        await recovery.ask_for_reset(stand.desk, "anna@example.com", visit)
        await stand.letters()
    with pytest.raises(TooMany):
        await recovery.ask_for_reset(stand.desk, "Anna@Example.com ", ELSEWHERE)
    assert len(await stand.letters("reset")) == 5


@ON_SQLITE
async def test_whoever_asks_for_other_letters_does_not_use_up_links_to_a_password(
    stand: Stand, anna: User
) -> None:
    for _ in range(5):
        await registration.resend(stand.desk, "anna@example.com", ELSEWHERE)
    await recovery.ask_for_reset(stand.desk, "anna@example.com", VISIT)
    assert len(await stand.letters("reset")) == 1


async def test_the_link_lets_its_person_in_wherever_guesses_shut_the_door(
    stand: Stand, anna: User
) -> None:
    token = await asked(stand, "anna@example.com")
    user = await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, ELSEWHERE)
    assert await stand.is_in(await sign_in.begin_session(stand.desk, user, ELSEWHERE))


async def test_a_link_that_came_after_a_suspension_is_void(stand: Stand, anna: User) -> None:
    async def suspend(tx: Tx) -> None:
        await account_changes.set_status(tx, anna.id, UserStatus.SUSPENDED, stand.clock())

    await stand.desk.database.write(suspend)
    link = stand.desk.links.make(LinkKind.RESET, await stand.standing(anna))
    token = link.rpartition("token=")[2]
    with pytest.raises(LinkVoid, match="приостановлена"):
        await recovery.find_forgetful(stand.desk, token)
    with pytest.raises(LinkVoid, match="приостановлена"):
        await recovery.reset_password(stand.desk, token, OTHER_PASSWORD, VISIT)


@ON_SQLITE
async def test_links_are_tried_only_so_often_and_before_any_hashing(
    stand: Stand, hashing: Hashing
) -> None:
    for number in range(60):
        with pytest.raises(LinkVoid):
            await recovery.reset_password(stand.desk, f"x{number}", OTHER_PASSWORD, VISIT)
    with pytest.raises(TooMany):
        await recovery.reset_password(stand.desk, "x", OTHER_PASSWORD, VISIT)
    assert hashing.made == 0
