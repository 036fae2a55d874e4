"""The installation's open parts, and Source, Target and Ledger built from them for one user."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from evosync.apilog.recorder import RequestRecorder
from evosync.clock import Leaps, now
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.engine import Database, open_database
from evosync.db.migrate import SchemaState, check_schema, from_the_future, migrate
from evosync.db.photos import PhotoShelf
from evosync.db.pictures import OwnPicture
from evosync.db.sealed_rows import has_sealed_rows
from evosync.db.services import Service
from evosync.db.sync import SyncConfig
from evosync.db.vault import Vault, open_vault
from evosync.engine.rules import Rules, Selection
from evosync.errors import Misconfigured
from evosync.evotor.api import EvotorApi
from evosync.evotor.oauth import EvotorOAuth
from evosync.evotor.probe import EvotorProbe
from evosync.evotor.source import EvotorSource
from evosync.keepers import Renewals, Shelf, StandingToken
from evosync.outbound.client import CONNECTIONS, Client, open_client
from evosync.outbound.limiter import Limiter
from evosync.outbound.ports import Recorder, TokenKeeper
from evosync.pictures import read_picture
from evosync.settings import Settings
from evosync.tally import NOBODY, Recorders, Tally
from evosync.vk.api import MOST_IN_FLIGHT, VkApi, spacings_s
from evosync.vk.market import VkMarket
from evosync.vk.oauth import VkId
from evosync.vk.photos import Photos
from evosync.vk.probe import VkProbe
from evosync.vk.thumbs import Thumbs

RENEWALS_GRACE_S = 20.0
"""How long a stop waits for tokens that are being renewed: half renewed they would be lost."""

LOG_GRACE_S = 5.0
"""How long a stop waits until the requests of the last second are logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What every command and the service share; `limiters` are by VK user id.

    The quota is a VK user's, not a token's text: a rotated token spends the
    same one. `weighing` lets one page at a time draft a whole shop.
    """

    settings: Settings
    database: Database
    vault: Vault
    evotor: Client
    vk: Client
    thumbs: Thumbs
    requests: RequestRecorder
    pictures: Mapping[str, bytes]
    photo: str
    clock: Callable[[], datetime] = now
    leaps: Leaps = field(default_factory=Leaps)
    limiters: dict[int, Limiter] = field(default_factory=dict)
    renewals: Renewals = field(default_factory=set)
    tally: Tally = NOBODY
    weighing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def shelf(self) -> Shelf:
        """Where the tokens of connections are kept."""
        return Shelf(
            database=self.database, vault=self.vault, clock=self.clock, renewals=self.renewals
        )

    def source(self, connection: EvotorConnection) -> EvotorSource:
        """Build the shop of a connection. Raises NeedsPerson when its token cannot be opened."""
        self.vault.open(connection.sealed_token)
        return EvotorSource(self.evotor_api(self.evotor_keeper(connection.user_id)))

    def evotor_keeper(self, user_id: int) -> TokenKeeper:
        """Build who holds the token of a user's till."""
        oauth = self.evotor_oauth
        renew = None if oauth is None else oauth.renew_with
        return StandingToken(self.shelf, Service.EVOTOR, user_id, renew)

    def vk_keeper(self, user_id: int) -> TokenKeeper:
        """Build who holds the token of a user at VK."""
        vk_id = self.vk_id
        renew = None if vk_id is None else vk_id.renew_with
        return StandingToken(self.shelf, Service.VK, user_id, renew)

    @property
    def vk_id(self) -> VkId | None:
        """The sign-in with VK ID; None where no application is configured."""
        if not self.settings.vk_client_id:
            return None
        return VkId(
            client=self.vk,
            base_url=self.settings.vk_id_url,
            client_id=self.settings.vk_client_id,
            redirect_uri=f"{self.settings.public_url}/vk/callback",
        )

    @property
    def evotor_oauth(self) -> EvotorOAuth | None:
        """The sign-in with Evotor; None where no client is configured."""
        if not self.settings.evotor_oauth_client_id:
            return None
        return EvotorOAuth(
            client=self.evotor,
            base_url=self.settings.evotor_oauth_url,
            client_id=self.settings.evotor_oauth_client_id,
            client_secret=self.settings.evotor_oauth_client_secret,
            redirect_uri=f"{self.settings.public_url}/evotor/callback",
        )

    def evotor_api(self, keeper: TokenKeeper) -> EvotorApi:
        """Build Evotor's API for whoever holds a token."""
        return EvotorApi(
            self.evotor,
            keeper,
            base_url=self.settings.evotor_api_url,
            auth_scheme=self.settings.evotor_auth_scheme,
        )

    def target(self, connection: VkConnection, picture: OwnPicture | None = None) -> VkMarket:
        """Build the market of a connection, with the user's own picture if there is one.

        Raises NeedsPerson when its token cannot be opened.
        """
        api = self._connected_api(connection)
        photos = self._photos(connection, api, picture)
        return VkMarket(api, photos, community_id=connection.community_id, now=self.clock)

    def vk_probe(self, connection: VkConnection) -> VkProbe:
        """Build the questions to VK for a connection. Raises NeedsPerson as `target` does."""
        api = self._connected_api(connection)
        return VkProbe(
            api=api,
            photos=self._photos(connection, api),
            community_id=connection.community_id,
            category_id=self.settings.vk_category_id,
            picture=self.photo,
        )

    async def evotor_probe(self, connection: EvotorConnection) -> EvotorProbe:
        """Build the questions to Evotor. Raises NeedsPerson when its token cannot be had."""
        return EvotorProbe(
            client=self.evotor,
            base_url=self.settings.evotor_api_url,
            token=await self.evotor_keeper(connection.user_id).token(),
        )

    def _connected_api(self, connection: VkConnection) -> VkApi:
        self.vault.open(connection.sealed_token)
        return self.vk_api(self.vk_keeper(connection.user_id), connection.vk_user_id)

    def _photos(
        self, connection: VkConnection, api: VkApi, picture: OwnPicture | None = None
    ) -> Photos:
        shelf = PhotoShelf(
            self.database,
            user_id=connection.user_id,
            community_id=connection.community_id,
            clock=self.clock,
        )
        return Photos(
            api,
            shelf,
            self.pictures if picture is None else {**self.pictures, picture.sha: picture.body},
            community_id=connection.community_id,
            upload_hosts=self.settings.upload_hosts,
        )

    def vk_api(self, keeper: TokenKeeper, vk_user_id: int | None) -> VkApi:
        """Build VK's API for whoever holds a token; an unknown VK user has a quota of its own."""
        spacings = spacings_s(self.settings.vk_requests_per_second)
        limiter = Limiter(*spacings, watch=self.tally)
        if vk_user_id is not None:
            limiter = self.limiters.setdefault(vk_user_id, limiter)
        return VkApi(
            self.vk,
            keeper,
            limiter,
            api_url=self.settings.vk_api_url,
            version=self.settings.vk_api_version,
        )

    def rules(self, config: SyncConfig, selection: Selection) -> Rules:
        """Join what the user chose with what the installation sets."""
        return Rules(
            selection=selection,
            price_multiplier=config.price_multiplier,
            rounding=config.rounding,
            stock_mode=config.stock_mode,
            stock_amount=self.settings.vk_stock_amount,
            gone=config.gone,
            adopt=config.adopt,
            twins=config.twins,
            left_behind=config.left_behind,
            allow_marked=config.allow_marked,
            allow_unknown_type=config.allow_unknown_type,
            category_id=self.settings.vk_category_id,
            photo=config.photo or self.photo,
        )


@asynccontextmanager
async def open_installation(
    settings: Settings, *, now: Callable[[], datetime] = now, tally: Tally = NOBODY
) -> AsyncIterator[Installation]:
    """Open the database, the vault and the clients; close them in the end. `tally` counts.

    An empty database gets its schema. Raises Misconfigured when the schema is
    another version's, or a file or a key cannot be used.
    """
    await _check_schema(settings.database)
    picture = await asyncio.to_thread(read_picture, settings.vk_default_photo_path)
    photo = hashlib.sha256(picture).hexdigest()
    database = open_database(settings.database)
    requests = RequestRecorder(database, keep=settings.api_log_bodies, clock=now)
    # Runs in places and beside them, the checks and pages: none may wait for another's connection.
    connections = 2 * settings.sync_concurrency * MOST_IN_FLIGHT + CONNECTIONS
    told = Recorders((requests, tally))
    evotor = _open_evotor(settings.evotor_ca_file, told, connections)
    vk = open_client("vk", recorder=told, connections=connections)
    # A pool of its own: whoever looks at pictures must not keep a run waiting. They are looked at
    # by the hundred, and so are not logged.
    shown = open_client("vk pictures")
    thumbs = Thumbs(shown, settings.upload_hosts)
    try:
        async with database.read() as tx:
            is_sealed = await has_sealed_rows(tx)
        vault = open_vault(
            settings.data_dir,
            configured=settings.secret_key,
            old=settings.old_secret_keys,
            has_sealed_rows=is_sealed,
        )
        opened = Installation(
            settings=settings,
            database=database,
            vault=vault,
            evotor=evotor,
            vk=vk,
            thumbs=thumbs,
            requests=requests,
            pictures={photo: picture},
            photo=photo,
            clock=now,
            tally=tally,
        )
        try:
            yield opened
        finally:
            await opened.shelf.settled(RENEWALS_GRACE_S)
            await requests.close(LOG_GRACE_S)
    finally:
        await thumbs.close()
        await shown.close()
        await vk.close()
        await evotor.close()
        await database.close()


def _open_evotor(ca_file: str, recorder: Recorder, connections: int) -> Client:
    try:
        return open_client("evotor", ca_file=ca_file, recorder=recorder, connections=connections)
    except OSError:  # ssl.SSLError is one
        raise Misconfigured("EVOTOR_CA_FILE", "в файле нет сертификатов PEM.") from None


async def _check_schema(url: str) -> None:
    match await check_schema(url):
        case SchemaState.EMPTY:
            await migrate(url)
        case SchemaState.BEHIND:
            raise Misconfigured(
                "DATABASE_URL",
                "схема базы от прежней версии EvoSync. Выполните: evosync migrate",
            )
        case SchemaState.FUTURE:
            raise from_the_future()
        case SchemaState.CURRENT:
            pass
