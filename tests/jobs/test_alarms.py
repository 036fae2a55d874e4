"""What letters are to be written of: runs that wait, runs that are paused, mirrors gone stale."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.jobs.alarms import INTERVALS, StaleWatch, look_after_pause, stale_after
from evosync.jobs.checks import Checks
from evosync.sandbox.vk.faults import VkFault
from evosync.settings import Settings
from evosync.spoken import moment
from tests.flow.hours import mirror_by_timer
from tests.keeping.stand import Keeping, open_keeping

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CAPTCHA = VkFault(method="market.*", error=14, times=None)


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        yield opened


async def mirrored(keeping: Keeping) -> RunStatus:
    """Run once as the timer does."""
    return (await mirror_by_timer(keeping.shop)).status


def empty_shelves(keeping: Keeping) -> None:
    """Delete all that is for sale, which no run does to VK without a yes."""
    for store in keeping.world.evotor.stores():
        keeping.world.shop.delete_products(list(store.products))


async def test_a_run_that_waits_for_a_yes_is_told_once_and_once_it_is_well(
    keeping: Keeping,
) -> None:
    assert await mirrored(keeping) is RunStatus.DONE
    kept = {store.id: dict(store.products) for store in keeping.world.evotor.stores()}
    empty_shelves(keeping)
    for _ in range(2):
        assert await mirrored(keeping) is RunStatus.HELD
        assert await keeping.letters() == ["run_held"]
    for store in keeping.world.evotor.stores():
        store.products.update(kept[store.id])
    assert await mirrored(keeping) is RunStatus.DONE
    assert await keeping.letters() == ["run_held", "well_again"]
    letter, well = keeping.mailbox.letters
    assert "больше ничего не ждёт" in well.text
    assert re.search(rf"{keeping.opened.settings.public_url}/runs/\d+\s", letter.text)


async def test_what_is_well_again_before_anybody_wrote_is_not_told(keeping: Keeping) -> None:
    await mirrored(keeping)
    keeping.world.vk.faults.add(CAPTCHA)
    keeping.world.add_product("Новый чай", 10)
    assert await mirrored(keeping) is RunStatus.PAUSED
    keeping.world.vk.faults.clear()
    assert await mirrored(keeping) is RunStatus.DONE
    assert await keeping.letters() == []


async def test_a_captcha_is_told_once_and_once_it_is_passed(keeping: Keeping) -> None:
    keeping.world.vk.faults.add(CAPTCHA)
    for _ in range(2):
        assert await mirrored(keeping) is RunStatus.PAUSED
        assert await keeping.letters() == ["run_paused"]
    keeping.world.vk.faults.clear()
    assert await mirrored(keeping) is RunStatus.DONE
    assert await keeping.letters() == ["run_paused", "well_again"]


async def test_a_captcha_for_every_call_is_one_letter_from_run_and_check(
    keeping: Keeping,
) -> None:
    keeping.world.vk.faults.add(VkFault(error=14, times=None))
    checks = Checks(keeping.opened)
    for _ in range(2):
        assert await mirrored(keeping) is RunStatus.PAUSED
        await checks.check_user(keeping.shop.user_id)
    assert len(await keeping.letters()) == 1
    keeping.world.vk.faults.clear()
    await checks.check_user(keeping.shop.user_id)
    assert await mirrored(keeping) is RunStatus.DONE
    assert [kind == "well_again" for kind in await keeping.letters()] == [False, True]


async def test_a_captcha_for_every_call_is_one_letter_when_the_check_is_first(
    keeping: Keeping,
) -> None:
    keeping.world.vk.faults.add(VkFault(error=14, times=None))
    await Checks(keeping.opened).check_user(keeping.shop.user_id)
    assert await mirrored(keeping) is RunStatus.PAUSED
    assert await keeping.letters() == ["connection_broken"]


async def test_a_dead_key_is_told_by_the_check_and_not_by_the_run(keeping: Keeping) -> None:
    keeping.world.vk.state.tokens.clear()
    assert await mirrored(keeping) is RunStatus.PAUSED
    assert await keeping.letters() == []
    await Checks(keeping.opened).round()
    assert await mirrored(keeping) is RunStatus.PAUSED
    assert await keeping.letters() == ["connection_broken"]


async def test_a_run_that_a_check_cannot_explain_is_told_for_itself(keeping: Keeping) -> None:
    checks = Checks(keeping.opened)
    # VK takes the key for everything but this, and the check does not ask for it.
    keeping.world.vk.faults.add(VkFault(method="market.add", error=15, times=None))
    report = await mirror_by_timer(keeping.shop)
    assert report.status is RunStatus.PAUSED
    assert await keeping.letters() == []
    await look_after_pause(keeping.opened, checks, keeping.shop.user_id, report.error)
    assert await keeping.letters() == ["run_paused"]


async def test_a_run_that_a_check_explains_is_not_told_for_itself(keeping: Keeping) -> None:
    checks = Checks(keeping.opened)
    keeping.world.vk.state.tokens.clear()
    report = await mirror_by_timer(keeping.shop)
    await look_after_pause(keeping.opened, checks, keeping.shop.user_id, report.error)
    assert await keeping.letters() == ["connection_broken"]


async def test_a_preview_alarms_nobody(keeping: Keeping) -> None:
    await mirrored(keeping)
    empty_shelves(keeping)
    await keeping.shop.carry_out(RunKind.PREVIEW)
    assert await keeping.letters() == []


@pytest.mark.parametrize(
    ("hours", "interval_s", "expected"),
    [
        pytest.param(24, 3600, DAY, id="the setting"),
        pytest.param(1, 3600, INTERVALS * HOUR, id="three rounds, where that is longer"),
    ],
)
def test_how_long_may_pass_is_the_setting_or_three_rounds(
    hours: int, interval_s: int, expected: timedelta
) -> None:
    settings = Settings(stale_after_hours=hours, catalog_refresh_interval_seconds=interval_s)
    assert stale_after(settings) == expected


def break_vk(keeping: Keeping) -> None:
    """Let VK ask each run to come later."""
    keeping.world.vk.faults.add(VkFault(error=9, times=None))


async def fails(keeping: Keeping, *, for_long: timedelta) -> None:
    """Let runs fail for so long, the last one just now."""
    assert await mirrored(keeping) is RunStatus.FAILED
    keeping.clock.put(for_long)
    assert await mirrored(keeping) is RunStatus.FAILED


async def test_a_mirror_whose_runs_fail_for_long_is_told_once_and_once_it_is_well(
    keeping: Keeping,
) -> None:
    watch = StaleWatch(keeping.opened)
    await mirrored(keeping)
    succeeded_at = keeping.clock()
    keeping.clock.put(HOUR)
    break_vk(keeping)
    await fails(keeping, for_long=DAY - HOUR)
    await watch.round()
    assert await keeping.letters() == []
    keeping.clock.put(2 * HOUR)
    for _ in range(2):
        await watch.round()
        assert await keeping.letters() == ["stale"]
    assert moment(succeeded_at, "Europe/Moscow") in keeping.mailbox.letters[0].text
    keeping.world.vk.faults.clear()
    assert await mirrored(keeping) is RunStatus.DONE
    await watch.round()
    assert await keeping.letters() == ["stale", "well_again"]


async def test_a_mirror_that_never_succeeded_is_told_too(keeping: Keeping) -> None:
    watch = StaleWatch(keeping.opened)
    break_vk(keeping)
    await fails(keeping, for_long=DAY + HOUR)
    await watch.round()
    assert await keeping.letters() == ["stale"]


async def test_failures_of_long_ago_are_no_news(keeping: Keeping) -> None:
    watch = StaleWatch(keeping.opened)
    break_vk(keeping)
    await fails(keeping, for_long=DAY + HOUR)
    keeping.clock.put((INTERVALS + 1) * HOUR)  # nothing has been tried since
    await watch.round()
    assert await keeping.letters() == []


async def test_a_service_that_was_off_for_days_has_failed_in_nothing(keeping: Keeping) -> None:
    await mirrored(keeping)
    keeping.clock.put(3 * DAY)
    watch = StaleWatch(keeping.opened)
    keeping.clock.put(2 * HOUR)
    await watch.round()
    assert await keeping.letters() == []


async def test_what_failed_before_a_stop_is_given_a_round_after_the_start(
    keeping: Keeping,
) -> None:
    break_vk(keeping)
    await fails(keeping, for_long=DAY + HOUR)
    watch = StaleWatch(keeping.opened)
    keeping.clock.put(timedelta(minutes=15))
    await watch.round()
    assert await keeping.letters() == []
    keeping.clock.put(HOUR)
    await mirrored(keeping)
    await watch.round()
    assert await keeping.letters() == ["stale"]


async def test_whose_mirror_is_off_is_not_stale(keeping: Keeping) -> None:
    watch = StaleWatch(keeping.opened)
    break_vk(keeping)
    await fails(keeping, for_long=2 * DAY)
    await keeping.shop.configure(enabled=False)
    await watch.round()
    assert await keeping.letters() == []


async def test_who_knows_of_a_reason_is_not_told_that_it_is_stale(keeping: Keeping) -> None:
    watch = StaleWatch(keeping.opened)
    keeping.world.vk.state.tokens.clear()
    assert await mirrored(keeping) is RunStatus.PAUSED
    await Checks(keeping.opened).round()
    keeping.clock.put(2 * DAY)
    assert await mirrored(keeping) is RunStatus.PAUSED
    await watch.round()
    assert await keeping.letters() == ["connection_broken"]


async def test_a_held_run_keeps_a_mirror_from_being_stale(keeping: Keeping) -> None:
    watch = StaleWatch(keeping.opened)
    await mirrored(keeping)
    empty_shelves(keeping)
    assert await mirrored(keeping) is RunStatus.HELD
    keeping.clock.put(2 * DAY)
    assert await mirrored(keeping) is RunStatus.HELD
    await watch.round()
    assert await keeping.letters() == ["run_held"]
