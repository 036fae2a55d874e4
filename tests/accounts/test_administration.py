"""What administrators do to others: done at once, written down, and never above themselves."""

from dataclasses import replace
from typing import Any

import pytest

from evosync.accounts import administration, invitations
from evosync.accounts.invitations import Guest
from evosync.accounts.permissions import Permission
from evosync.accounts.refusals import LinkVoid, NoSuchUser, NotThere, Refused
from evosync.accounts.signed_links import LinkKind
from evosync.db.accounts import User, UserStatus
from evosync.db.roles import RoleName
from tests.accounts.acts import (
    HERE,
    Act,
    activate,
    change_email,
    delete,
    edit,
    invite_again,
    note_reset,
    permit,
    suspend,
)
from tests.accounts.stand import ELSEWHERE, ON_SQLITE, PASSWORD, VISIT, Stand, token_in

ACTS = [suspend, activate, delete, change_email, note_reset]


async def test_who_is_suspended_is_out_at_once(
    stand: Stand, vera: User, anna: User, boris: User
) -> None:
    here, there = await stand.come_in(anna), await stand.come_in(anna, ELSEWHERE)
    others = await stand.come_in(boris)
    await suspend(stand, vera, anna)
    assert (await stand.standing(anna)).status is UserStatus.SUSPENDED
    assert [await stand.is_in(key) for key in (here, there, others)] == [False, False, True]
    assert stand.stopped == [anna.id]
    [act] = await stand.acts("account.suspended")
    assert (act.actor, act.actor_id, act.address) == ("vera@example.com", vera.id, HERE)
    assert (act.subject, act.subject_id) == ("anna@example.com", anna.id)


async def test_who_is_activated_may_sign_in_again(stand: Stand, vera: User, anna: User) -> None:
    await suspend(stand, vera, anna)
    await activate(stand, vera, anna)
    assert await stand.is_in(await stand.come_in(await stand.standing(anna)))
    assert len(await stand.acts("account.activated")) == 1


async def test_nobody_is_activated_who_could_not_come_in(stand: Stand, vera: User) -> None:
    guest = await administration.invite(stand.desk, vera, Guest(email="guest@example.com"), HERE)
    with pytest.raises(Refused, match="отправьте приглашение"):
        await activate(stand, vera, guest)
    await suspend(stand, vera, guest)
    await activate(stand, vera, guest)
    assert (await stand.standing(guest)).status is UserStatus.PENDING  # as before
    await invite_again(stand, vera, guest)


async def test_who_has_confirmed_nothing_is_not_activated_with_permissions(
    stand: Stand, vera: User
) -> None:
    unknown: dict[str, Any] = {"status": UserStatus.PENDING, "email_confirmed_at": None}
    squatter = await stand.add("new@example.com", RoleName.ADMIN, **unknown)
    with pytest.raises(Refused, match="Почта не подтверждена"):
        await activate(stand, vera, squatter)
    plain = await stand.add("plain@example.com", **unknown)
    await activate(stand, vera, plain)
    assert (await stand.standing(plain)).status is UserStatus.ACTIVE


async def test_who_is_suspended_is_sent_no_link_to_a_password(
    stand: Stand, vera: User, anna: User
) -> None:
    await suspend(stand, vera, anna)
    with pytest.raises(Refused, match="включите"):
        await administration.note_reset(stand.desk, vera, anna.id, HERE)


async def test_a_deleted_account_is_gone_and_what_was_done_stays_written(
    stand: Stand, vera: User, anna: User
) -> None:
    session = await stand.come_in(anna)
    await delete(stand, vera, anna)
    assert await stand.found(anna) is None
    assert not await stand.is_in(session)
    assert stand.stopped == [anna.id]
    [act] = await stand.acts("account.deleted")
    assert (act.actor_id, act.subject, act.subject_id) == (vera.id, "anna@example.com", None)


async def test_a_deletion_cut_short_lets_nobody_in_and_goes_on_at_the_next_start(
    stand: Stand, vera: User, anna: User, boris: User
) -> None:
    async def cut(_user_id: int) -> None:
        raise ConnectionError("killed")

    session = await stand.come_in(anna)
    dying = replace(stand, desk=replace(stand.desk, stop_work=cut))
    await delete(dying, vera, anna)
    assert (await stand.standing(anna)).status is UserStatus.DELETING
    assert not await stand.is_in(session)
    with pytest.raises(Refused):
        await stand.come_in(anna)
    for act in ACTS:
        with pytest.raises(NoSuchUser):
            await act(stand, vera, anna)
    await administration.go_on_deleting(stand.desk)
    assert await stand.found(anna) is None
    assert await stand.standing(boris) == boris


async def test_nobody_shuts_themselves_out_from_here(stand: Stand, vera: User) -> None:
    with pytest.raises(Refused, match="Себя приостановить нельзя"):
        await suspend(stand, vera, vera)
    with pytest.raises(Refused, match="в своём профиле"):
        await delete(stand, vera, vera)
    assert await stand.standing(vera) == vera
    assert await stand.acts() == []


async def test_an_edit_counts_at_once(stand: Stand, vera: User, anna: User) -> None:
    stand.clock.move(hours=1)
    await edit(
        stand,
        vera,
        anna,
        name="Аня",
        email="anya@example.com",
        role=RoleName.ADMIN,
        time_zone="Asia/Omsk",
    )
    standing = await stand.standing(anna)
    assert (standing.name, standing.email) == ("Аня", "anya@example.com")
    assert (standing.roles, standing.time_zone) == (("admin",), "Asia/Omsk")
    assert standing.email_confirmed_at == stand.clock()
    assert await stand.by_email("anna@example.com") is None
    [act] = await stand.acts("account.edited")
    assert act.detail == {"role": "admin", "email": "anya@example.com"}
    # Whoever reads the old address is told.
    assert (await stand.letter("email_changed")).to == "anna@example.com"


async def test_another_e_mail_voids_what_was_mailed_to_the_old_one(
    stand: Stand, vera: User, anna: User
) -> None:
    tokens = {kind: token_in(stand.desk.links.make(kind, anna)) for kind in LinkKind}
    await edit(stand, vera, anna, email="anya@example.com")
    standing = await stand.standing(anna)
    for kind, token in tokens.items():
        with pytest.raises(LinkVoid):
            stand.desk.links.check(kind, token, standing)


async def test_an_edit_that_does_not_fit_changes_nothing(
    stand: Stand, vera: User, anna: User, boris: User
) -> None:
    for email, words in (("BORIS@example.com", "уже занята"), ("anna", "не похоже")):
        with pytest.raises(Refused, match=words) as caught:
            await edit(stand, vera, anna, name="Аня", email=email, role=RoleName.ADMIN)
        assert caught.value.field == "email"
    assert await stand.standing(anna) == anna
    assert await stand.acts() == []


@pytest.mark.parametrize("act", [*ACTS, invite_again])
async def test_who_is_not_there_is_told_so(act: Act, stand: Stand, vera: User, anna: User) -> None:
    with pytest.raises(NoSuchUser):
        await act(stand, vera, replace(anna, id=anna.id + 100))


@pytest.mark.parametrize("act", ACTS)
async def test_only_the_system_touches_the_system(
    act: Act, stand: Stand, gleb: User, vera: User
) -> None:
    maria = await stand.add("maria@example.com", RoleName.SYSTEM, name="Мария")
    with pytest.raises(Refused, match="только владелец"):
        await act(stand, vera, maria)
    assert await stand.standing(maria) == maria
    assert await stand.acts() == []
    await act(stand, gleb, maria)


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_touches_whoever_can_more(
    act: Act, stand: Stand, gleb: User, vera: User, anna: User
) -> None:
    await permit(stand, gleb, RoleName.USER, {Permission.USERS_EDIT, Permission.USERS_DELETE})
    actor = await stand.standing(anna)
    with pytest.raises(Refused, match="которых нет у вас"):
        await act(stand, actor, vera)
    assert await stand.standing(vera) == vera


async def test_nobody_invites_above_themselves(
    stand: Stand, gleb: User, vera: User, anna: User
) -> None:
    await permit(stand, gleb, RoleName.USER, {Permission.USERS_EDIT})
    actor = await stand.standing(anna)
    for inviter, role in ((vera, RoleName.SYSTEM), (actor, RoleName.ADMIN)):
        guest = Guest(email="guest@example.com", role=role)
        with pytest.raises(Refused) as caught:
            await administration.invite(stand.desk, inviter, guest, HERE)
        assert caught.value.field == "role"
        assert await stand.by_email("guest@example.com") is None
    for number, (inviter, role) in enumerate(
        ((gleb, RoleName.SYSTEM), (vera, RoleName.ADMIN), (actor, RoleName.USER))
    ):
        guest = Guest(email=f"guest{number}@example.com", role=role)
        made = await administration.invite(stand.desk, inviter, guest, HERE)
        assert made.roles == (role.value,)
    assert [act.actor_id for act in await stand.acts("account.invited")] == [
        gleb.id,
        vera.id,
        anna.id,
    ]


async def test_an_invitation_above_oneself_is_not_renewed_either(
    stand: Stand, gleb: User, vera: User
) -> None:
    guest = Guest(email="guest@example.com", role=RoleName.SYSTEM)
    made = await administration.invite(stand.desk, gleb, guest, HERE)
    stand.clock.move(hours=1)
    with pytest.raises(Refused, match="только владелец"):
        await invite_again(stand, vera, made)
    assert await stand.standing(made) == made
    await invite_again(stand, gleb, made)
    token = token_in(
        invitations.invitation(stand.desk, await stand.standing(made), inviter="").text
    )
    await invitations.accept(stand.desk, token, "", PASSWORD, VISIT)


async def test_nobody_gives_a_role_above_themselves(
    stand: Stand, gleb: User, vera: User, anna: User, boris: User
) -> None:
    await permit(stand, gleb, RoleName.USER, {Permission.USERS_EDIT})
    actor = await stand.standing(anna)
    for giver, user, role in (
        (vera, boris, RoleName.SYSTEM),
        (vera, vera, RoleName.SYSTEM),
        (actor, boris, RoleName.ADMIN),
        (actor, actor, RoleName.ADMIN),
    ):
        with pytest.raises(Refused):
            await edit(stand, giver, user, role=role)
    assert (await stand.standing(boris)).roles == ("user",)
    assert (await stand.standing(vera)).roles == ("admin",)
    await edit(stand, gleb, boris, role=RoleName.SYSTEM)
    assert (await stand.standing(boris)).is_system


async def test_a_link_to_a_password_is_for_who_has_one(stand: Stand, vera: User) -> None:
    guest = await administration.invite(stand.desk, vera, Guest(email="guest@example.com"), HERE)
    with pytest.raises(Refused, match="приглашение"):
        await note_reset(stand, vera, guest)
    assert await stand.acts("account.reset_sent") == []


async def test_ones_own_e_mail_is_not_changed_from_here(stand: Stand, vera: User) -> None:
    # It would count without its letter.
    with pytest.raises(Refused, match="в профиле"):
        await change_email(stand, vera, vera)
    await edit(stand, vera, vera, name="Верочка")
    assert (await stand.standing(vera)).name == "Верочка"
    [act] = await stand.acts("account.edited")
    assert act.detail == {}
    assert await stand.letters() == []


@ON_SQLITE
async def test_who_sends_a_link_to_a_password_is_written_down(
    stand: Stand, vera: User, anna: User
) -> None:
    user = await administration.note_reset(stand.desk, vera, anna.id, HERE)
    assert user == await stand.standing(anna)
    [act] = await stand.acts("account.reset_sent")
    assert (act.actor_id, act.subject_id) == (vera.id, anna.id)


async def test_there_is_no_other_role(stand: Stand, gleb: User) -> None:
    with pytest.raises(NotThere, match="Такой роли нет"):
        await administration.set_role_permissions(stand.desk, gleb, 999, set(), HERE)
