"""A round of checks: everybody's, side by side, and nobody's trouble is another's."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from evosync.db import account_changes, accounts, connections, notices
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.alerts import list_open
from evosync.db.connections import EvotorConnection
from evosync.evotor.api import EvotorApi
from evosync.jobs.checks import AT_ONCE, Checks
from evosync.jobs.looking import INTERNAL
from evosync.keepers import KnownToken
from evosync.outbound.ports import TokenKeeper
from evosync.wiring import Installation
from tests.flow.stand import Shop, until
from tests.jobs.stand import parts


class Halting(Installation):
    """An installation in which whoever looks at a till does something of a test's first."""

    __slots__ = ()
    halts: dict[int, Callable[[], Awaitable[object]]] = {}  # noqa: RUF012 - a test fills it

    def evotor_keeper(self, user_id: int) -> TokenKeeper:
        return _Halted(super().evotor_keeper(user_id), self.halts.get(user_id))


class _Halted:
    def __init__(self, inner: TokenKeeper, halt: Callable[[], Awaitable[object]] | None) -> None:
        self._inner, self._halt = inner, halt

    async def token(self) -> str:
        if self._halt is not None:
            await self._halt()
        return await self._inner.token()

    async def refresh(self, refused: str) -> str | None:
        return await self._inner.refresh(refused)


def halting(shop: Shop, **halts: Callable[[], Awaitable[object]]) -> Checks:
    Halting.halts = {int(name.removeprefix("of_")): halt for name, halt in halts.items()}
    return Checks(Halting(**parts(shop.opened)))


async def neighbours(shop: Shop, count: int) -> list[int]:
    """Add people with tills of their own."""
    opened, made = shop.opened, []
    for number in range(count):
        new = NewUser(email=f"neighbour{number}@example.com", status=UserStatus.ACTIVE)
        user_id = await opened.database.write(accounts.create_user, new, opened.clock())
        assert user_id is not None
        till = EvotorConnection(
            user_id=user_id, sealed_token=opened.vault.seal(shop.world.evotor_token)
        )
        await opened.database.write(connections.save_evotor, till, opened.clock())
        made.append(user_id)
    return made


async def till_of(shop: Shop, user_id: int) -> EvotorConnection:
    async with shop.opened.database.read() as tx:
        found = await connections.find_evotor(tx, user_id)
    assert found is not None
    return found


async def test_a_round_tells_in_one_line_what_it_found(shop: Shop) -> None:
    await neighbours(shop, 2)
    shop.world.vk.state.tokens.clear()
    with capture_logs() as events:
        await Checks(shop.opened).round()
    [told] = [event for event in events if event["event"] == "connections checked"]
    assert (told["checked"], told["green"], told["red"]) == (4, 3, 1)
    assert told["log_level"] == "info"
    assert told["seconds"] >= 0


async def test_a_round_without_anybody_asks_nobody(shop: Shop) -> None:
    for delete in (connections.delete_evotor, connections.delete_vk):
        await shop.opened.database.write(delete, shop.user_id)
    requests = shop.world.vk.requests
    await Checks(shop.opened).round()
    assert shop.world.vk.requests == requests


async def test_a_slow_user_delays_nobody(shop: Shop) -> None:
    [*others, slow] = await neighbours(shop, 3)
    may_go = asyncio.Event()
    checks = halting(shop, **{f"of_{slow}": may_go.wait})
    with capture_logs() as events:
        going_on = asyncio.create_task(checks.round())
        await until(
            lambda: (
                {event.get("user_id") for event in events if event.get("is_online")} == set(others)
            ),
            "the others turn green",
        )
    assert not going_on.done()
    assert (await till_of(shop, slow)).health.last_checked_at is None
    may_go.set()
    await going_on
    assert (await till_of(shop, slow)).health.is_online


async def test_no_more_are_looked_at_side_by_side_than_is_set(shop: Shop) -> None:
    going_on, most, may_go = 0, 0, asyncio.Event()

    async def count() -> None:
        nonlocal going_on, most
        going_on += 1
        most = max(most, going_on)
        await may_go.wait()
        going_on -= 1

    everybody = await neighbours(shop, AT_ONCE + 4)
    checks = halting(shop, **{f"of_{user_id}": count for user_id in everybody})
    round_ = asyncio.create_task(checks.round())
    # Anna's own check, the first one, ends by itself and leaves its place.
    await until(lambda: going_on == AT_ONCE, "all places are taken")
    may_go.set()
    await round_
    assert most == AT_ONCE
    assert (await till_of(shop, everybody[-1])).health.is_online


async def fail() -> None:
    raise ZeroDivisionError("nobody thought of this")


async def test_a_mistake_of_ours_in_one_check_is_its_users_and_needs_no_letter(shop: Shop) -> None:
    [boris, vera] = await neighbours(shop, 2)
    await Checks(shop.opened).round()
    with capture_logs() as events:
        await halting(shop, **{f"of_{boris}": fail}).round()
    health = (await till_of(shop, boris)).health
    assert (health.is_online, health.last_error_code) == (False, INTERNAL)
    assert "ZeroDivisionError" not in (health.last_error or "")
    assert (await till_of(shop, vera)).health.is_online
    assert [event["event"] for event in events if event["log_level"] == "error"] == ["check broke"]
    async with shop.opened.database.read() as tx:
        assert await list_open(tx, boris) == set()
    await Checks(shop.opened).round()
    assert (await till_of(shop, boris)).health.is_online


async def test_a_mistake_of_ours_before_the_look_reaches_nobody_else(shop: Shop) -> None:
    [boris, vera] = await neighbours(shop, 2)

    class Broken(Installation):
        """It cannot even begin to look at Boris's till."""

        __slots__ = ()

        def evotor_api(self, keeper: TokenKeeper) -> EvotorApi:
            if isinstance(keeper, KnownToken):
                raise ZeroDivisionError("nobody thought of this")
            return super().evotor_api(keeper)

    await deliver(shop, boris)
    with capture_logs() as events:
        await Checks(Broken(**parts(shop.opened))).round()
    assert [event["user_id"] for event in events if event["event"] == "check broke"] == [boris]
    assert (await till_of(shop, boris)).health.last_checked_at is None
    assert (await till_of(shop, vera)).health.is_online


async def deliver(shop: Shop, user_id: int) -> None:
    """Let a token that Evotor delivered wait for its try."""
    opened = shop.opened
    await opened.database.write(
        notices.add_candidate, opened.vault, user_id, "delivered", opened.clock()
    )


@pytest.mark.parametrize("status", [UserStatus.SUSPENDED, UserStatus.PENDING, UserStatus.DELETING])
async def test_who_may_not_come_in_is_not_looked_at(shop: Shop, status: UserStatus) -> None:
    [boris] = await neighbours(shop, 1)
    await shop.opened.database.write(account_changes.set_status, boris, status, shop.opened.clock())
    await Checks(shop.opened).round()
    assert (await till_of(shop, boris)).health.last_checked_at is None
