"""Evotor's calls when a shop installs the application: in both ways, in any order, many times."""

import asyncio
from typing import Literal

import pytest

from evosync.accounts.signed_links import LinkKind
from evosync.db import account_changes, connections, journal
from evosync.db.accounts import UserStatus
from evosync.sandbox.evotor.webhooks import Delivery
from evosync.sandbox.shop import SHOP_TOKEN, SHOP_USER_ID
from tests.web.cloud import ANNA, ANNA_ID, BORIS, BORIS_ID, Called, verify_form
from tests.web.crowd import PASSWORD, Who
from tests.web.outside import Outside

AMPLE_S = 3.0  # it takes hundredths of a second; machines that test may be busy
Order = Literal["account_first", "token_first"]


def assert_taken(deliveries: list[Delivery], *, within_s: float = AMPLE_S) -> None:
    """Hold that all was taken at its first sending, and answered as the contract has it."""
    for each in deliveries:
        assert (each.status, each.attempts, each.complaints) == (200, 1, []), each
        assert each.seconds < within_s


@pytest.mark.parametrize("order", ["account_first", "token_first"])
async def test_somebody_new_gets_one_account_and_a_till(order: Order, called: Called) -> None:
    form = {"email": ANNA, "name": "Анна", "phone": "8 916 123-45-67"}
    async with called.sender() as evotor:
        done = await evotor.install(
            ANNA_ID, SHOP_TOKEN, form=form, way="create", order=order, duplicates=2
        )
    assert_taken(done)
    assert await called.count_users() == 1
    user = await called.stage.user(ANNA)
    assert (user.status, user.evotor_user_id) == (UserStatus.PENDING, ANNA_ID)
    assert (user.name, user.phone) == ("Анна", "+79161234567")
    answers = [each.answer for each in done if each.kind == "create"]
    assert len(answers) == 3
    assert all(each == answers[0] for each in answers)
    assert await called.token(user) == SHOP_TOKEN
    till = await called.till(user)
    assert till is not None
    assert till.health.is_online
    assert (till.store_name, till.evotor_user_id) == ("Чайная на Лесной", SHOP_USER_ID)


@pytest.mark.parametrize("order", ["account_first", "token_first"])
async def test_somebody_who_has_an_account_is_tied_to_it(order: Order, called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        done = await evotor.install(
            *(ANNA_ID, SHOP_TOKEN), form=verify_form(), way="verify", order=order, duplicates=1
        )
    assert_taken(done)
    assert await called.count_users() == 1
    assert await called.token(anna) == SHOP_TOKEN
    tied = await called.owner(ANNA_ID)
    assert tied is not None
    assert (tied.id, tied.status) == (anna.id, UserStatus.ACTIVE)
    answers = [each.answer for each in done if each.kind == "verify"]
    assert answers[0] == answers[1]
    assert answers[0]["hasBilling"] is False


async def test_the_account_is_finished_by_its_letter(called: Called) -> None:
    async with called.sender() as evotor:
        assert_taken([await evotor.create(ANNA_ID, email=ANNA, name="Анна")])
    stage = called.stage
    form = {
        "token": await stage.link(LinkKind.INVITE, ANNA),
        "name": "Анна",
        "password": "один очень старый самовар",
    }
    async with stage.client(Who.ANONYMOUS) as client:
        assert (await client.post("/invite", data=form)).headers["location"] == "/profile"
    user = await stage.user(ANNA)
    assert (user.status, user.evotor_user_id) == (UserStatus.ACTIVE, ANNA_ID)
    async with called.sender() as evotor:
        again = await evotor.create(ANNA_ID, email=ANNA)
        assert_taken([again, await evotor.verify(ANNA_ID, ANNA, form["password"])])


@pytest.mark.parametrize("form", [{"email": ANNA}, {}], ids=["with an e-mail", "without"])
async def test_all_calls_at_once_make_one_account(form: dict[str, str], called: Called) -> None:
    async with called.sender() as evotor:
        done = await asyncio.gather(
            *(evotor.create(ANNA_ID, **form) for _ in range(4)),
            *(evotor.token(ANNA_ID, SHOP_TOKEN) for _ in range(4)),
        )
    assert_taken(done)
    assert len({each.body for each in done if each.kind == "create"}) == 1
    assert await called.count_users() == 1
    user = await called.owner(ANNA_ID)
    assert user is not None
    assert await called.token(user) == SHOP_TOKEN


async def test_all_calls_at_once_tie_one_account(called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        done = await asyncio.gather(
            *(evotor.verify(ANNA_ID, **verify_form()) for _ in range(3)),
            *(evotor.token(ANNA_ID, SHOP_TOKEN) for _ in range(3)),
        )
    assert_taken(done, within_s=8)  # passwords wait for each other
    assert await called.token(anna) == SHOP_TOKEN


async def test_tokens_that_come_at_once_are_all_tried(called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        await evotor.verify(ANNA_ID, **verify_form())
        await called.stage.database.write(connections.delete_evotor, anna.id)
        tokens = ("unknown-1", SHOP_TOKEN, "unknown-2", "unknown-3")
        assert_taken(await asyncio.gather(*(evotor.token(ANNA_ID, each) for each in tokens)))
    assert await called.token(anna) == SHOP_TOKEN


async def test_a_user_keeps_their_token_through_everything(called: Called) -> None:
    async with called.sender(prefix="") as evotor:
        first = await evotor.create(ANNA_ID, email=ANNA)
        other = await evotor.create(BORIS_ID, email=BORIS)
        later = await evotor.create(ANNA_ID, email="anna@new.example", name="Другое имя")
    assert_taken([first, other, later])
    assert first.answer == later.answer
    assert first.answer["token"] != other.answer["token"]
    assert (await called.stage.user(ANNA)).name == ""


async def test_two_shops_do_not_mix(called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        await evotor.token(BORIS_ID, SHOP_TOKEN)
        assert_taken(await evotor.install(ANNA_ID, "never-known", form=verify_form(), way="verify"))
        await evotor.create(BORIS_ID, email=BORIS)
    assert await called.token(anna) is None
    assert await called.token(await called.stage.user(BORIS)) == SHOP_TOKEN


async def test_a_late_retry_of_an_old_token_does_not_replace_one_that_works(
    called: Called, outside: Outside
) -> None:
    outside.world.evotor.state.users[SHOP_USER_ID].tokens.append("newer")
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        done = await evotor.install(ANNA_ID, SHOP_TOKEN, form=verify_form(), way="verify")
        assert await called.token(anna) == SHOP_TOKEN
        done += [await evotor.token(ANNA_ID, "newer")]
        assert await called.token(anna) == "newer"
        # A reinstallation ended the old one; its delivery is repeated all the same.
        outside.world.evotor.state.users[SHOP_USER_ID].tokens.remove(SHOP_TOKEN)
        done += [await evotor.token(ANNA_ID, SHOP_TOKEN), await evotor.token(ANNA_ID, "newer")]
    assert_taken(done)
    assert await called.token(anna) == "newer"
    assert [row["candidate_token"] for row in await called.rows()] == [None]


async def test_a_token_is_tried_later_while_evotor_is_silent(
    called: Called, outside: Outside
) -> None:
    anna = await called.add(ANNA)
    outside.evotor.is_cut = True
    async with called.sender() as evotor:
        assert_taken(await evotor.install(ANNA_ID, SHOP_TOKEN, form=verify_form(), way="verify"))
        assert await called.token(anna) is None
        outside.evotor.is_cut = False
        await called.stage.state.checks.check_user(anna.id)
    assert await called.token(anna) == SHOP_TOKEN


async def test_a_token_that_came_first_waits_sealed(called: Called) -> None:
    async with called.sender() as evotor:
        assert_taken([await evotor.token(ANNA_ID, SHOP_TOKEN)])
        [event] = await called.events()
        assert (event["state"], event["user_id"], event["evotor_user_id"]) == (
            *("waiting", None),
            ANNA_ID,
        )
        assert SHOP_TOKEN not in str(event)
        assert called.stage.desk.vault.open(event["sealed"]) == SHOP_TOKEN
        assert await called.count_users() == 0
        assert_taken([await evotor.create(ANNA_ID, email=ANNA)])
    waited, made = await called.events()
    assert (waited["state"], waited["sealed"], waited["user_id"]) == (
        *("done", None),
        made["user_id"],
    )


async def test_what_nobody_went_on_with_makes_room(called: Called) -> None:
    """Who pressed «новая учётная запись» first, and has an account, is not shut out by it."""
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        done = await evotor.install(ANNA_ID, SHOP_TOKEN, form={"email": "an@na.example"})
        await called.stage.settled()
        verified = await evotor.verify(ANNA_ID, **verify_form())
    assert_taken([*done, verified])
    assert done[0].answer["token"] == verified.answer["token"]
    shell = await called.stage.user("an@na.example")
    assert (shell.evotor_user_id, await called.till(shell)) == (None, None)
    assert await called.token(anna) == SHOP_TOKEN


async def test_an_account_that_somebody_went_on_with_makes_no_room(called: Called) -> None:
    await called.add(ANNA)
    boris = await called.add(BORIS)
    async with called.sender() as evotor:
        await evotor.verify(BORIS_ID, BORIS, PASSWORD)
        refused = await evotor.verify(BORIS_ID, **verify_form())
    assert (refused.status, refused.answer) == (409, {"errors": [{"code": 2004}]})
    assert refused.complaints == []
    owner = await called.owner(BORIS_ID)
    assert owner is not None
    assert owner.id == boris.id


async def test_an_account_that_is_tied_elsewhere_is_not_tied_anew(called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        await evotor.verify(ANNA_ID, **verify_form())
        refused = await evotor.verify(BORIS_ID, **verify_form())
    assert (refused.status, refused.answer) == (409, {"errors": [{"code": 2004}]})
    assert refused.complaints == []
    assert (await called.stage.user(ANNA)).evotor_user_id == ANNA_ID
    assert await called.owner(BORIS_ID) is None
    assert [event["user_id"] for event in await called.events()] == [anna.id, None]


async def test_an_email_that_has_an_account_is_not_tied_without_its_password(
    called: Called,
) -> None:
    await called.add(ANNA)
    async with called.sender() as evotor:
        refused = await evotor.create(ANNA_ID, email=ANNA.upper(), name="Чужая")
        await evotor.token(ANNA_ID, SHOP_TOKEN)
    assert (refused.status, refused.answer) == (409, {"errors": [{"code": 2005}]})
    assert refused.complaints == []
    assert await called.count_users() == 1
    anna = await called.stage.user(ANNA)
    assert (anna.evotor_user_id, anna.name, await called.till(anna)) == (None, "", None)


@pytest.mark.parametrize(
    "form",
    [{}, {"email": "не почта"}, {"login": "8 916 123-45-67"}, {"email": 7, "name": ["Анна"]}],
    ids=["nothing", "no e-mail", "a phone for a login", "other types"],
)
async def test_a_form_without_an_email_makes_an_account_all_the_same(
    form: dict[str, object], called: Called
) -> None:
    async with called.sender() as evotor:
        assert_taken([await evotor.create(ANNA_ID, **form) for _ in range(2)])
    user = await called.owner(ANNA_ID)
    assert user is not None
    assert (user.email, user.status) == (None, UserStatus.PENDING)


async def test_a_suspended_account_gets_no_till(called: Called) -> None:
    anna = await called.add(ANNA)
    stage = called.stage
    async with called.sender() as evotor:
        await evotor.verify(ANNA_ID, **verify_form())
        await stage.database.write(
            account_changes.set_status, anna.id, UserStatus.SUSPENDED, stage.desk.clock()
        )
        assert_taken([await evotor.token(ANNA_ID, SHOP_TOKEN)])
    assert await called.till(anna) is None


async def test_what_evotor_did_is_written_down(called: Called) -> None:
    await called.add(BORIS)
    async with called.sender() as evotor:
        for _ in range(2):
            await evotor.install(ANNA_ID, SHOP_TOKEN, form={"email": ANNA})
            await evotor.verify(BORIS_ID, BORIS, PASSWORD)
            await called.stage.settled()
    async with called.stage.database.read() as tx:
        acts = (await journal.list_acts(tx, journal.ActSearch()))[::-1]
    told = [(act.action, act.actor, act.subject) for act in acts]
    assert sorted(told) == [
        ("account.evotor_created", "Evotor", ANNA),
        ("account.evotor_tied", "Evotor", BORIS),
        ("connection.saved", "Evotor", ANNA),
    ]
