"""The keys of the installation: somebody active always holds them, and nobody widens their own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from evosync.accounts import administration, own_account
from evosync.accounts.invitations import Guest
from evosync.accounts.permissions import Permission
from evosync.accounts.refusals import Refused
from evosync.db import accounts, roles
from evosync.db.accounts import User, UserStatus
from evosync.db.engine import open_database
from evosync.db.roles import RoleName
from tests.accounts.acts import HERE, Act, activate, delete, edit, permit, suspend
from tests.accounts.stand import PASSWORD, VISIT, Stand

FEW: set[str] = {Permission.USERS_VIEW, Permission.USERS_EDIT}


async def demote(stand: Stand, actor: User, user: User) -> None:
    await edit(stand, actor, user, role=RoleName.ADMIN)


async def demote_to_user(stand: Stand, actor: User, user: User) -> None:
    await edit(stand, actor, user, role=RoleName.USER)


async def step_down(stand: Stand, actor: User, _user: User) -> None:
    await edit(stand, actor, actor, role=RoleName.USER)


async def leave(stand: Stand, actor: User, _user: User) -> None:
    await own_account.delete_own(stand.desk, actor, PASSWORD, VISIT)


@pytest.fixture
async def maria(stand: Stand) -> User:
    return await stand.add("maria@example.com", RoleName.SYSTEM, name="Мария")


@pytest.fixture(params=[False, True], ids=["one process", "two processes"])
async def beside(
    request: pytest.FixtureRequest, stand: Stand, database_url: str
) -> AsyncIterator[Stand]:
    """Give the stand once more: in this process, and in another as far as the database can tell."""
    opened = open_database(database_url) if request.param else stand.desk.database
    # Two connections that are there already, or one would be done before the other is made.
    async with stand.desk.database.read(), opened.read():
        pass
    yield replace(stand, desk=replace(stand.desk, database=opened))
    if request.param:
        await opened.close()


async def holders(stand: Stand) -> list[int]:
    """List the active accounts of the system."""
    async with stand.desk.database.read() as tx:
        everybody = await accounts.list_users(tx)
    return [each.id for each in everybody if each.is_system and each.status is UserStatus.ACTIVE]


@pytest.mark.parametrize("act", [step_down, leave])
async def test_the_last_active_one_of_the_system_stays(
    act: Act, stand: Stand, gleb: User, maria: User, vera: User
) -> None:
    # One who is suspended, or only invited, holds no keys.
    await suspend(stand, gleb, maria)
    await stand.add("nina@example.com", RoleName.SYSTEM, status=UserStatus.PENDING)
    session = await stand.come_in(gleb)
    before = await stand.acts()
    with pytest.raises(Refused, match="последний владелец"):
        await act(stand, await stand.standing(gleb), vera)
    assert await holders(stand) == [gleb.id]
    assert await stand.is_in(session)
    assert await stand.acts() == before
    await activate(stand, gleb, maria)
    await act(stand, await stand.standing(gleb), vera)
    assert await holders(stand) == [maria.id]


@pytest.mark.parametrize("act", [suspend, delete, demote])
async def test_nobody_takes_the_last_ones_keys(
    act: Act, stand: Stand, gleb: User, maria: User
) -> None:
    await suspend(stand, gleb, maria)
    # Maria's page was open: her account does not count any more.
    with pytest.raises(Refused, match="больше не действует"):
        await act(stand, maria, gleb)
    assert await holders(stand) == [gleb.id]


@pytest.mark.parametrize(
    ("glebs", "marias"),
    [
        pytest.param(suspend, suspend, id="both suspend"),
        pytest.param(delete, delete, id="both delete"),
        pytest.param(demote, demote, id="both demote"),
        pytest.param(step_down, step_down, id="both step down"),
        pytest.param(leave, leave, id="both leave"),
        pytest.param(suspend, demote, id="one suspends, the other demotes"),
    ],
)
async def test_of_two_who_would_leave_nobody_exactly_one_wins(
    glebs: Act, marias: Act, stand: Stand, beside: Stand, gleb: User, maria: User
) -> None:
    ended = await asyncio.gather(
        glebs(stand, gleb, maria), marias(beside, maria, gleb), return_exceptions=True
    )
    assert len(await holders(stand)) == 1
    assert sum(each is None for each in ended) == 1
    assert sum(isinstance(each, Refused) for each in ended) == 1


async def test_who_leaves_while_another_suspends_them_leaves_the_other(
    stand: Stand, beside: Stand, gleb: User, maria: User
) -> None:
    await asyncio.gather(
        suspend(stand, gleb, maria), leave(beside, maria, gleb), return_exceptions=True
    )
    assert await holders(stand) == [gleb.id]


async def test_a_role_permits_exactly_what_is_named(
    stand: Stand, gleb: User, vera: User, anna: User
) -> None:
    before = await permit(stand, gleb, RoleName.ADMIN, FEW)
    assert before.permissions == set(Permission)
    assert (await stand.standing(vera)).permissions == FEW
    await permit(stand, gleb, RoleName.USER, {Permission.LOGS_VIEW})
    assert (await stand.standing(anna)).permissions == {Permission.LOGS_VIEW}
    admins, users = await stand.acts("role.changed")
    assert (admins.actor_id, admins.subject_id) == (gleb.id, None)
    assert admins.detail == {
        "role": "admin",
        "given": [],
        "taken": sorted(set(Permission) - FEW),
    }
    assert users.detail == {"role": "user", "given": ["logs.view"], "taken": []}


@pytest.mark.parametrize(
    ("name", "names"),
    [
        pytest.param(RoleName.USER, {Permission.LOGS_VIEW}, id="gives what they lack"),
        pytest.param(RoleName.ADMIN, set(Permission), id="to themselves"),
        pytest.param(RoleName.SYSTEM, set(), id="takes from the system"),
        pytest.param(RoleName.USER, {"users.eat"}, id="there is no such permission"),
    ],
)
async def test_nobody_gives_or_takes_what_they_lack(
    name: RoleName, names: set[str], stand: Stand, gleb: User, vera: User
) -> None:
    await permit(stand, gleb, RoleName.ADMIN, FEW | {Permission.ROLES_EDIT})
    before = await permissions(stand)
    with pytest.raises(Refused):
        await permit(stand, await stand.standing(vera), name, names)
    assert await permissions(stand) == before
    assert len(await stand.acts("role.changed")) == 1


async def test_nobody_takes_what_they_lack(stand: Stand, gleb: User, vera: User) -> None:
    await permit(stand, gleb, RoleName.USER, {Permission.LOGS_VIEW})
    await permit(stand, gleb, RoleName.ADMIN, FEW | {Permission.ROLES_EDIT})
    actor = await stand.standing(vera)
    with pytest.raises(Refused, match="есть у вас"):
        await permit(stand, actor, RoleName.USER, set())
    await permit(stand, actor, RoleName.USER, {Permission.LOGS_VIEW, *FEW})


async def take_admins_rights(stand: Stand, gleb: User, _vera: User) -> None:
    await permit(stand, gleb, RoleName.ADMIN, {Permission.USERS_VIEW})


async def give_right(stand: Stand, actor: User, _user: User) -> None:
    await permit(stand, actor, RoleName.USER, {Permission.USERS_VIEW, Permission.LOGS_VIEW})


async def promote(stand: Stand, actor: User, user: User) -> None:
    await edit(stand, actor, user, role=RoleName.ADMIN)


async def invite(stand: Stand, actor: User, _user: User) -> None:
    await administration.invite(stand.desk, actor, Guest(email="guest@example.com"), HERE)


@pytest.mark.parametrize("act", [suspend, activate, delete, promote, give_right, invite])
@pytest.mark.parametrize("loss", [demote_to_user, take_admins_rights])
async def test_who_lost_their_rights_a_moment_ago_does_nothing_with_them(
    loss: Act, act: Act, stand: Stand, gleb: User, vera: User, anna: User
) -> None:
    await loss(stand, gleb, vera)
    before = await stand.acts()
    with pytest.raises(Refused, match="права"):
        await act(stand, vera, anna)
    assert await stand.standing(anna) == anna
    assert await stand.acts() == before


async def permissions(stand: Stand) -> dict[RoleName, frozenset[str]]:
    async with stand.desk.database.read() as tx:
        return {each.name: each.permissions for each in await roles.list_roles(tx)}
