"""Pictures on their way into VK: uploaded once, then known by their photo id."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import structlog

from evosync.errors import NeedsPerson
from evosync.outbound.client import Request, Unreachable
from evosync.outbound.retry import later_from
from evosync.redact import mask_text
from evosync.vk.api import VkApi
from evosync.vk.errors import UPLOAD_FAILED, VkRefusal
from evosync.vk.wire import SavedPhoto, UploadServer

log = structlog.get_logger(__name__)

# How long VK's upload address lives is not documented; clients that reuse it
# for minutes do well.
UPLOAD_URL_AGE_S = 600.0

UPLOAD_TIMEOUT_S = 60.0

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_TYPES: Mapping[bytes, tuple[str, str]] = {
    b"\x89PNG": ("picture.png", "image/png"),
    b"GIF8": ("picture.gif", "image/gif"),
}
_JPEG = ("picture.jpg", "image/jpeg")


class PhotoStore(Protocol):
    """What is remembered of one community's pictures. Implemented by the database."""

    async def find(self, sha: str) -> int | None:
        """Return the photo id that VK gave for this picture (SHA-256, hex)."""
        ...

    async def save(self, sha: str, photo_id: int) -> None:
        """Remember a picture's photo id, in place of an older one."""
        ...

    async def is_sharing_refused(self) -> bool:
        """Tell whether VK refuses one photo id on several items of this community."""
        ...

    async def refuse_sharing(self) -> None:
        """Remember that it does."""
        ...


class Photos:
    """Gives photo ids of pictures in one community.

    `pictures` holds the bytes by their SHA-256 (hex). `upload_hosts` are the
    hosts, with their subdomains, that pictures may be sent to.
    """

    def __init__(
        self,
        api: VkApi,
        store: PhotoStore,
        pictures: Mapping[str, bytes],
        *,
        community_id: int,
        upload_hosts: Sequence[str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._store = store
        self._pictures = pictures
        self._community_id = community_id
        self._upload_hosts = upload_hosts
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._ids: dict[str, int] = {}
        self._is_sharing_refused: bool | None = None  # not asked yet
        self._upload_url: tuple[str, float] | None = None

    async def shared(self, sha: str, refused: int | None = None) -> int | VkRefusal:
        """Return the community's photo id of a picture, uploading it when there is none.

        With `refused`, an id that VK did not take: another one, uploaded now
        unless that has been done already. Where VK refuses shared ids it is
        a new one each time. Raises TryLater or NeedsPerson.
        """
        if self._is_sharing_refused is None:
            self._is_sharing_refused = await self._store.is_sharing_refused()
        if self._is_sharing_refused:
            return await self.own(sha)
        async with self._lock:
            known = self._ids.get(sha) or await self._store.find(sha)
            if known is not None and known != refused:
                self._ids[sha] = known
                return known
            photo_id = await self.own(sha)
            if isinstance(photo_id, int):
                await self._store.save(sha, photo_id)
                self._ids[sha] = photo_id
            return photo_id

    async def own(self, sha: str) -> int | VkRefusal:
        """Upload a picture for one item alone. Raises TryLater or NeedsPerson."""
        picture = self._pictures.get(sha)
        if picture is None:
            return VkRefusal(code=UPLOAD_FAILED, message="картинка не найдена")
        is_old_url = self._upload_url is not None
        photo_id = await self._uploaded(picture)
        if isinstance(photo_id, VkRefusal):
            self._upload_url = None
            if is_old_url:  # the address may have run out, not the picture be bad
                photo_id = await self._uploaded(picture)
        return photo_id

    async def refuse_sharing(self) -> None:
        """Remember that VK wants a photo of its own for each item."""
        log.info("shared photos refused", community_id=self._community_id)
        self._is_sharing_refused = True
        await self._store.refuse_sharing()

    async def _uploaded(self, picture: bytes) -> int | VkRefusal:
        url = await self._url()
        if isinstance(url, VkRefusal):
            return url
        receipt = await self._post(url, picture)
        if isinstance(receipt, VkRefusal):
            return receipt
        # VK wants the text of the receipt exactly as the upload host wrote it.
        saved = await self._api.call("market.saveProductPhoto", {"upload_response": receipt})
        if isinstance(saved, VkRefusal):
            return saved
        try:
            return msgspec.convert(saved, SavedPhoto).photo_id
        except msgspec.ValidationError:
            return VkRefusal(code=UPLOAD_FAILED, message="VK не назвал номер картинки")

    async def _url(self) -> str | VkRefusal:
        now = self._monotonic()
        if self._upload_url is not None and now - self._upload_url[1] < UPLOAD_URL_AGE_S:
            return self._upload_url[0]
        answer = await self._api.call(
            "market.getProductPhotoUploadServer", {"group_id": self._community_id}
        )
        if isinstance(answer, VkRefusal):
            return answer
        try:
            url = msgspec.convert(answer, UploadServer).upload_url
        except msgspec.ValidationError:
            return VkRefusal(code=UPLOAD_FAILED, message="VK не дал адрес для загрузки")
        try:
            self._check_host(url)
        except ValueError:  # such as half an IPv6 address
            return VkRefusal(code=UPLOAD_FAILED, message="VK не дал адрес для загрузки")
        self._upload_url = (url, now)
        return url

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        is_known = any(host == name or host.endswith(f".{name}") for name in self._upload_hosts)
        if not is_known or (parts.scheme != "https" and host not in _LOOPBACK):
            raise NeedsPerson(
                f"VK просит отправить картинку на незнакомый адрес «{host}». "
                "Если это адрес VK, добавьте его в VK_UPLOAD_HOSTS.",
                code="photo_refused",
                cause=f"upload host {parts.scheme}://{host}",
            )

    async def _post(self, url: str, picture: bytes) -> str | VkRefusal:
        name, kind = _TYPES.get(picture[:4], _JPEG)
        request = Request(
            method="POST",
            url=url,
            files={"file": (name, picture, kind)},
            timeout_s=UPLOAD_TIMEOUT_S,
        )
        tried = 0
        while True:
            tried += 1
            try:
                answer = await self._api.client.send(request)
                if answer.status < 500:
                    return _receipt(answer.body)
                error = Unreachable(f"HTTP {answer.status} of the upload host", is_unsent=False)
            except Unreachable as unreachable:
                error = unreachable
            if not await self._api.patience.wait(tried):
                raise later_from(error, service="VK", code="vk_busy")


def _receipt(body: bytes) -> str | VkRefusal:
    """Return the upload host's text, or its error: JSON with `error…` keys, or no JSON."""
    try:
        text = body.decode()
        fields = msgspec.json.decode(text, type=dict[str, object])
    except (UnicodeDecodeError, msgspec.DecodeError):
        return VkRefusal(code=UPLOAD_FAILED, message="узел загрузки ответил непонятно")
    words = [str(fields[key]) for key in ("error_msg", "error_descr", "error") if fields.get(key)]
    if words or fields.get("error_code"):
        return VkRefusal(code=UPLOAD_FAILED, message=mask_text("; ".join(words)))
    return text
