"""Who holds a connection's token: as it was given, or renewed in time and kept before it is used.

A service that rotates takes each refresh token once. So one task of one
process renews at a time (a lease), what came back is committed before anybody
uses it, and neither a cancelled run nor a stop breaks that off.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from evosync.db import leases, token_rotation
from evosync.db.engine import Database
from evosync.db.services import Service
from evosync.db.token_rotation import SealedTokens
from evosync.db.vault import Vault
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.outbound.grants import Denied, Grant

log = structlog.get_logger(__name__)

USED_OF_LIFE = 0.8
"""A token is renewed once so much of its life is over."""

# A token that was renewed so short a while ago and is refused all the same
# would be refused again: it is not the token that is wrong.
FRESH = timedelta(minutes=1)

# Whoever holds a token that is still good need not ask for another with each request.
REST = timedelta(seconds=30)

# Two tries to renew take less, and so does the lease.
PATIENCE_S = 55.0
LOOK_EVERY_S = 0.2
TRIES = 2

# How long a restart of the database may take.
KEEP_FOR_S = 40.0
KEEP_EVERY_S = 2.0

_DEAD = {
    Service.EVOTOR: "Эвотор завершил доступ EvoSync к кассе. Подключите кассу ещё раз.",
    Service.VK: "VK завершил ваш вход. Войдите в VK ещё раз, это займёт минуту.",
}

_SET_UP_WRONGLY = "Вход настроен неверно. Это исправит тот, кто ставил EvoSync"

Renewals = set[asyncio.Task[SealedTokens | None]]

Renew = Callable[[str, str], Awaitable[Grant]]
"""Gives a refresh token and a device id for new tokens; raises Denied and TryLater."""


class KnownToken:
    """Implements TokenKeeper for a token that nobody can renew."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """Return the token."""
        return self._token

    async def refresh(self, refused: str) -> str | None:
        """Return None: only a person can help."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where tokens are kept. `renewals` are those under way, which a stop waits for."""

    database: Database
    vault: Vault
    clock: Callable[[], datetime]
    renewals: Renewals = field(default_factory=set)

    async def settled(self, patience_s: float) -> None:
        """Let what is being renewed be committed."""
        if self.renewals:
            await asyncio.wait(set(self.renewals), timeout=patience_s)


async def stored_tokens(shelf: Shelf, service: Service, user_id: int) -> SealedTokens:
    """Return what is stored of a connection. Raises NeedsPerson when it has been removed."""
    async with shelf.database.read() as tx:
        found = await token_rotation.find_tokens(tx, service, user_id)
    if found is None:
        raise NeedsPerson("Подключение удалено.", code="connection_broken")
    return found


class StandingToken:
    """Implements TokenKeeper for a user's connection, whether its token can be renewed or not.

    All of it raises NeedsPerson when the connection is gone or its tokens
    cannot be opened, and TryLater when the service for tokens does not answer.
    """

    def __init__(self, shelf: Shelf, service: Service, user_id: int, renew: Renew | None) -> None:
        self._shelf = shelf
        self._service = service
        self._user_id = user_id
        self._renew = renew
        self._held: SealedTokens | None = None
        self._opened = ""
        self._rests_until: datetime | None = None
        self._turn = asyncio.Lock()

    async def token(self) -> str:
        """Return the access token, renewed if most of its life is over."""
        async with self._turn:
            if self._held is None:
                self._hold(await stored_tokens(self._shelf, self._service, self._user_id))
            if self._is_due() and (self._is_over() or not self._is_resting()):
                await self._renewed_or_standing()
            return self._opened

    async def refresh(self, refused: str) -> str | None:
        """Return another token than the refused one: a stored one, else one renewed for it."""
        async with self._turn:
            held = self._hold(await stored_tokens(self._shelf, self._service, self._user_id))
            if self._opened != refused:
                return self._opened
            renewed_at = held.refreshed_at or held.connected_at
            age = self._shelf.clock() - renewed_at
            if held.refreshed_at and timedelta() <= age < FRESH:
                return None
            fresh = await self._shielded(held)
            if fresh is None:
                return None
            self._hold(fresh)
            return self._opened

    async def _renewed_or_standing(self) -> None:
        """Renew; a token that is still good may be used meanwhile if that cannot be done now."""
        held = self._hold(await stored_tokens(self._shelf, self._service, self._user_id))
        if not self._is_due():
            return  # somebody else was first
        fresh = None
        try:
            fresh = await self._shielded(held)
        except TryLater as error:
            if self._is_over():
                raise
            log.info("token not renewed yet", service=self._service.value, cause=error.cause)
        if fresh is not None:
            self._hold(fresh)
        elif self._is_over():
            raise dead_sign_in(self._service)
        else:
            self._rests_until = self._shelf.clock() + REST

    def _is_resting(self) -> bool:
        return self._rests_until is not None and self._shelf.clock() < self._rests_until

    def _hold(self, tokens: SealedTokens) -> SealedTokens:
        if self._held is None or self._held.access != tokens.access:
            self._opened = self._shelf.vault.open(tokens.access)
        self._held = tokens
        return tokens

    def _is_due(self) -> bool:
        held = self._held
        if held is None or held.expires_at is None:
            return False
        begun_at = held.refreshed_at or held.connected_at
        return self._shelf.clock() >= begun_at + (held.expires_at - begun_at) * USED_OF_LIFE

    def _is_over(self) -> bool:
        ends_at = self._held.expires_at if self._held else None
        return ends_at is not None and ends_at <= self._shelf.clock()

    async def _shielded(self, spent: SealedTokens) -> SealedTokens | None:
        """Renew in a task that goes on when whoever waits for it is cancelled."""
        if spent.refresh is None or self._renew is None:
            return None
        task = asyncio.create_task(self._renew_alone(spent), name=f"renew {self._service.value}")
        self._shelf.renewals.add(task)
        task.add_done_callback(self._shelf.renewals.discard)
        # Its fault is told here, or nobody waited for it any more.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _renew_alone(self, spent: SealedTokens) -> SealedTokens | None:
        async with _alone(self._shelf.database, f"token:{self._service.value}:{self._user_id}"):
            standing = await stored_tokens(self._shelf, self._service, self._user_id)
            if standing.access != spent.access:
                return standing
            grant = await self._granted(standing)
            if grant is None:
                # Whoever lost the lease while it waited may find that another was faster.
                latest = await stored_tokens(self._shelf, self._service, self._user_id)
                return latest if latest.access != standing.access else None
            fresh = self._sealed(grant, standing, self._shelf.clock())
            if await self._kept(standing, fresh):
                log.info("token renewed", service=self._service.value, user_id=self._user_id)
                return fresh
        return await stored_tokens(
            self._shelf, self._service, self._user_id
        )  # a person connected anew meanwhile

    async def _kept(self, spent: SealedTokens, fresh: SealedTokens) -> bool:
        """Commit fresh tokens; False when others stand there. There is no second copy of them.

        Raises what the database has answered for all that time.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + KEEP_FOR_S
        now = self._shelf.clock()
        while True:
            try:
                return await self._shelf.database.write(
                    token_rotation.rotate, self._service, self._user_id, spent, fresh, now
                )
            except EvoSyncError as error:  # whatever the database says: it may mend
                if loop.time() > until:
                    raise
                log.warning("renewed token not kept yet", cause=error.cause)
                await asyncio.sleep(KEEP_EVERY_S)

    async def _granted(self, standing: SealedTokens) -> Grant | None:
        """Ask for new tokens; None once the service has said no twice.

        A refresh token that it will never take again is forgotten. Raises
        TryLater when it says no to us, such as for an application's number
        that was mistyped: that is no reason to forget anything.
        """
        if standing.refresh is None or self._renew is None:
            return None
        refresh = self._shelf.vault.open(standing.refresh)
        last: Denied | None = None
        for _ in range(TRIES):
            try:
                return await self._renew(refresh, standing.device_id or "")
            except Denied as denied:
                last = denied
        why = last.why if last else ""
        log.warning(
            "token not renewed", service=self._service.value, user_id=self._user_id, why=why
        )
        if last is not None and last.is_ours:
            log.error("sign-in is set up wrongly", service=self._service.value, why=why)
            raise TryLater(_SET_UP_WRONGLY, code="unreachable", cause=why)
        if last is not None and last.is_final:
            give_up, now = token_rotation.give_up, self._shelf.clock()
            await self._shelf.database.write(give_up, self._service, self._user_id, standing, now)
        return None

    def _sealed(self, grant: Grant, standing: SealedTokens, now: datetime) -> SealedTokens:
        seal = self._shelf.vault.seal
        return SealedTokens(
            access=seal(grant.access_token),
            # A service that does not rotate sends none: the one at hand goes on.
            refresh=seal(grant.refresh_token) if grant.refresh_token else standing.refresh,
            device_id=standing.device_id,
            expires_at=grant.ends_at(now),
            refreshed_at=now,
            connected_at=standing.connected_at,
        )


def dead_sign_in(service: Service) -> NeedsPerson:
    """Make the error of a connection that only its person can renew."""
    return NeedsPerson(_DEAD[service], code="connection_broken", cause="not renewed")


@asynccontextmanager
async def _alone(database: Database, name: str) -> AsyncIterator[None]:
    """Hold a lease, waiting for it; whoever died with it on this machine holds it no more."""
    holder = leases.new_holder()
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_S
    while not await database.write(leases.take, name, holder):
        if loop.time() > until:
            raise TryLater("Ключ доступа сейчас обновляет другой процесс.", code="busy")
        await asyncio.sleep(LOOK_EVERY_S)
    try:
        yield
    finally:
        await database.write(leases.free, name, holder.token)
