"""Those that register, and the e-mails confirmed."""

import pytest

from evosync.accounts import registration
from evosync.accounts.passwords import WeakPassword
from evosync.accounts.refusals import LinkVoid, Refused, TooMany
from evosync.accounts.registration import Proof
from evosync.accounts.sign_in import Visit
from evosync.accounts.signed_links import LinkKind
from evosync.db import account_changes
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.roles import RoleName
from tests.accounts.stand import (
    ON_SQLITE,
    OTHER_PASSWORD,
    PASSWORD,
    PUBLIC_URL,
    VISIT,
    Hashing,
    Stand,
    token_in,
)

pytestmark = pytest.mark.usefixtures("gleb")  # without any account nobody registers

ANNA = NewUser(email=" Anna@example.com ", name="Анна")


@ON_SQLITE
@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        pytest.param("vera", PASSWORD, Refused, id="no e-mail"),
        pytest.param("vera@example.com", "короткий", WeakPassword, id="weak password"),
        pytest.param("vera.ivanov@example.com", "vera.ivanov", WeakPassword, id="own e-mail"),
    ],
)
async def test_what_does_not_fit_registers_nobody(
    email: str, password: str, error: type[Exception], stand: Stand
) -> None:
    new = NewUser(email=email)
    with pytest.raises(error):
        await registration.register(stand.desk, new, password, VISIT)
    assert await stand.by_email(email) is None
    assert await stand.letters() == []


async def test_who_registers_waits_until_the_link_comes_back(stand: Stand) -> None:
    await register(stand)
    made = await stand.by_email("anna@example.com")
    assert made is not None
    assert (made.email, made.name, made.status) == ("Anna@example.com", "Анна", UserStatus.PENDING)
    assert made.roles == ("user",)
    letter = await stand.letter("confirm")
    assert letter.to == "Anna@example.com"
    token = token_in(letter.text)
    assert (await registration.find_confirmed(stand.desk, token)).id == made.id
    assert (await stand.standing(made)).is_pending  # to look is not to spend
    await confirm(stand, token)
    confirmed = await stand.standing(made)
    assert confirmed.status is UserStatus.ACTIVE
    assert confirmed.email_confirmed_at == stand.clock()
    for spend in (registration.find_confirmed(stand.desk, token), confirm(stand, token)):
        with pytest.raises(LinkVoid, match="уже использована"):
            await spend
    assert [each.action for each in await stand.acts()] == [
        "account.registered",
        "account.email_confirmed",
    ]


async def register(stand: Stand, new: NewUser = ANNA) -> None:
    """Register, and wait for what is done behind the answer."""
    await registration.register(stand.desk, new, PASSWORD, VISIT)
    await stand.letters()


async def resend(stand: Stand, email: str, visit: Visit = VISIT) -> None:
    await registration.resend(stand.desk, email, visit)
    await stand.letters()


async def confirm(
    stand: Stand, token: str, viewer: User | None = None, password: str = PASSWORD
) -> User:
    proof = Proof(viewer_id=viewer.id if viewer else None, password=password)
    return await registration.confirm(stand.desk, token, VISIT, proof)


async def test_only_who_knows_the_password_confirms_what_was_registered(
    stand: Stand, boris: User
) -> None:
    # Somebody else may have registered in Anna's name, and waits in a session.
    await register(stand)
    made = await stand.by_email("anna@example.com")
    assert made is not None
    waiting = await stand.come_in(made)
    token = token_in((await stand.letter("confirm")).text)
    for viewer in (None, boris):
        with pytest.raises(Refused, match="с другим паролем") as caught:
            await confirm(stand, token, viewer, OTHER_PASSWORD)
        assert caught.value.field == "password"
    assert (await stand.standing(made)).is_pending
    await confirm(stand, token)
    assert not await stand.is_in(waiting)


async def test_who_is_signed_in_confirms_without_the_password_and_stays(stand: Stand) -> None:
    await register(stand)
    made = await stand.by_email("anna@example.com")
    assert made is not None
    session = await stand.come_in(made)
    await confirm(stand, token_in((await stand.letter("confirm")).text), made, "")
    assert await stand.is_in(session)


@ON_SQLITE
async def test_passwords_are_not_guessed_by_a_confirmation(stand: Stand, hashing: Hashing) -> None:
    await register(stand)
    token = token_in((await stand.letter("confirm")).text)
    for _ in range(20):
        with pytest.raises(Refused):
            await confirm(stand, token, None, OTHER_PASSWORD)
    with pytest.raises(TooMany):
        await confirm(stand, token)
    assert len(hashing.compared) == 20


async def test_nobody_registers_as_more_than_a_user(stand: Stand) -> None:
    new = NewUser(email="anna@example.com", status=UserStatus.ACTIVE, role=RoleName.SYSTEM)
    await register(stand, new)
    made = await stand.by_email("anna@example.com")
    assert made is not None
    assert (made.roles, made.status) == (("user",), UserStatus.PENDING)


async def test_who_has_an_account_is_written_so_and_nothing_changes(
    stand: Stand, anna: User, hashing: Hashing
) -> None:
    await registration.register(stand.desk, ANNA, "другая фраза про чай", VISIT)
    letter = await stand.letter("already_registered")
    assert letter.to == "Anna@example.com"
    assert f"{PUBLIC_URL}/login" in letter.text
    assert "token=" not in letter.text
    assert await stand.standing(anna) == anna
    # What takes the time is the same as for a new one.
    assert hashing.made == 1
    assert await stand.acts() == []


async def test_a_confirmation_comes_again_to_who_waits_for_it(stand: Stand) -> None:
    await register(stand)
    await resend(stand, "ANNA@example.com")
    first, second = await stand.letters("confirm")
    assert token_in(first.text) == token_in(second.text)
    stand.clock.move(hours=73)
    with pytest.raises(LinkVoid, match="Срок"):
        await confirm(stand, token_in(second.text))
    await resend(stand, "anna@example.com")
    await confirm(stand, token_in((await stand.letters("confirm"))[-1].text))


@ON_SQLITE
@pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com", "invited@example.com"])
@pytest.mark.usefixtures("anna")
async def test_nobody_else_is_written_again_and_nobody_learns_it(email: str, stand: Stand) -> None:
    await stand.add("invited@example.com", status=UserStatus.PENDING, password_hash=None)
    await registration.resend(stand.desk, email, VISIT)
    assert await stand.letters() == []


@ON_SQLITE
async def test_one_address_is_written_only_so_often(stand: Stand, hashing: Hashing) -> None:
    async def ask(number: int) -> None:
        visit = Visit(address=f"198.51.100.{number}")
        await resend(stand, "anna@example.com", visit)

    await register(stand)
    for number in range(4):
        await ask(number)
    made = hashing.made
    with pytest.raises(TooMany):
        await ask(5)
    with pytest.raises(TooMany):
        await registration.register(stand.desk, ANNA, PASSWORD, Visit(address="203.0.113.1"))
    assert hashing.made == made
    assert len(await stand.letters()) == 5


@ON_SQLITE
async def test_one_visitor_has_only_so_many_letters_sent(stand: Stand) -> None:
    for number in range(20):
        await registration.resend(stand.desk, f"{number}@example.com", VISIT)
    with pytest.raises(TooMany):
        await resend(stand, "anna@example.com")
    with pytest.raises(TooMany):
        await register(stand)


async def test_a_new_e_mail_is_believed_by_its_link_and_the_old_one_is_told(
    stand: Stand, anna: User
) -> None:
    waits = await with_new_email(stand, anna, "anya@example.com")
    token = token_in(stand.desk.links.make(LinkKind.CONFIRM, waits))
    await confirm(stand, token, anna)
    standing = await stand.standing(anna)
    assert (standing.email, standing.new_email) == ("anya@example.com", None)
    assert await stand.by_email("anna@example.com") is None
    letter = await stand.letter("email_changed")
    assert letter.to == "anna@example.com"
    with pytest.raises(LinkVoid):
        await confirm(stand, token, anna)


@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_a_new_e_mail_is_believed_from_nobody_but_the_accounts_own_person(
    *, is_signed_in: bool, stand: Stand, anna: User, boris: User
) -> None:
    waits = await with_new_email(stand, anna, "anya@example.com")
    token = token_in(stand.desk.links.make(LinkKind.CONFIRM, waits))
    with pytest.raises(Refused, match="только сам человек"):
        await confirm(stand, token, boris if is_signed_in else None)
    assert await stand.standing(anna) == waits


async def test_an_e_mail_that_another_took_meanwhile_is_not_believed(
    stand: Stand, anna: User
) -> None:
    waits = await with_new_email(stand, anna, "anya@example.com")
    token = token_in(stand.desk.links.make(LinkKind.CONFIRM, waits))
    await stand.add("ANYA@example.com")
    with pytest.raises(Refused, match="уже занята"):
        await confirm(stand, token, anna)
    assert await stand.standing(anna) == waits
    assert await stand.letters() == []


async def test_a_suspended_account_does_not_come_back_by_its_confirmation(stand: Stand) -> None:
    await register(stand)
    token = token_in((await stand.letter("confirm")).text)
    made = await stand.by_email("anna@example.com")
    assert made is not None
    write = stand.desk.database.write
    await write(account_changes.set_status, made.id, UserStatus.SUSPENDED, stand.clock())
    with pytest.raises(LinkVoid):
        await confirm(stand, token)


async def with_new_email(stand: Stand, user: User, email: str) -> User:
    await stand.desk.database.write(account_changes.set_new_email, user.id, email, stand.clock())
    return await stand.standing(user)
