import pytest

from evosync.accounts.evotor_users import (
    EXISTS,
    OTHER,
    WRONG,
    Applicant,
    Known,
    create_from_evotor,
    token_from_evotor,
    user_token,
    verify_from_evotor,
)
from evosync.accounts.refusals import Refused
from evosync.db import account_changes, notices
from evosync.db.accounts import User, UserStatus
from evosync.db.notices import NewNotice
from evosync.db.vault import Vault
from tests.accounts.stand import OTHER_PASSWORD, PASSWORD, Hashing, Stand

ANNAS, BORISES = "01-000000000000777", "01-000000000000888"
CLOUD = "203.0.113.20"


def notice(kind: str, evotor_user_id: str = ANNAS) -> NewNotice:
    return NewNotice(kind=kind, evotor_user_id=evotor_user_id, body={"userId": evotor_user_id})


async def create(stand: Stand, evotor_user_id: str = ANNAS, **typed: str) -> Known:
    applicant = Applicant(evotor_user_id=evotor_user_id, **typed)
    return await create_from_evotor(stand.desk, applicant, notice("create", evotor_user_id))


async def verify(
    stand: Stand,
    email: str = "anna@example.com",
    password: str = PASSWORD,
    evotor_user_id: str = ANNAS,
    address: str = CLOUD,
) -> Known:
    applicant = Applicant(evotor_user_id=evotor_user_id, email=email, password=password)
    return await verify_from_evotor(
        stand.desk, applicant, notice("verify", evotor_user_id), address
    )


async def deliver(stand: Stand, token: str, evotor_user_id: str = ANNAS) -> int | None:
    made = NewNotice(
        kind="token", evotor_user_id=evotor_user_id, body={}, sealed=stand.desk.vault.seal(token)
    )
    return await token_from_evotor(stand.desk, evotor_user_id, token, made)


async def waiting(stand: Stand, user_id: int) -> list[str]:
    """List the tokens that wait for a try, the latest first."""
    async with stand.desk.database.read() as tx:
        sealed = await notices.find_candidates(tx, user_id)
    return [] if sealed is None else notices.read_candidates(stand.desk.vault, sealed)


async def test_somebody_new_is_invited_once(stand: Stand) -> None:
    known = await create(stand, email="new@example.com", name="  Новый \n Человек ")
    again = await create(stand, email="new@example.com")
    assert again == known
    user = await stand.standing(known.user_id)
    assert (user.email, user.name) == ("new@example.com", "Новый Человек")
    assert (user.status, user.roles, user.invited_at) == (
        *(UserStatus.PENDING, ("user",)),
        stand.clock(),
    )
    letter = await stand.letter("invite")
    assert letter.to == "new@example.com"
    [act] = await stand.acts()
    assert (act.action, act.actor) == ("account.evotor_created", "Evotor")


async def test_what_was_typed_badly_is_left_out(stand: Stand) -> None:
    known = await create(stand, email="не почта", name="x" * 500, phone="12")
    user = await stand.standing(known.user_id)
    assert (user.email, user.phone, len(user.name)) == (None, None, 100)
    assert await stand.letters() == []


async def test_a_later_form_changes_nothing(stand: Stand) -> None:
    known = await create(stand, email="new@example.com", name="Новый")
    await create(stand, email="other@example.com", name="Другой", phone="+79161234567")
    user = await stand.standing(known.user_id)
    assert (user.email, user.name, user.phone) == ("new@example.com", "Новый", None)


async def test_an_account_is_not_given_away_for_its_email(stand: Stand, anna: User) -> None:
    with pytest.raises(Refused) as caught:
        await create(stand, email=" ANNA@example.com ")
    assert caught.value.code == EXISTS
    assert await stand.standing(anna) == anna
    assert await stand.letters() == []


async def test_a_flood_of_installations_writes_few_letters_to_one_address(stand: Stand) -> None:
    for number in range(7):
        known = await create(stand, f"02-{number:015}", email="new@example.com")
        # The e-mail is free again each time.
        await stand.desk.database.write(
            account_changes.set_email, known.user_id, f"{number}@example.com", stand.clock()
        )
    assert len(await stand.letters("invite")) == 5


async def test_a_token_of_ours_depends_on_the_user_and_the_key_alone(stand: Stand) -> None:
    first = user_token(stand.desk, ANNAS)
    assert first == user_token(stand.desk, ANNAS) == (await create(stand)).token
    assert first != user_token(stand.desk, BORISES)
    assert len(first) == 43
    other_key = Vault("another key")
    assert other_key.derive("evotor user token") != stand.desk.vault.derive("evotor user token")


async def test_the_right_password_ties_the_account(stand: Stand, anna: User) -> None:
    known = await verify(stand, email="Anna@Example.com")
    again = await verify(stand)
    assert known == again == Known(user_id=anna.id, token=user_token(stand.desk, ANNAS))
    assert (await stand.standing(anna)).evotor_user_id == ANNAS
    assert [act.action for act in await stand.acts()] == ["account.evotor_tied"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("anna@example.com", OTHER_PASSWORD),
        ("anna@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
    ],
)
async def test_what_does_not_fit_ties_nothing(
    email: str, password: str, stand: Stand, anna: User, hashing: Hashing
) -> None:
    with pytest.raises(Refused) as caught:
        await verify(stand, email, password)
    assert caught.value.code == WRONG
    assert (await stand.standing(anna)).evotor_user_id is None
    assert len(hashing.compared) <= 1


@pytest.mark.parametrize("status", [UserStatus.PENDING, UserStatus.SUSPENDED])
async def test_only_an_active_account_is_tied(status: UserStatus, stand: Stand) -> None:
    user = await stand.add("vera@example.com", status=status)
    with pytest.raises(Refused) as caught:
        await verify(stand, "vera@example.com")
    assert caught.value.code == WRONG
    assert (await stand.standing(user)).evotor_user_id is None


async def test_neither_of_two_ties_is_broken(stand: Stand, anna: User, boris: User) -> None:
    await verify(stand)
    await verify(stand, "boris@example.com", evotor_user_id=BORISES)
    for email, evotor_user_id in (("anna@example.com", BORISES), ("boris@example.com", ANNAS)):
        with pytest.raises(Refused) as caught:
            await verify(stand, email, evotor_user_id=evotor_user_id)
        assert caught.value.code == OTHER
    assert (await stand.standing(anna)).evotor_user_id == ANNAS
    assert (await stand.standing(boris)).evotor_user_id == BORISES


async def test_an_account_that_nobody_went_on_with_gives_its_tokens_away(
    stand: Stand, anna: User
) -> None:
    await deliver(stand, "first")
    shell = await create(stand, email="typo@example.com")
    await deliver(stand, "second")
    known = await verify(stand)
    assert known.user_id == anna.id
    assert (await stand.standing(shell.user_id)).evotor_user_id is None
    assert await waiting(stand, anna.id) == ["second", "first"]
    assert await waiting(stand, shell.user_id) == []


async def test_an_account_with_a_password_gives_nothing_away(stand: Stand, anna: User) -> None:
    holder = await create(stand, email="vera@example.com")
    now, password_hash = stand.clock(), stand.password_hash
    await stand.desk.database.write(
        account_changes.set_password, holder.user_id, password_hash, now
    )
    with pytest.raises(Refused) as caught:
        await verify(stand)
    assert caught.value.code == OTHER


async def test_tokens_wait_for_their_account_and_for_no_other(stand: Stand, anna: User) -> None:
    assert await deliver(stand, "annas-1") is None
    assert await deliver(stand, "borises", BORISES) is None
    assert await deliver(stand, "annas-2") is None
    await verify(stand)
    assert await waiting(stand, anna.id) == ["annas-2", "annas-1"]
    other = await create(stand, BORISES)
    assert await waiting(stand, other.user_id) == ["borises"]


async def test_a_token_of_a_known_user_is_to_be_tried(stand: Stand, anna: User) -> None:
    await verify(stand)
    assert await deliver(stand, "first") == anna.id
    assert await deliver(stand, "second") == anna.id
    assert await deliver(stand, "first") == anna.id
    assert await waiting(stand, anna.id) == ["first", "second"]


async def test_only_so_many_tokens_wait(stand: Stand, anna: User) -> None:
    await verify(stand)
    for number in range(9):
        await deliver(stand, f"token-{number}")
    assert await waiting(stand, anna.id) == [f"token-{number}" for number in (8, 7, 6, 5, 4)]


async def test_nobody_tries_the_token_of_who_may_not_come_in(stand: Stand, anna: User) -> None:
    await verify(stand)
    await stand.desk.database.write(
        account_changes.set_status, anna.id, UserStatus.SUSPENDED, stand.clock()
    )
    assert await deliver(stand, "first") is None


async def test_one_address_tries_so_many_passwords_and_no_more(
    stand: Stand, anna: User, hashing: Hashing
) -> None:
    for _ in range(25):
        with pytest.raises(Refused):
            await verify(stand, password=OTHER_PASSWORD)
    assert len(hashing.compared) == 20
    # Other addresses guess no more either: it is the account that is guarded.
    with pytest.raises(Refused) as caught:
        await verify(stand, address="198.51.100.1")
    assert caught.value.code == WRONG
    assert len(hashing.compared) == 20
