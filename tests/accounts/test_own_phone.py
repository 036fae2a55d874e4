"""One's own phone: a code that is sent, and comes back in time or does not."""

import re

import pytest

from evosync.accounts import own_account
from evosync.accounts.refusals import Refused, TooMany
from evosync.db import accounts
from evosync.db.accounts import User
from tests.accounts.stand import ON_SQLITE, OTHER_PASSWORD, PASSWORD, VISIT, Stand

PHONE = "+79161234567"
OTHER_PHONE = "+79160000000"


async def sent(stand: Stand, user: User, phone: str = PHONE) -> str:
    """Have a code sent; gives it."""
    await own_account.take_phone(stand.desk, user, phone, PASSWORD)
    number, text = stand.phones.messages[-1]
    assert number == phone
    [code] = re.findall(r"\b\d{6}\b", text)
    return str(code)


async def confirm(stand: Stand, user: User, code: str) -> None:
    await own_account.confirm_phone(stand.desk, user, code, VISIT)


async def refused(stand: Stand, user: User, code: str) -> None:
    with pytest.raises(Refused, match="Запросите новый") as caught:
        await confirm(stand, user, code)
    assert caught.value.field == "code"


async def test_a_phone_counts_once_its_code_comes_back(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    waits = await stand.standing(anna)
    assert (waits.phone, waits.phone_confirmed_at) == (PHONE, None)
    assert code not in (waits.phone_code or "")
    stand.clock.move(minutes=10)
    await confirm(stand, anna, code)
    standing = await stand.standing(anna)
    assert (standing.phone, standing.phone_confirmed_at) == (PHONE, stand.clock())
    assert (standing.phone_code, standing.phone_code_sent_at) == (None, None)
    async with stand.desk.database.read() as tx:
        assert await accounts.find_user_by_phone(tx, PHONE) == standing
    assert (await stand.letter("phone_confirmed")).to == "anna@example.com"
    [act] = await stand.acts("account.phone_confirmed")
    assert (act.actor_id, act.address) == (anna.id, VISIT.address)


async def test_a_code_works_once(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    await confirm(stand, anna, code)
    await refused(stand, anna, code)
    assert (await stand.standing(anna)).phone_confirmed_at is not None


async def test_a_code_is_void_after_ten_minutes(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    stand.clock.move(minutes=10, seconds=1)
    await refused(stand, anna, code)
    assert (await stand.standing(anna)).phone_confirmed_at is None


async def test_a_wrong_code_does_not_spend_the_right_one(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    for wrong in (f"{(int(code) + 1) % 10**6:06}", "", "код", f"{code}0"):
        await refused(stand, anna, wrong)
    await confirm(stand, anna, code)


@ON_SQLITE
async def test_a_code_is_tried_only_so_often(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    for _ in range(5):
        await refused(stand, anna, "wrong")
    with pytest.raises(TooMany):
        await confirm(stand, anna, code)
    # A new code does not bring new tries.
    with pytest.raises(TooMany):
        await confirm(stand, anna, await sent(stand, anna))


@ON_SQLITE
async def test_codes_are_sent_only_so_often(stand: Stand, anna: User, boris: User) -> None:
    for _ in range(5):
        await sent(stand, anna)
    with pytest.raises(TooMany):
        await own_account.take_phone(stand.desk, anna, OTHER_PHONE, PASSWORD)
    await sent(stand, boris)
    assert len(stand.phones.messages) == 6


async def test_a_code_is_replaced_by_the_next_one(stand: Stand, anna: User) -> None:
    first = await sent(stand, anna)
    while (second := await sent(stand, anna)) == first:
        pass  # one in a million
    await refused(stand, anna, first)
    await confirm(stand, anna, second)


async def test_a_code_of_one_phone_does_not_confirm_another(stand: Stand, anna: User) -> None:
    first = await sent(stand, anna)
    second = await sent(stand, anna, OTHER_PHONE)
    if first != second:
        await refused(stand, anna, first)
    await confirm(stand, anna, second)
    assert (await stand.standing(anna)).phone == OTHER_PHONE


async def test_another_phone_counts_for_nothing_until_its_code_comes(
    stand: Stand, anna: User
) -> None:
    await confirm(stand, anna, await sent(stand, anna))
    await sent(stand, anna, OTHER_PHONE)
    async with stand.desk.database.read() as tx:
        assert await accounts.find_user_by_phone(tx, OTHER_PHONE) is None
        assert await accounts.find_user_by_phone(tx, PHONE) is None


async def test_a_code_confirms_nobody_elses_phone(stand: Stand, anna: User, boris: User) -> None:
    code = await sent(stand, anna)
    await refused(stand, boris, code)


async def test_a_phone_is_forgotten_with_its_code(stand: Stand, anna: User) -> None:
    code = await sent(stand, anna)
    await own_account.drop_phone(stand.desk, anna, VISIT)
    await refused(stand, anna, code)
    standing = await stand.standing(anna)
    assert (standing.phone, standing.phone_code, standing.phone_confirmed_at) == (None, None, None)
    assert [act.action for act in await stand.acts()] == ["account.phone_dropped"]


@ON_SQLITE
async def test_what_is_no_phone_is_sent_nothing(stand: Stand, anna: User) -> None:
    with pytest.raises(Refused, match=r"\+7 916"):
        await own_account.take_phone(stand.desk, anna, "телефон", PASSWORD)
    assert stand.phones.messages == []
    assert await stand.standing(anna) == anna


@ON_SQLITE
async def test_a_phone_is_taken_only_from_who_knows_the_password(stand: Stand, anna: User) -> None:
    # It opens the account, as an e-mail does.
    with pytest.raises(Refused, match="не ваш нынешний") as caught:
        await own_account.take_phone(stand.desk, anna, PHONE, OTHER_PASSWORD)
    assert caught.value.field == "current"
    assert stand.phones.messages == []
    assert await stand.standing(anna) == anna
