"""What checks write down, and of which connections."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evosync.db import account_changes, connections, notices
from evosync.db.accounts import UserStatus
from evosync.db.connection_health import Before, Finding, list_connected, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.engine import Database
from evosync.db.services import Service
from evosync.db.vault import Vault
from tests.builders import NOON, SHOP

LATER = NOON + timedelta(hours=1)
RED = Finding(connected_at=NOON, error="Ключ не подходит.", code="connection_broken")
GREEN = Finding(connected_at=NOON)


async def connect(database: Database, user_id: int) -> None:
    shop = EvotorConnection(user_id=user_id, sealed_token="sealed", store_id=SHOP)
    await database.write(connections.save_evotor, shop, NOON)
    market = VkSignIn(user_id=user_id, sealed_token="sealed", community_id=user_id)
    await database.write(connections.save_vk, market, NOON)


async def vk_of(database: Database, user_id: int) -> VkSignIn:
    async with database.read() as tx:
        found = await connections.find_vk_sign_in(tx, user_id)
    assert found is not None
    return found


async def test_a_check_tells_what_stood_before(database: Database, anna: int) -> None:
    await connect(database, anna)
    found = [
        await database.write(mark_checked, Service.VK, anna, finding, LATER)
        for finding in (GREEN, RED, RED, GREEN)
    ]
    never, green, red = (
        Before(is_online=False, code=None),
        Before(is_online=True, code=None),
        Before(is_online=False, code="connection_broken"),
    )
    assert found == [never, green, red, red]


async def test_a_check_of_an_old_connection_marks_nothing(database: Database, anna: int) -> None:
    await connect(database, anna)
    signed_in = VkSignIn(user_id=anna, sealed_token="another", community_id=anna)
    await database.write(connections.save_vk, signed_in, LATER)
    assert await database.write(mark_checked, Service.VK, anna, RED, LATER) is None
    assert (await vk_of(database, anna)).health.last_checked_at is None


@pytest.mark.parametrize("service", Service)
async def test_a_check_of_what_is_cut_off_marks_nothing(
    service: Service, database: Database, anna: int
) -> None:
    await connect(database, anna)
    delete = {Service.EVOTOR: connections.delete_evotor, Service.VK: connections.delete_vk}
    await database.write(delete[service], anna)
    assert await database.write(mark_checked, service, anna, GREEN, LATER) is None


async def test_a_place_without_a_token_is_no_connection(database: Database, anna: int) -> None:
    await database.write(notices.ensure_row, anna, NOON)
    assert await database.write(mark_checked, Service.EVOTOR, anna, GREEN, LATER) is None


async def test_a_check_of_one_side_or_person_marks_no_other(
    database: Database, anna: int, boris: int
) -> None:
    await connect(database, anna)
    await connect(database, boris)
    await database.write(mark_checked, Service.EVOTOR, anna, GREEN, LATER)
    for user_id in (anna, boris):
        assert (await vk_of(database, user_id)).health.last_checked_at is None


async def test_names_are_learnt_and_links_and_rights_noted(database: Database, anna: int) -> None:
    await connect(database, anna)
    finding = Finding(
        connected_at=NOON,
        error="Подтвердите вход.",
        code="connection_broken",
        sealed_link="sealed link",
        with_rights=True,
        names={"first_name": "Аня", "community_name": "Чайная"},
    )
    await database.write(mark_checked, Service.VK, anna, finding, LATER)
    found = await vk_of(database, anna)
    assert (found.first_name, found.community_name) == ("Аня", "Чайная")
    assert found.health.sealed_link == "sealed link"
    assert found.health.rights_checked_at == LATER
    await database.write(mark_checked, Service.VK, anna, GREEN, LATER + timedelta(hours=1))
    found = await vk_of(database, anna)
    assert (found.first_name, found.health.sealed_link) == ("Аня", None)
    assert found.health.rights_checked_at == LATER  # this one was not so dear


async def test_whoever_has_connected_something_or_waits_for_a_try_is_listed(
    database: Database, anna: int, boris: int
) -> None:
    async def listed() -> list[int]:
        async with database.read() as tx:
            return await list_connected(tx)

    assert await listed() == []
    await database.write(notices.ensure_row, boris, NOON)
    assert await listed() == []
    await database.write(notices.add_candidate, Vault("a key"), boris, "delivered", NOON)
    await connect(database, anna)
    assert await listed() == [anna, boris]
    await database.write(connections.delete_evotor, anna)
    assert await listed() == [anna, boris]
    await database.write(account_changes.set_status, anna, UserStatus.SUSPENDED, NOON)
    assert await listed() == [boris]


def test_a_finding_does_not_show_its_link() -> None:
    assert "sealed link" not in repr(Finding(connected_at=NOON, sealed_link="sealed link"))


async def test_a_partial_check_that_was_overtaken_counts_for_nothing(
    database: Database, anna: int
) -> None:
    await connect(database, anna)
    waits = replace(RED, code="vk_no_right", with_rights=True)
    await database.write(mark_checked, Service.VK, anna, waits, NOON)
    began = replace(waits, with_rights=False, is_partial=True, seen_at=NOON)
    whole = replace(GREEN, with_rights=True)
    await database.write(mark_checked, Service.VK, anna, whole, LATER)
    assert await database.write(mark_checked, Service.VK, anna, began, LATER) is None
    assert (await vk_of(database, anna)).health.is_online
    next_one = replace(GREEN, is_partial=True, seen_at=LATER)
    assert await database.write(mark_checked, Service.VK, anna, next_one, LATER) is not None
