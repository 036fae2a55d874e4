from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from evosync.db import oversight
from evosync.db.api_logs import NewLog, add_logs
from evosync.db.connections import EvotorConnection, VkSignIn, save_evotor, save_vk
from evosync.db.engine import Database
from evosync.db.oversight import Failures, Fullness, Resting
from evosync.db.sealed_rows import list_sealed
from evosync.db.services import Service
from evosync.db.tables.market import parked, vk_cached_albums
from evosync.db.types import Tx
from tests.builders import NOON

COMMUNITY = 77
LATER = NOON + timedelta(minutes=5)


async def connect(database: Database, user_id: int) -> None:
    evotor = EvotorConnection(user_id=user_id, sealed_token="sealed till")
    vk = VkSignIn(
        user_id=user_id, sealed_token="sealed vk", community_id=COMMUNITY, community_name="Чайная"
    )
    await database.write(save_evotor, evotor, NOON)
    await database.write(save_vk, vk, NOON)


async def test_connections_are_listed_with_whose_they_are(
    database: Database, anna: int, boris: int
) -> None:
    await connect(database, anna)
    async with database.read() as tx:
        found = [one for each in Service for one in await oversight.list_connections(tx, each)]
        sealed = await list_sealed(tx, 9)
    assert [(one.service, one.user_id, one.owner) for one in found] == [
        (Service.EVOTOR, anna, "anna@example.com"),
        (Service.VK, anna, "anna@example.com"),
    ]
    assert all(one.is_whole and not one.is_online for one in found)
    assert sealed == ["sealed till", "sealed vk"]


async def test_what_stands_in_a_market_is_counted(database: Database, anna: int) -> None:
    await connect(database, anna)
    albums = [
        {
            "user_id": anna,
            "community_id": COMMUNITY,
            "album_id": number,
            "title": "Чай",
            "name_folded": "чай",
            "item_count": 0,
            "is_hidden": False,
            "updated_at": NOON,
        }
        for number in range(3)
    ]

    async def add(tx: Tx) -> None:
        await tx.execute(insert(vk_cached_albums), albums)

    await database.write(add)
    async with database.read() as tx:
        assert await oversight.list_fullness(tx) == [
            Fullness(community="Чайная", items=0, albums=3)
        ]


async def test_methods_that_rest_are_listed_until_they_do_not(
    database: Database, anna: int, boris: int
) -> None:
    rests = [
        {
            "user_id": user_id,
            "service": "vk",
            "method": "market.add",
            "code": 9,
            "wait_s": 60,
            "parked_at": NOON,
            "until_at": until_at,
        }
        for user_id, until_at in ((anna, LATER), (boris, LATER - timedelta(minutes=1)))
    ]

    async def add(tx: Tx) -> None:
        await tx.execute(insert(parked), rests)

    await database.write(add)
    async with database.read() as tx:
        both = Resting(method="market.add", users=2, until_at=LATER)
        assert await oversight.list_resting(tx, NOON) == [both]
        assert await oversight.list_resting(tx, LATER) == []


async def test_failures_are_counted_by_what_was_said(database: Database) -> None:
    refused = NewLog(
        at=LATER,
        service="vk",
        method="execute",
        url="https://api.vk.ru",
        status=200,
        outcome="refused",
        duration_ms=1,
        error_code="9",
    )
    fine = replace(refused, outcome="ok", error_code=None)
    old = replace(refused, at=NOON - timedelta(days=1))
    await database.write(add_logs, [refused, refused, fine, old])
    async with database.read() as tx:
        found = await oversight.count_failures(tx, ("refused", "4xx"), NOON)
    assert found == [Failures(service="vk", status=200, code="9", count=2)]
