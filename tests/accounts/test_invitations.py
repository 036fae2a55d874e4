"""Invitations: an account that waits for its person, and the link that lets them in."""

import asyncio

import pytest

from evosync.accounts import invitations
from evosync.accounts.desk import COMMAND_LINE
from evosync.accounts.invitations import Guest
from evosync.accounts.passwords import WeakPassword, verify_password
from evosync.accounts.refusals import LinkVoid, NoSuchUser, Refused, TooMany
from evosync.db import account_changes, deletion
from evosync.db.accounts import User, UserStatus
from evosync.db.roles import RoleName
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

GUEST = Guest(email=" Anna@example.com ", name="Анна", role=RoleName.ADMIN)


async def invited(stand: Stand, guest: Guest = GUEST) -> tuple[User, str]:
    """Invite somebody; gives the account and the link's token."""
    made = await invitations.invite(stand.desk, guest, COMMAND_LINE)
    return made, token_of(stand, made)


def token_of(stand: Stand, user: User) -> str:
    return token_in(invitations.invitation(stand.desk, user, inviter="").text)


async def test_who_is_invited_has_an_account_that_nobody_can_sign_in_to(stand: Stand) -> None:
    made, _ = await invited(stand)
    assert made == await stand.standing(made)
    assert (made.email, made.name, made.roles) == ("Anna@example.com", "Анна", ("admin",))
    assert (made.status, made.password_hash) == (UserStatus.PENDING, None)
    assert (made.invited_at, made.email_confirmed_at) == (stand.clock(), None)
    [act] = await stand.acts("account.invited")
    assert (act.actor, act.actor_id) == ("command line", None)
    assert (act.subject, act.subject_id) == ("Anna@example.com", made.id)
    assert act.detail == {"role": "admin"}


async def test_the_letter_says_who_invites_and_leads_to_the_page(stand: Stand) -> None:
    made, _ = await invited(stand)
    letter = invitations.invitation(stand.desk, made, inviter="Глеб")
    assert letter.to == "Anna@example.com"
    assert "Глеб" in letter.text
    assert f"{PUBLIC_URL}/invite?token=" in letter.text
    assert "2 дня" in letter.text


@pytest.mark.parametrize("email", ["anna@example.com", "ANNA@example.com "])
async def test_who_has_an_account_is_not_invited(email: str, stand: Stand, anna: User) -> None:
    with pytest.raises(Refused, match="уже есть") as caught:
        await invited(stand, Guest(email=email))
    assert caught.value.field == "email"
    assert await stand.standing(anna) == anna
    assert await stand.acts() == []


async def test_one_who_is_invited_twice_at_once_has_one_account(stand: Stand) -> None:
    ended = await asyncio.gather(*(invited(stand) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(each, Refused) for each in ended) == 2
    assert len(await stand.acts("account.invited")) == 1


@ON_SQLITE
async def test_what_is_no_e_mail_is_not_invited(stand: Stand) -> None:
    with pytest.raises(Refused, match="не похоже"):
        await invited(stand, Guest(email="anna"))


async def test_the_link_lets_the_guest_in_once(stand: Stand) -> None:
    made, token = await invited(stand)
    assert (await invitations.find_guest(stand.desk, token)).id == made.id
    stand.clock.move(hours=47)
    accepted = await invitations.accept(stand.desk, token, "Анна Ивановна", PASSWORD, ELSEWHERE)
    assert accepted == await stand.standing(made)
    assert (accepted.name, accepted.roles) == ("Анна Ивановна", ("admin",))
    assert accepted.status is UserStatus.ACTIVE
    assert accepted.email_confirmed_at == accepted.password_changed_at == stand.clock()
    assert await verify_password(PASSWORD, accepted.password_hash)
    assert await stand.is_in(await stand.come_in(accepted))
    [act] = await stand.acts("account.invitation_accepted")
    assert (act.actor_id, act.address) == (made.id, ELSEWHERE.address)
    for spend in (
        invitations.find_guest(stand.desk, token),
        invitations.accept(stand.desk, token, "", OTHER_PASSWORD, VISIT),
    ):
        with pytest.raises(LinkVoid, match="уже использована"):
            await spend


async def test_a_guest_who_gives_no_name_keeps_the_one_that_was_written(stand: Stand) -> None:
    _, token = await invited(stand)
    assert (await invitations.accept(stand.desk, token, "", PASSWORD, VISIT)).name == "Анна"


async def test_two_who_use_one_link_at_once_are_one(stand: Stand) -> None:
    _, token = await invited(stand)
    ended = await asyncio.gather(
        invitations.accept(stand.desk, token, "", PASSWORD, VISIT),
        invitations.accept(stand.desk, token, "", OTHER_PASSWORD, ELSEWHERE),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["LinkVoid", "User"]


@pytest.mark.parametrize("weak", ["короткий", "anna@example.com", "Ивановна1990"])
@ON_SQLITE
async def test_a_weak_password_does_not_spend_the_invitation(weak: str, stand: Stand) -> None:
    _, token = await invited(stand)
    with pytest.raises(WeakPassword):
        await invitations.accept(stand.desk, token, "Анна Ивановна", weak, VISIT)
    assert (await invitations.find_guest(stand.desk, token)).is_pending


async def test_an_invitation_lasts_as_long_as_the_setting_says(stand: Stand) -> None:
    _, token = await invited(stand)
    stand.clock.move(hours=48, seconds=1)
    with pytest.raises(LinkVoid, match="Срок"):
        await invitations.accept(stand.desk, token, "", PASSWORD, VISIT)


async def test_a_later_invitation_voids_the_earlier_one(stand: Stand) -> None:
    made, first = await invited(stand)
    stand.clock.move(hours=60)
    renewed = await invitations.invite_again(stand.desk, made.id, COMMAND_LINE)
    assert renewed.invited_at == stand.clock()
    with pytest.raises(LinkVoid):
        await invitations.find_guest(stand.desk, first)
    second = token_of(stand, renewed)
    assert (await invitations.accept(stand.desk, second, "", PASSWORD, VISIT)).id == made.id
    assert len(await stand.acts("account.invited")) == 2


async def test_a_later_invitation_may_be_as_something_else(stand: Stand) -> None:
    made, _ = await invited(stand)
    renewed = await invitations.invite_again(stand.desk, made.id, COMMAND_LINE, role=RoleName.USER)
    assert renewed.roles == ("user",)
    assert [act.detail for act in await stand.acts()] == [{"role": "admin"}, {"role": "user"}]


async def test_who_waits_in_a_session_is_out_when_the_guest_comes(stand: Stand) -> None:
    # Somebody else may have registered in the guest's name before.
    made = await stand.add("anna@example.com", status=UserStatus.PENDING)
    session = await stand.come_in(made)
    renewed = await invitations.invite_again(stand.desk, made.id, COMMAND_LINE)
    # At once, and their password with them: whoever activates the account lets nobody else in.
    assert not await stand.is_in(session)
    assert renewed.password_hash is None
    session = await stand.come_in(renewed)
    token = token_of(stand, renewed)
    await invitations.accept(stand.desk, token, "", OTHER_PASSWORD, VISIT)
    assert not await stand.is_in(session)
    assert await verify_password(OTHER_PASSWORD, (await stand.standing(made)).password_hash)


async def test_only_who_has_not_come_yet_is_invited_again(stand: Stand, anna: User) -> None:
    with pytest.raises(Refused, match="кто ещё не вошёл"):
        await invitations.invite_again(stand.desk, anna.id, COMMAND_LINE)
    with pytest.raises(NoSuchUser):
        await invitations.invite_again(stand.desk, anna.id + 1, COMMAND_LINE)
    assert await stand.acts() == []


async def test_an_invitation_does_not_bring_a_suspended_account_back(stand: Stand) -> None:
    made, token = await invited(stand)
    write = stand.desk.database.write
    await write(account_changes.set_status, made.id, UserStatus.SUSPENDED, stand.clock())
    with pytest.raises(LinkVoid):
        await invitations.accept(stand.desk, token, "", PASSWORD, VISIT)
    # As the command line would write it.
    sent_since = token_of(stand, await stand.standing(made))
    with pytest.raises(LinkVoid):
        await invitations.accept(stand.desk, sent_since, "", PASSWORD, VISIT)
    assert (await stand.standing(made)).status is UserStatus.SUSPENDED


async def test_a_deleted_guest_does_not_come(stand: Stand) -> None:
    made, token = await invited(stand)
    await deletion.delete_user(stand.desk.database, made.id)
    with pytest.raises(LinkVoid):
        await invitations.accept(stand.desk, token, "", PASSWORD, VISIT)


@ON_SQLITE
async def test_invitations_are_tried_only_so_often_and_before_any_hashing(
    stand: Stand, hashing: Hashing
) -> None:
    for number in range(60):
        with pytest.raises(LinkVoid):
            await invitations.accept(stand.desk, f"x{number}", "", PASSWORD, VISIT)
    with pytest.raises(TooMany):
        await invitations.accept(stand.desk, "x", "", PASSWORD, VISIT)
    assert hashing.made == 0
