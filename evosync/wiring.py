"""The installation's open parts, and Source, Target and Ledger built from them for one user."""

import asyncio
import hashlib
import io
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from evosync import clock
from evosync.db import connections
from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.engine import Database, open_database
from evosync.db.migrate import SchemaState, check_schema, from_the_future, migrate
from evosync.db.photos import PhotoShelf
from evosync.db.sync import SyncConfig
from evosync.db.vault import Vault, open_vault
from evosync.engine.rules import Rules, Selection
from evosync.errors import Misconfigured
from evosync.evotor.api import EvotorApi
from evosync.evotor.probe import EvotorProbe
from evosync.evotor.source import EvotorSource
from evosync.outbound.client import Client, open_client
from evosync.outbound.limiter import Limiter
from evosync.settings import Settings
from evosync.vk.api import VkApi, spacing_s
from evosync.vk.market import VkMarket
from evosync.vk.photos import Photos
from evosync.vk.probe import VkProbe

SHIPPED_PHOTO = Path(__file__).parent / "assets" / "default_photo.jpg"

# VK's rules for the picture of a product (help of market.getProductPhotoUploadServer;
# the ratio is what VK's own SDK keeps to).
MAX_PHOTO_BYTES = 50 * 1024 * 1024
PHOTO_KINDS = ("JPEG", "PNG", "GIF")
MIN_PHOTO_SIDE = 400  # pixels
MAX_PHOTO_SIDES = 14_000  # pixels, width and height added
MAX_PHOTO_RATIO = 20
_PHOTO = "VK_DEFAULT_PHOTO_PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What every command and the service share; `limiters` are by VK user id.

    The quota is a VK user's, not a token's text: a rotated token spends the
    same one.
    """

    settings: Settings
    database: Database
    vault: Vault
    evotor: Client
    vk: Client
    pictures: Mapping[str, bytes]
    photo: str
    clock: Callable[[], datetime] = clock.now
    limiters: dict[int, Limiter] = field(default_factory=dict)

    def source(self, connection: EvotorConnection) -> EvotorSource:
        """Build the shop of a connection. Raises NeedsPerson when its token cannot be opened."""
        return EvotorSource(self.evotor_api(self.vault.open(connection.sealed_token)))

    def evotor_api(self, token: str) -> EvotorApi:
        """Build Evotor's API for a token."""
        return EvotorApi(
            self.evotor,
            KnownToken(token),
            base_url=self.settings.evotor_api_url,
            auth_scheme=self.settings.evotor_auth_scheme,
        )

    def target(self, connection: VkConnection) -> VkMarket:
        """Build the market of a connection. Raises NeedsPerson when its token cannot be opened."""
        api = self._connected_api(connection)
        photos = self._photos(connection, api)
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

    def evotor_probe(self, connection: EvotorConnection) -> EvotorProbe:
        """Build the questions to Evotor for a connection. Raises NeedsPerson as `source` does."""
        return EvotorProbe(
            client=self.evotor,
            base_url=self.settings.evotor_api_url,
            token=self.vault.open(connection.sealed_token),
        )

    def _connected_api(self, connection: VkConnection) -> VkApi:
        return self.vk_api(self.vault.open(connection.sealed_token), connection.vk_user_id)

    def _photos(self, connection: VkConnection, api: VkApi) -> Photos:
        shelf = PhotoShelf(
            self.database,
            user_id=connection.user_id,
            community_id=connection.community_id,
            clock=self.clock,
        )
        return Photos(
            api,
            shelf,
            self.pictures,
            community_id=connection.community_id,
            upload_hosts=self.settings.upload_hosts,
        )

    def vk_api(self, token: str, vk_user_id: int | None) -> VkApi:
        """Build VK's API for a token; without a known VK user it has a quota of its own."""
        limiter = Limiter(spacing_s(self.settings.vk_requests_per_second))
        if vk_user_id is not None:
            limiter = self.limiters.setdefault(vk_user_id, limiter)
        return VkApi(
            self.vk,
            KnownToken(token),
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
            photo=self.photo,
        )


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


@asynccontextmanager
async def open_installation(settings: Settings) -> AsyncIterator[Installation]:
    """Open the database, the vault and the clients; close them in the end.

    An empty database gets its schema. Raises Misconfigured when the schema is
    another version's, or a file or a key cannot be used.
    """
    await _check_schema(settings.database)
    picture = await asyncio.to_thread(_read_picture, settings.vk_default_photo_path)
    photo = hashlib.sha256(picture).hexdigest()
    database = open_database(settings.database)
    evotor = _open_evotor(settings.evotor_ca_file)
    vk = open_client("vk")
    try:
        async with database.read() as tx:
            has_sealed_rows = await connections.has_sealed_rows(tx)
        yield Installation(
            settings=settings,
            database=database,
            vault=open_vault(
                settings.data_dir,
                configured=settings.secret_key,
                old=settings.old_secret_keys,
                has_sealed_rows=has_sealed_rows,
            ),
            evotor=evotor,
            vk=vk,
            pictures={photo: picture},
            photo=photo,
        )
    finally:
        await vk.close()
        await evotor.close()
        await database.close()


def _open_evotor(ca_file: str) -> Client:
    try:
        return open_client("evotor", ca_file=ca_file)
    except OSError:  # ssl.SSLError is one
        raise Misconfigured("EVOTOR_CA_FILE", "в файле нет сертификатов PEM.") from None


def _read_picture(given: str) -> bytes:
    if not given:
        return SHIPPED_PHOTO.read_bytes()
    try:
        with Path(given).open("rb") as file:
            content = file.read(MAX_PHOTO_BYTES + 1)
    except OSError as error:
        raise Misconfigured(_PHOTO, f"файл не читается ({error.strerror}).") from None
    why = picture_problem(content)
    if why is not None:
        raise Misconfigured(_PHOTO, why)
    return content


def picture_problem(content: bytes) -> str | None:
    """Say why VK would not take a picture (a Russian sentence), or None when it would.

    Decodes the whole picture: not for the loop.
    """
    if len(content) > MAX_PHOTO_BYTES:
        return f"файл больше {MAX_PHOTO_BYTES // 1024**2} МБ."
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(content), formats=PHOTO_KINDS) as image,
        ):
            why = _size_problem(*image.size)
            if why is None:
                image.load()
            return why
    except UnidentifiedImageError:
        return "это не картинка JPG, PNG или GIF."
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "картинка слишком большая."
    except Exception:  # noqa: BLE001 - each of Pillow's decoders breaks in ways of its own
        return "картинка повреждена."


def _size_problem(width: int, height: int) -> str | None:
    size = f"картинка {width}×{height}, а VK принимает"
    if min(width, height) < MIN_PHOTO_SIDE:
        return f"{size} от {MIN_PHOTO_SIDE}×{MIN_PHOTO_SIDE}."
    if width + height > MAX_PHOTO_SIDES:
        return f"{size} не больше {MAX_PHOTO_SIDES} пикселей в сумме сторон."
    if max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        return f"{size} стороны не более чем {MAX_PHOTO_RATIO} к 1."
    return None


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
