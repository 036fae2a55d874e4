"""People in every state of a connection, on a service over a sandbox where they can sign in."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from evosync.accounts.desk import Desk
from evosync.catalog.snapshot import ReadingState
from evosync.db import accounts, connections, sync
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.services import Service
from evosync.db.sessions import NewSession, create_session
from evosync.db.types import Tx
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN, SandboxWorld
from tests.browser.served import open_served
from tests.browser.town import LONG_NAME, Town
from tests.builders import BOTH_SHOPS, snapshot, store, store_reading
from tests.readings import save_snapshot

LONG_COMMUNITY = "Чайная на Лесной: листовой чай, посуда ручной работы и всё к чаепитию"
_LONELY_TOKEN = "vk1.a.of-whoever-has-no-community"
_LONELY_ID = 700_999


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How one end of somebody is."""

    error: str | None = None
    code: str | None = None
    link: str | None = None
    token: str = "no such token"
    community: int | None = 1  # of VK: 1 = one of their own
    is_checked: bool = True


_GREEN = _End()
_DEAD = _End(
    error="VK завершил ваш вход. Войдите в VK ещё раз, это займёт минуту.",
    code="connection_broken",
)
_NAMES = {
    "nina": "Нина",
    "maria": "Мария",
    "katya": "Катя",
    "sofia": "София",
    "tanya": "Таня",
    "raisa": "Раиса",
    "lida": "Лида",
    "rita": "Рита",
    "polina": "Полина",
}
_PEOPLE: dict[str, tuple[_End | None, _End | None]] = {
    "nina": (None, None),
    "maria": (_GREEN, _End(token=VK_TOKEN, community=COMMUNITY_ID)),
    "katya": (_GREEN, _End(error="У ключа VK нет права «Товары» (market).", code="vk_no_right")),
    "sofia": (None, _End(token=VK_TOKEN, community=None)),
    "tanya": (
        _End(
            error="Эвотор завершил доступ EvoSync к кассе. Подключите кассу ещё раз.",
            code="connection_broken",
        ),
        _DEAD,
    ),
    "raisa": (
        _End(error="Эвотор не отвечает. Попробуем позже.", code="unreachable"),
        _End(
            error="VK просит подтвердить, что вы не робот.",
            code="vk_captcha",
            link="https://vk.com/challenge?id=1",
        ),
    ),
    "lida": (
        _End(is_checked=False),
        _End(error="В сообществе выключен раздел «Товары».", code="vk_market_off"),
    ),
    "rita": (None, _End(error="У вас нет прав на товары сообщества.", code="vk_no_role")),
    "polina": (None, _End(token=_LONELY_TOKEN, community=None)),
}


@contextlib.asynccontextmanager
async def open_fair(folder: Path, template: Path) -> AsyncIterator[Town]:
    """Start the service, and let them come."""
    settings = {"EVOTOR_APP_ID": "an-app", "EVOTOR_WEBHOOK_SECRET": "a-secret-of-a-test"}
    async with open_served(folder, template, with_evotor=True, **settings) as served:
        _furnish_world(served.world)
        # What is connected below mostly opens nothing, and is not to be found out.
        await served.stand.first_checks()
        desk = served.stand.desk
        for name in _PEOPLE:
            await desk.database.write(_come, desk, name)
        keys = {name: f"key-of-{name}" for name in _PEOPLE}
        yield Town(stand=served.stand, keys=keys, words={})


def _furnish_world(world: SandboxWorld) -> None:
    """Let Maria administrate several communities: one is taken, one has a long name."""
    world.add_community(LONG_COMMUNITY)
    taken = world.add_community("Кофейня у вокзала")
    world.vk.state.communities[_community_of("katya")] = replace(
        taken, community_id=_community_of("katya")
    )
    del world.vk.state.communities[taken.community_id]
    world.vk.add_user(_LONELY_TOKEN, _LONELY_ID, "Полина", "Одинокова")


def _community_of(name: str) -> int:
    return 217_001_000 + list(_PEOPLE).index(name)


async def _come(tx: Tx, desk: Desk, name: str) -> None:
    now = desk.clock()
    new = NewUser(
        email=f"{name}@example.com",
        status=UserStatus.ACTIVE,
        name=_NAMES[name],
        email_confirmed_at=now,
    )
    user_id = await accounts.create_user(tx, new, now)
    assert user_id is not None
    session = NewSession(
        key=f"key-of-{name}",
        user_id=user_id,
        address="127.0.0.1",
        user_agent="a test",
        expires_at=now + timedelta(days=1),
    )
    await create_session(tx, session, now)
    config = await sync.get_config(tx, user_id)
    quiet = replace(config, mirror=False, refresh_evotor=False, refresh_vk=False)
    await sync.save_config(tx, quiet, now)
    evotor, vk = _PEOPLE[name]
    if evotor is not None:
        await _connect_evotor(tx, desk, user_id, evotor)
    if vk is not None:
        await _connect_vk(tx, desk, user_id, name, vk)


async def _connect_evotor(tx: Tx, desk: Desk, user_id: int, end: _End) -> None:
    now = desk.clock()
    names = ("Чайная на Лесной", "Чайный дом «Самовар» на проспекте Мира, у вокзала", "Склад")
    connection = EvotorConnection(
        user_id=user_id, sealed_token=desk.vault.seal(end.token), store_name=names[0]
    )
    await connections.save_evotor(tx, connection, now)
    states = (ReadingState.WHOLE, ReadingState.WHOLE, ReadingState.NOT_PAID)
    readings = [
        store_reading(store=store(store_id, name=name), state=state)
        for store_id, name, state in zip((*BOTH_SHOPS, "third"), names, states, strict=True)
    ]
    await save_snapshot(tx, user_id, snapshot(*readings), now)
    await _check(tx, desk, Service.EVOTOR, user_id, end)


async def _connect_vk(tx: Tx, desk: Desk, user_id: int, name: str, end: _End) -> None:
    is_long = name == "tanya"
    has_community = end.community is not None
    sign_in = VkSignIn(
        user_id=user_id,
        sealed_token=desk.vault.seal(end.token),
        device_id="a browser",
        scope="vkid.personal_info groups photos market",
        first_name=LONG_NAME if is_long else _NAMES[name],
        last_name="Чайкина",
        community_id=_community_of(name) if end.community == 1 else end.community,
        community_name=(LONG_COMMUNITY if is_long else "Чайная") if has_community else None,
    )
    await connections.save_vk(tx, sign_in, desk.clock())
    await _check(tx, desk, Service.VK, user_id, end)


async def _check(tx: Tx, desk: Desk, service: Service, user_id: int, end: _End) -> None:
    if not end.is_checked:
        return
    find = {Service.EVOTOR: connections.find_evotor, Service.VK: connections.find_vk_sign_in}
    standing = await find[service](tx, user_id)
    assert standing is not None
    finding = Finding(
        connected_at=standing.connected_at,
        error=end.error,
        code=end.code,
        sealed_link=desk.vault.seal(end.link) if end.link else None,
        with_rights=True,
    )
    await mark_checked(tx, service, user_id, finding, desk.clock())
