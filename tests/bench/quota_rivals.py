"""Other clients of VK that add the same goods to the same sandbox, each as its documents advise.

They only add: no albums, no readings, nothing that guards against doubles; the
picture's id is given to them.
"""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import requests
import vk_api

from evosync.pictures import read_picture
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN
from evosync.settings import Settings
from tests.bench.apart import Apart
from tests.bench.quota_world import Traffic, count_items, list_goods, traffic
from tests.sandbox.vk.redirected import Redirected

VK_IO = Path(__file__).parent / "vk_io"
REST_S = 1.5  # so that what was sent before takes nothing from a rival's quota

Goods = list[dict[str, Any]]


class RivalMissing(Exception):
    """A rival that cannot be had here, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A client: `push` adds goods at a sandbox's VK and returns the seconds that it took.

    `goods` is how many of them tell its pace: what goes one by one needs no 2,500.
    """

    name: str
    goods: int
    push: Callable[[str, Goods], float]

    async def compete(self, apart: Apart, goods: int) -> tuple[Traffic, float]:
        """Let it add goods; returns what came to VK, and seconds."""
        url = f"{apart.url}/vk"
        photo_id = await asyncio.to_thread(_upload, url)
        listed = [one | {"main_photo_id": photo_id} for one in await apart.do(list_goods, goods)]
        await asyncio.sleep(REST_S)
        before = await apart.do(traffic)
        seconds = await asyncio.to_thread(self.push, url, listed)
        spent = (await apart.do(traffic)).since(before)
        if (stands := await apart.do(count_items)) != goods:
            raise SystemExit(f"{self.name}: {stands} of {goods} goods stand")
        return spent, seconds


def _session(url: str, folder: str) -> vk_api.VkApi:
    http = requests.Session()
    http.mount("https://api.vk.ru/", Redirected(url))
    return vk_api.VkApi(
        token=VK_TOKEN,
        session=http,
        api_version="5.199",
        config_filename=str(Path(folder) / "vk_config.json"),
    )


def _upload(url: str) -> int:
    picture = read_picture(Settings().vk_default_photo_path)
    with tempfile.TemporaryDirectory() as folder:
        session = _session(url, folder)
        door = session.method("market.getProductPhotoUploadServer", {"group_id": COMMUNITY_ID})
        receipt = requests.post(door["upload_url"], files={"file": ("a.jpg", picture)}, timeout=60)
        saved = session.method("market.saveProductPhoto", {"upload_response": receipt.text})
    photo_id: int = saved["photo_id"]
    return photo_id


def _push_singly(url: str, goods: Goods) -> float:
    with tempfile.TemporaryDirectory() as folder:
        session = _session(url, folder)
        began = perf_counter()
        for good in goods:
            session.method("market.add", good)
        return perf_counter() - began


def _push_in_pool(url: str, goods: Goods) -> float:
    with tempfile.TemporaryDirectory() as folder:
        session = _session(url, folder)
        began = perf_counter()
        with vk_api.VkRequestsPool(session) as pool:
            added = [pool.method("market.add", good) for good in goods]
        seconds = perf_counter() - began
    if not all(one.ok for one in added):
        raise SystemExit("VkRequestsPool: not every good was taken")
    return seconds


def _push_with_vk_io(url: str, goods: Goods) -> float:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise RivalMissing("no npm here")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in VK_IO.iterdir():
            if file.is_file():
                shutil.copy(file, folder)
        _called((npm, "ci", "--no-audit", "--no-fund"), folder)
        asked = json.dumps({"url": url, "token": VK_TOKEN, "goods": goods})
        told = json.loads(_called((node, "push.mjs"), folder, asked))
    if told["added"] != len(goods):
        raise SystemExit(f"vk-io: {told}")
    seconds: float = told["seconds"]
    return seconds


def _called(command: Sequence[str], folder: Path, asked: str = "") -> str:
    try:
        return subprocess.run(
            command, cwd=folder, input=asked, capture_output=True, text=True, check=True
        ).stdout
    except subprocess.CalledProcessError as error:
        raise RivalMissing(f"{command[1]} failed: {error.stderr[-300:]}") from None


RIVALS = (
    Rival(name="vk_api, one by one", goods=100, push=_push_singly),
    Rival(name="vk_api, VkRequestsPool", goods=500, push=_push_in_pool),
    Rival(name="vk-io, parallel", goods=2_500, push=_push_with_vk_io),
)
