"""Tokens of VK ID: renewed in time, kept before they are used, lost by nobody's haste."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from evosync.db import connections
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.checks import Checks
from evosync.keepers import FRESH, KnownToken
from evosync.sandbox.comparison import find_differences, find_miscounts
from evosync.sandbox.sign_in import SignInFault
from evosync.sandbox.world import VK_USER_ID
from evosync.vk.account import whoami
from evosync.wiring import open_installation
from tests.flow.stand import until
from tests.keeping.stand import DELAY_S, LIFE, Keeping, open_keeping

SILENT = SignInFault(call="refresh", drop=True, times=None)
SLOW = SignInFault(call="refresh", delay_s=DELAY_S, after_work=True)


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        await opened.sign_in_vk()
        yield opened


def refreshes(keeping: Keeping) -> int:
    return keeping.world.vkid.counters["refreshes"]


async def test_a_token_nobody_can_renew_is_given_as_it_is() -> None:
    keeper = KnownToken("vk1.a.pasted")
    assert await keeper.token() == "vk1.a.pasted"
    assert await keeper.refresh("vk1.a.pasted") is None


async def test_a_pasted_token_is_given_as_it_is_and_its_refusal_is_the_persons(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_keeping(tmp_path, sqlite_url) as keeping:
        keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
        assert await keeper.token() == keeping.world.vk_token
        assert await keeper.refresh(keeping.world.vk_token) is None
        assert refreshes(keeping) == 0


@pytest.mark.parametrize(
    ("share", "times"), [(0.79, 0), (0.81, 1), (1.5, 1)], ids=["early", "in time", "late"]
)
async def test_a_token_is_renewed_once_four_fifths_of_its_life_are_over(
    keeping: Keeping, share: float, times: int
) -> None:
    before = await keeping.stored()
    keeping.clock.put(LIFE * share)
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    token = await keeper.token()
    assert await keeper.token() == token
    assert refreshes(keeping) == times
    after = await keeping.stored()
    assert (after.access != before.access) is bool(times)
    assert (after.refresh != before.refresh) is bool(times)
    assert keeping.opened.vault.open(after.access) == token
    assert (await whoami(keeping.opened.vk_api(keeper, None))).user_id == VK_USER_ID


async def test_what_was_renewed_is_renewed_again_in_its_turn(keeping: Keeping) -> None:
    seen = set()
    for turn in range(1, 4):
        keeping.clock.put(LIFE * 0.85)
        seen.add(await keeping.opened.vk_keeper(keeping.shop.user_id).token())
        assert refreshes(keeping) == turn
    assert len(seen) == 3


async def test_many_who_ask_at_once_renew_once(keeping: Keeping) -> None:
    keeping.clock.put(LIFE * 0.9)
    keeping.world.vkid.faults.add(SLOW)
    keepers = [keeping.opened.vk_keeper(keeping.shop.user_id) for _ in range(4)]
    tokens = await asyncio.gather(*(keeper.token() for keeper in keepers for _ in range(3)))
    assert set(tokens) == {await keeping.access()}
    assert refreshes(keeping) == 1


async def test_while_vk_id_is_silent_the_old_token_is_used_until_it_is_over(
    keeping: Keeping,
) -> None:
    old = await keeping.access()
    keeping.world.vkid.faults.add(SILENT)
    keeping.clock.put(LIFE * 0.9)
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    assert await keeper.token() == old
    keeping.clock.put(LIFE * 0.2)
    with pytest.raises(TryLater):
        await keeper.token()
    assert (await keeping.stored()).refresh is not None
    keeping.world.vkid.faults.clear()
    assert await keeper.token() != old


async def test_a_token_that_dies_in_mid_run_is_renewed_once_and_the_run_goes_on(
    keeping: Keeping,
) -> None:
    world = keeping.world
    for number in range(60):
        world.add_product(f"Пряник {number}", 10)
    world.vk.knobs.execute_delay_s = DELAY_S
    running = asyncio.create_task(keeping.shop.mirror())
    await until(lambda: bool(keeping.shop.visible()), "some items stand")
    world.vkid.expire_access(VK_USER_ID)
    assert (await running).status is RunStatus.DONE
    assert refreshes(keeping) == 1
    assert not find_differences(world)
    assert not find_miscounts(world)


async def test_a_token_just_renewed_and_refused_all_the_same_is_not_the_trouble(
    keeping: Keeping,
) -> None:
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    fresh = await keeper.refresh(await keeper.token())
    assert fresh is not None
    assert await keeper.refresh(fresh) is None
    assert refreshes(keeping) == 1
    keeping.clock.put(FRESH)
    assert await keeper.refresh(fresh) not in {None, fresh}


async def test_a_refused_token_that_another_has_replaced_is_not_renewed_again(
    keeping: Keeping,
) -> None:
    one, other = (keeping.opened.vk_keeper(keeping.shop.user_id) for _ in range(2))
    old = await other.token()
    fresh = await one.refresh(old)
    assert await other.refresh(old) == fresh
    assert refreshes(keeping) == 1


async def test_who_is_denied_once_is_believed_the_second_time(keeping: Keeping) -> None:
    keeping.world.vkid.faults.add(SignInFault(call="refresh", error="invalid_grant"))
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    assert await keeper.refresh(await keeper.token()) == await keeping.access()
    assert refreshes(keeping) == 1


async def test_who_is_denied_twice_is_given_up_and_told_once(keeping: Keeping) -> None:
    world = keeping.world
    world.vkid.revoke_all(VK_USER_ID)
    checks = Checks(keeping.opened)
    with capture_logs() as events:
        await checks.round()
    [told] = [event for event in events if event["event"] == "token not renewed"]
    assert (told["why"], told["user_id"]) == ("invalid_grant", keeping.shop.user_id)
    assert (await keeping.stored()).refresh is None
    assert world.vkid.counters["refused"] == 2
    await checks.round()
    assert world.vkid.counters["refused"] == 2  # not asked again
    assert not (await keeping.vk()).health.is_online
    assert await keeping.letters() == await keeping.letters() == ["connection_broken"]
    await keeping.sign_in_vk()
    assert (await keeping.vk()).health.is_online
    assert await keeping.letters() == ["connection_broken", "well_again"]


async def test_a_given_up_token_is_used_while_it_lives_and_then_needs_its_person(
    keeping: Keeping,
) -> None:
    old = await keeping.access()
    keeping.world.vkid.faults.add(SignInFault(call="refresh", error="invalid_grant", times=2))
    keeping.clock.put(LIFE * 0.9)
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    assert await keeper.token() == old
    keeping.clock.put(LIFE * 0.2)
    with pytest.raises(NeedsPerson) as raised:
        await keeper.token()
    assert raised.value.code == "connection_broken"
    assert "Войдите в VK ещё раз" in raised.value.message


async def test_the_haste_of_who_asked_does_not_lose_the_rotated_token(keeping: Keeping) -> None:
    old = await keeping.access()
    keeping.world.vkid.faults.add(SLOW)
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    asking = asyncio.create_task(keeper.refresh(old))
    await until(lambda: refreshes(keeping) == 1, "VK ID has rotated")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await keeping.opened.shelf.settled(5)
    assert await keeper.token() == old  # it may hold what it had, and asks when it is refused
    assert await keeper.refresh(old) == await keeping.access() != old
    assert refreshes(keeping) == 1


async def test_a_stop_waits_for_what_is_being_renewed(keeping: Keeping) -> None:
    keeping.world.vkid.faults.add(SLOW)
    old = await keeping.access()
    async with open_installation(keeping.opened.settings) as another:
        keeper = another.vk_keeper(keeping.shop.user_id)
        asking = asyncio.create_task(keeper.refresh(old))
        await until(lambda: refreshes(keeping) == 1, "VK ID has rotated")
        asking.cancel()
    assert await keeping.access() != old
    keeping.clock.put(FRESH)
    fresh = keeping.opened.vk_keeper(keeping.shop.user_id)
    assert await fresh.refresh(await keeping.access()) is not None


async def test_a_person_who_signs_in_meanwhile_is_not_overwritten(keeping: Keeping) -> None:
    keeping.world.vkid.faults.add(SLOW)
    old = await keeping.access()
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    asking = asyncio.create_task(keeper.refresh(old))
    await until(lambda: refreshes(keeping) == 1, "VK ID has rotated")
    await keeping.sign_in_vk()
    signed_in = await keeping.access()
    assert await asking == signed_in
    assert await keeping.access() == signed_in


async def test_who_disconnected_meanwhile_needs_the_person(keeping: Keeping) -> None:
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    old = await keeper.token()
    await keeping.opened.database.write(connections.delete_vk, keeping.shop.user_id)
    with pytest.raises(NeedsPerson, match="Подключение удалено"):
        await keeper.refresh(old)


async def test_no_token_is_told_in_a_log(keeping: Keeping) -> None:
    keeping.clock.put(LIFE * 0.9)
    keeper = keeping.opened.vk_keeper(keeping.shop.user_id)
    with capture_logs() as events:
        await keeper.refresh(await keeper.token())
        keeping.world.vkid.revoke_all(VK_USER_ID)
        keeping.clock.put(FRESH)
        await keeper.refresh(await keeper.token())
    told = repr(events)
    assert "token renewed" in told
    assert "token not renewed" in told
    assert "vk2." not in told  # how the sandbox's tokens of VK ID begin
    assert (await keeping.stored()).access not in told
