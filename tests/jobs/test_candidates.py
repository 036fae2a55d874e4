"""Tokens that Evotor delivered: each is tried before it may replace one that works."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evosync.db import account_changes, connections, notices
from evosync.db.accounts import UserStatus
from evosync.db.journal import ActSearch, list_acts
from evosync.db.services import Service
from evosync.jobs.candidates import PATIENCE, try_candidates
from evosync.jobs.checks import Checks
from evosync.sandbox.evotor.faults import EvotorFault
from tests.flow.stand import until
from tests.keeping.stand import Keeping, open_keeping

NEWER = "delivered-and-good"


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        [owner] = opened.world.evotor.state.users.values()
        owner.tokens.append(NEWER)
        yield opened


async def deliver(keeping: Keeping, *tokens: str) -> None:
    """Let tokens wait for their try, the last one being the latest."""
    opened, user_id = keeping.opened, keeping.shop.user_id
    for token in tokens:
        await opened.database.write(
            notices.add_candidate, opened.vault, user_id, token, opened.clock()
        )


async def waiting(keeping: Keeping) -> list[str]:
    async with keeping.opened.database.read() as tx:
        sealed = await notices.find_candidates(tx, keeping.shop.user_id)
    return [] if sealed is None else notices.read_candidates(keeping.opened.vault, sealed)


async def attempt(keeping: Keeping) -> bool:
    return await try_candidates(keeping.opened, keeping.shop.user_id)


async def disconnect(keeping: Keeping) -> None:
    """Take Anna's key away; there is a place for what Evotor delivers."""
    await (await keeping.connector()).disconnect(Service.EVOTOR)
    await keeping.opened.database.write(
        notices.ensure_row, keeping.shop.user_id, keeping.opened.clock()
    )


async def test_where_nothing_was_delivered_nothing_is_asked(keeping: Keeping) -> None:
    requests = keeping.opened.evotor.requests
    assert not await attempt(keeping)
    assert keeping.opened.evotor.requests == requests


async def test_a_token_that_works_takes_the_place_of_the_one_that_stood(keeping: Keeping) -> None:
    await deliver(keeping, NEWER)
    assert await attempt(keeping)
    assert await keeping.access(Service.EVOTOR) == NEWER
    assert (await keeping.evotor()).health.is_online
    assert await waiting(keeping) == []
    async with keeping.opened.database.read() as tx:
        [act] = await list_acts(tx, ActSearch(action="connection.saved"))
    assert (act.actor, act.detail["service"]) == ("Evotor", "evotor")
    assert NEWER not in repr(act)


async def test_a_token_that_evotor_refuses_never_replaces_one_that_works(keeping: Keeping) -> None:
    await deliver(keeping, "delivered-and-bad")
    assert not await attempt(keeping)
    assert await keeping.access(Service.EVOTOR) == keeping.world.evotor_token
    assert await waiting(keeping) == []


async def test_a_late_retry_of_an_older_token_does_not_displace_the_newer(
    keeping: Keeping,
) -> None:
    await deliver(keeping, NEWER)
    await attempt(keeping)
    [owner] = keeping.world.evotor.state.users.values()
    owner.tokens.remove(keeping.world.evotor_token)  # a new one ends the one before
    await deliver(keeping, keeping.world.evotor_token)
    assert not await attempt(keeping)
    assert await keeping.access(Service.EVOTOR) == NEWER


async def test_the_latest_that_works_wins(keeping: Keeping) -> None:
    await disconnect(keeping)
    await deliver(keeping, "bad-1", keeping.world.evotor_token, NEWER, "bad-2")
    assert await attempt(keeping)
    assert await keeping.access(Service.EVOTOR) == NEWER
    assert await waiting(keeping) == []


async def test_a_delivery_of_what_is_there_asks_evotor_nothing(keeping: Keeping) -> None:
    await deliver(keeping, keeping.world.evotor_token)
    requests, connected_at = keeping.opened.evotor.requests, (await keeping.evotor()).connected_at
    assert not await attempt(keeping)
    assert keeping.opened.evotor.requests == requests
    assert (await keeping.evotor()).connected_at == connected_at
    assert await waiting(keeping) == []


async def test_while_evotor_is_silent_a_token_waits(keeping: Keeping) -> None:
    await deliver(keeping, NEWER)
    keeping.world.evotor.faults.add(EvotorFault(status=503, times=None))
    assert not await attempt(keeping)
    assert await waiting(keeping) == [NEWER]
    keeping.world.evotor.faults.clear()
    assert await attempt(keeping)


async def test_without_a_working_token_a_refused_one_is_tried_for_three_days(
    keeping: Keeping,
) -> None:
    await disconnect(keeping)
    await deliver(keeping, "not-yet-known")
    assert not await attempt(keeping)
    assert await waiting(keeping) == ["not-yet-known"]
    keeping.clock.put(PATIENCE)
    assert not await attempt(keeping)
    assert await waiting(keeping) == []


async def test_a_token_that_evotor_knows_later_is_taken_by_a_later_round(keeping: Keeping) -> None:
    await disconnect(keeping)
    await deliver(keeping, "not-yet-known")
    checks = Checks(keeping.opened)
    await checks.round()
    [owner] = keeping.world.evotor.state.users.values()
    owner.tokens.append("not-yet-known")
    await checks.round()
    assert await keeping.access(Service.EVOTOR) == "not-yet-known"
    assert (await keeping.evotor()).health.is_online


async def test_a_working_token_of_a_person_is_well_again_by_a_delivery(keeping: Keeping) -> None:
    [owner] = keeping.world.evotor.state.users.values()
    owner.tokens.remove(keeping.world.evotor_token)
    checks = Checks(keeping.opened)
    await checks.round()
    assert await keeping.letters() == ["connection_broken"]
    await deliver(keeping, NEWER)
    await checks.round()
    assert await keeping.letters() == ["connection_broken", "well_again"]


async def test_a_token_of_another_account_is_left_to_a_person(keeping: Keeping) -> None:
    keeping.world.shop.add_account("01-000000000000077", "of-somebody-else")
    await deliver(keeping, "of-somebody-else")
    assert not await attempt(keeping)
    assert await keeping.access(Service.EVOTOR) == keeping.world.evotor_token
    assert await waiting(keeping) == []


async def test_what_a_person_does_meanwhile_stands(keeping: Keeping) -> None:
    await deliver(keeping, NEWER)
    keeping.world.evotor.faults.add(EvotorFault(path="/stores", delay_s=0.3))
    asked = keeping.world.evotor.requests
    trying = asyncio.create_task(attempt(keeping))
    await until(lambda: keeping.world.evotor.requests > asked, "Evotor is asked")
    await (await keeping.connector()).disconnect(Service.EVOTOR)
    assert not await trying
    async with keeping.opened.database.read() as tx:
        assert await connections.find_evotor(tx, keeping.shop.user_id) is None


async def test_nothing_is_tried_for_whoever_is_shut_out(keeping: Keeping) -> None:
    await deliver(keeping, NEWER)
    status, now = UserStatus.SUSPENDED, keeping.opened.clock()
    await keeping.opened.database.write(
        account_changes.set_status, keeping.shop.user_id, status, now
    )
    requests = keeping.opened.evotor.requests
    assert not await attempt(keeping)
    assert keeping.opened.evotor.requests == requests
