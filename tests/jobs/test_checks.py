"""The check of one person's connections: what is found, what is written down, who is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from evosync.db.services import Service
from evosync.jobs.checks import Checks
from evosync.jobs.looking import RIGHTS_AMISS_EVERY, RIGHTS_EVERY, UNREACHABLE
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import VK_USER_ID
from tests.keeping.stand import Keeping, open_keeping

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
def checks(keeping: Keeping) -> Checks:
    return Checks(keeping.opened)


async def look(keeping: Keeping, checks: Checks, *, after: timedelta = TEN_MINUTES) -> str | None:
    """Check Anna's VK some time later; gives the code of what is amiss with it."""
    keeping.clock.put(after)
    await checks.check(Service.VK, keeping.shop.user_id)
    return (await keeping.vk()).health.last_error_code


async def test_what_works_is_green_and_goes_by_its_present_names(
    keeping: Keeping, checks: Checks
) -> None:
    world = keeping.world
    next(iter(world.evotor.stores())).name = "Чайная на Новой"
    world.vk.state.people[VK_USER_ID].first_name = "Аня"
    world.vk.state.communities[world.community_id].name = "Новая чайная"
    keeping.clock.put(RIGHTS_EVERY)
    began = keeping.clock()
    findings = await checks.check_user(keeping.shop.user_id)
    assert [finding.error for finding in findings] == [None, None]
    evotor, vk = await keeping.evotor(), await keeping.vk()
    assert evotor.store_name == "Чайная на Новой"
    assert (vk.person, vk.community_name) == ("Аня Чайкина", "Новая чайная")
    for health in (evotor.health, vk.health):
        assert health.is_online
        assert health.last_checked_at is not None
        assert health.last_checked_at >= began


async def test_what_is_not_connected_is_not_looked_at(keeping: Keeping, checks: Checks) -> None:
    connector = await keeping.connector()
    for service in Service:
        await connector.disconnect(service)
    requests = keeping.world.vk.requests
    assert await checks.check_user(keeping.shop.user_id) == []
    assert keeping.world.vk.requests == requests


async def test_a_key_that_evotor_takes_no_more_is_red_and_told_once(
    keeping: Keeping, checks: Checks
) -> None:
    [owner] = keeping.world.evotor.state.users.values()
    key = owner.tokens.pop()
    for _ in range(2):
        await checks.check_user(keeping.shop.user_id)
        health = (await keeping.evotor()).health
        assert (health.is_online, health.last_error_code) == (False, "connection_broken")
        assert "ключ доступа не подходит" in (health.last_error or "")
    assert await keeping.letters() == ["connection_broken"]
    owner.tokens.append(key)
    await checks.check_user(keeping.shop.user_id)
    assert (await keeping.evotor()).health.last_error is None
    assert await keeping.letters() == ["connection_broken", "well_again"]


async def test_a_change_of_state_is_logged_once(keeping: Keeping, checks: Checks) -> None:
    with capture_logs() as events:
        await look(keeping, checks)
        keeping.world.vk.state.tokens.clear()
        await look(keeping, checks)
        await look(keeping, checks)
    [changed] = [event for event in events if event["event"] == "connection changed"]
    assert (changed["service"], changed["is_online"], changed["log_level"]) == ("vk", False, "info")
    assert changed["code"] == "connection_broken"


async def test_what_does_not_answer_is_red_and_nobody_is_told(
    keeping: Keeping, checks: Checks
) -> None:
    keeping.world.vk.faults.add(VkFault(drop=True, times=None))
    assert await look(keeping, checks) == UNREACHABLE
    keeping.world.vk.faults.clear()
    assert await keeping.letters() == []
    keeping.world.vk.state.tokens.clear()  # it comes back, and the key is dead
    assert await look(keeping, checks) == "connection_broken"
    assert await keeping.letters() == ["connection_broken"]


async def test_what_never_worked_needs_no_letter(keeping: Keeping, checks: Checks) -> None:
    keeping.world.vkid.knobs.withheld_scopes = ("market",)
    await keeping.sign_in_vk()
    assert await look(keeping, checks) == "vk_no_right"
    assert await keeping.letters() == []


async def test_the_dearer_check_is_made_once_a_day(keeping: Keeping, checks: Checks) -> None:
    calls = keeping.world.vk.calls
    calls.clear()
    assert await look(keeping, checks) is None
    assert await look(keeping, checks, after=RIGHTS_EVERY - 2 * TEN_MINUTES) is None
    assert calls == {"users.get": 2}
    assert await look(keeping, checks, after=2 * TEN_MINUTES) is None
    assert calls == {"users.get": 3, "groups.getById": 1, "market.get": 1}


async def test_whoever_asks_for_the_dearer_check_gets_it(keeping: Keeping, checks: Checks) -> None:
    calls = keeping.world.vk.calls
    calls.clear()
    await checks.check(Service.VK, keeping.shop.user_id, with_rights=True)
    assert calls["market.get"] == 1


async def test_a_market_switched_off_is_asked_about_each_hour_until_it_is_on(
    keeping: Keeping, checks: Checks
) -> None:
    community = keeping.world.vk.state.communities[keeping.world.community_id]
    community.market_enabled = False
    assert await look(keeping, checks, after=RIGHTS_EVERY) == "vk_market_off"
    community.market_enabled = True
    calls = keeping.world.vk.calls
    calls.clear()
    assert await look(keeping, checks) == "vk_market_off"  # nothing asked says otherwise
    assert calls["market.get"] == 0
    assert await keeping.letters() == ["connection_broken"]
    assert await look(keeping, checks, after=RIGHTS_AMISS_EVERY) is None
    assert await keeping.letters() == ["connection_broken", "well_again"]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(VkFault(method="market.get", error=18, times=None), id="a blocked account"),
        pytest.param(VkFault(method="market.get", error=17, times=None), id="a page to confirm"),
        pytest.param(VkFault(method="groups.getById", error=203, times=None), id="no role"),
        pytest.param(None, id="no community"),
    ],
)
async def test_what_only_the_dearer_check_finds_stays_found(
    keeping: Keeping, checks: Checks, trouble: VkFault | None
) -> None:
    communities = keeping.world.vk.state.communities
    community = communities[keeping.world.community_id]
    if trouble is None:
        del communities[keeping.world.community_id]
    else:
        keeping.world.vk.faults.add(trouble)
    code = await look(keeping, checks, after=RIGHTS_EVERY)
    assert code is not None
    for _ in range(3):
        assert await look(keeping, checks) == code
    assert await keeping.letters() == ["connection_broken"]
    communities[community.community_id] = community
    keeping.world.vk.faults.clear()
    assert await look(keeping, checks, after=RIGHTS_AMISS_EVERY) is None
    assert await keeping.letters() == ["connection_broken", "well_again"]


async def test_a_market_switched_off_is_not_forgotten_while_vk_is_silent(
    keeping: Keeping, checks: Checks
) -> None:
    keeping.world.vk.state.communities[keeping.world.community_id].market_enabled = False
    assert await look(keeping, checks, after=RIGHTS_EVERY) == "vk_market_off"
    keeping.world.vk.faults.add(VkFault(drop=True, times=None))
    assert await look(keeping, checks) == "vk_market_off"
    keeping.world.vk.faults.clear()
    assert await look(keeping, checks) == "vk_market_off"
    assert await keeping.letters() == ["connection_broken"]


async def test_where_a_person_can_mend_it_is_kept_sealed(keeping: Keeping, checks: Checks) -> None:
    keeping.world.vk.faults.add(VkFault(method="users.get", error=17, times=None))
    await look(keeping, checks)
    sealed = (await keeping.vk()).health.sealed_link
    assert sealed is not None
    assert keeping.opened.vault.open(sealed).startswith("https://")
    keeping.world.vk.faults.clear()
    assert await look(keeping, checks) is None
    assert (await keeping.vk()).health.sealed_link is None
