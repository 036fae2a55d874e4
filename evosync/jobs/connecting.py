"""What people do to their two ends: connect them by a key or by signing in, choose, disconnect."""

from dataclasses import dataclass, replace

from evosync.accounts.desk import Actor, Desk
from evosync.accounts.refusals import Refused
from evosync.accounts.sign_in import Visit
from evosync.accounts.throttling import Limit
from evosync.db import connections, notices
from evosync.db.accounts import User
from evosync.db.alerts import AlertKind, drop_alert
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.journal import write_act
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.evotor.failures import Refused as EvotorRefused
from evosync.jobs.connections import (
    VkLook,
    check_evotor,
    evotor_connection,
    list_stores,
    look_at_vk,
    save_checked_evotor,
    save_checked_vk,
)
from evosync.keepers import KnownToken
from evosync.outbound.grants import Grant
from evosync.vk.account import Community, communities
from evosync.wiring import Installation

_OF_COMMUNITY = frozenset({"vk_no_role", "no_such_community", "community_taken"})
_UNKNOWN_KEY = {
    Service.EVOTOR: "Эвотор не принимает этот ключ. Проверьте, что он скопирован целиком.",
    Service.VK: "VK не принимает этот ключ. Проверьте, что он скопирован целиком.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Whose ends are worked on, from where, and with what."""

    opened: Installation
    desk: Desk
    user: User
    visit: Visit

    async def try_evotor_key(self, key: str) -> EvotorConnection:
        """Ask Evotor whether it takes a key. Raises Refused, TooMany and TryLater."""
        await self._admit()
        try:
            return await check_evotor(self.opened, self.user.id, key)
        except NeedsPerson as error:
            raise of_key(Service.EVOTOR, error) from None

    async def save_evotor_key(self, key: str) -> EvotorConnection:
        """Connect the till by a key. Raises like `try_evotor_key`, and saves nothing then."""
        connection = await self.try_evotor_key(key)
        await self._save_evotor(connection)
        return connection

    async def sign_in_evotor(self, grant: Grant) -> EvotorConnection:
        """Connect the till by what signing in at Evotor gave. Raises Refused and TryLater."""
        seal, now = self.opened.vault.seal, self.opened.clock()
        base = EvotorConnection(
            user_id=self.user.id,
            sealed_token=seal(grant.access_token),
            sealed_refresh_token=seal(grant.refresh_token) if grant.refresh_token else None,
            expires_at=grant.ends_at(now),
        )
        try:
            stores = await list_stores(self.opened, KnownToken(grant.access_token))
        except NeedsPerson as error:
            raise of_key(Service.EVOTOR, error) from None
        connection = evotor_connection(base, stores)
        await self._save_evotor(connection)
        return connection

    async def try_vk_key(self, key: str, address: int | str) -> VkLook:
        """Ask VK whether it takes a key, and for a community. Raises like `try_evotor_key`."""
        await self._admit()
        sign_in = VkSignIn(user_id=self.user.id, sealed_token=self.opened.vault.seal(key))
        try:
            return await look_at_vk(self.opened, sign_in, KnownToken(key), address)
        except NeedsPerson as error:
            raise of_key(Service.VK, error) from None

    async def save_vk_key(self, key: str, address: int | str) -> VkLook:
        """Connect a community by a key; one that VK still has to allow waits.

        Raises like `try_evotor_key`, and saves nothing then.
        """
        look = await self.try_vk_key(key, address)
        await self._save_vk(look)
        return look

    async def sign_in_vk(self, grant: Grant, device_id: str) -> VkLook:
        """Keep what signing in at VK gave; the community stays if it is the person's.

        What VK gave is kept even when VK does not answer any more: it would
        not give it twice. Raises Refused.
        """
        seal, now = self.opened.vault.seal, self.opened.clock()
        async with self.opened.database.read() as tx:
            before = await connections.find_vk_sign_in(tx, self.user.id)
        sign_in = VkSignIn(
            user_id=self.user.id,
            sealed_token=seal(grant.access_token),
            sealed_refresh_token=seal(grant.refresh_token) if grant.refresh_token else None,
            device_id=device_id,
            scope=grant.scope,
            vk_user_id=grant.user_id,
            expires_at=grant.ends_at(now),
        )
        keeper = KnownToken(grant.access_token)
        address = None if before is None else before.community_id
        look, is_looked_at = VkLook(sign_in=sign_in), True
        try:
            look = await look_at_vk(self.opened, sign_in, keeper, None)
            if address is not None:
                look = await look_at_vk(self.opened, look.sign_in, keeper, address)
        except NeedsPerson as error:
            if error.code not in _OF_COMMUNITY:
                raise of_key(Service.VK, error) from None
        except TryLater:
            is_looked_at = False
            if before is not None and look.sign_in.vk_user_id == before.vk_user_id:
                # The same person: the next check will say whether the community is still theirs.
                look = VkLook(
                    sign_in=replace(
                        look.sign_in,
                        community_id=before.community_id,
                        community_name=before.community_name,
                    )
                )
        await self._save_vk(look, is_looked_at=is_looked_at)
        return look

    async def list_communities(self) -> list[Community]:
        """List the communities that the person who signed in administrates.

        Raises NeedsPerson and TryLater.
        """
        async with self.opened.database.read() as tx:
            sign_in = await connections.find_vk_sign_in(tx, self.user.id)
        keeper = self.opened.vk_keeper(self.user.id)
        vk_user_id = None if sign_in is None else sign_in.vk_user_id
        return await communities(self.opened.vk_api(keeper, vk_user_id))

    async def choose_community(self, community_id: int) -> None:
        """Work with a community of the person who signed in. Raises Refused and TryLater."""
        try:
            mine = {each.community_id: each for each in await self.list_communities()}
            chosen = mine.get(community_id)
            if chosen is None:
                raise Refused("Выберите сообщество из списка.", field="community")
            await self.desk.database.write(self._choose, chosen)
        except NeedsPerson as error:
            raise of_key(Service.VK, error) from None

    async def disconnect(self, service: Service) -> bool:
        """Forget an end and its keys, nothing else; False when it was not connected.

        A till that is cut is Evotor's to deliver no more: the account is tied
        to nobody there until its password is given again.
        """

        async def cut(tx: Tx) -> bool:
            now = self.opened.clock()
            find = {
                Service.EVOTOR: connections.find_evotor,
                Service.VK: connections.find_vk_sign_in,
            }
            standing = await find[service](tx, self.user.id)
            delete = {Service.EVOTOR: connections.delete_evotor, Service.VK: connections.delete_vk}
            await delete[service](tx, self.user.id)
            if service is Service.EVOTOR:
                await notices.tie(tx, self.user.id, None, now)
            await drop_alert(tx, self.user.id, AlertKind.CONNECTION, service.value, now)
            if standing is not None:
                await self._write_down(tx, "connection.removed", service, None)
            return standing is not None

        return await self.desk.database.write(cut)

    async def _admit(self) -> None:
        await self.desk.throttle.admit(Limit.KEY_TRIED, str(self.user.id))

    async def _save_evotor(self, connection: EvotorConnection) -> None:
        async def save(tx: Tx) -> None:
            now = self.opened.clock()
            await save_checked_evotor(tx, connection, now)
            await self._write_down(tx, "connection.saved", Service.EVOTOR, connection.store_name)

        await self.desk.database.write(save)

    async def _save_vk(self, look: VkLook, *, is_looked_at: bool = True) -> None:
        async def save(tx: Tx) -> None:
            now = self.opened.clock()
            if is_looked_at:
                await save_checked_vk(tx, look.sign_in, now, trouble=look.trouble)
            else:
                await connections.save_vk(tx, look.sign_in, now)
            name = look.sign_in.community_name
            await self._write_down(tx, "connection.saved", Service.VK, name)

        try:
            await self.desk.database.write(save)
        except NeedsPerson as error:  # another has this community
            raise of_key(Service.VK, error) from None

    async def _choose(self, tx: Tx, chosen: Community) -> None:
        now, user_id = self.opened.clock(), self.user.id
        if not await connections.choose_community(
            tx, user_id, chosen.community_id, chosen.name, now
        ):
            raise Refused("Сначала войдите в VK.")
        await self._write_down(tx, "connection.saved", Service.VK, chosen.name)

    async def _write_down(self, tx: Tx, action: str, service: Service, name: str | None) -> None:
        actor = Actor.of(self.user, self.visit.address)
        detail = {"service": service.value} | ({"name": name} if name else {})
        await write_act(tx, self.desk.act(action, actor, self.user, detail))


def of_key(service: Service, error: EvoSyncError) -> Refused:
    """Say why a service does not take what was typed: beside the field that it is about."""
    if error.code in _OF_COMMUNITY:
        return Refused(error.message, field="community", code=error.code)
    is_unknown = error.code == "connection_broken" and not isinstance(error, EvotorRefused)
    message = _UNKNOWN_KEY[service] if is_unknown else error.message
    return Refused(message, field="token", code=error.code)
