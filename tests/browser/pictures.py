"""The pictures of README.md, taken of the demo: `python -m tests.browser.pictures`."""

import asyncio
import contextlib
import io
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from evosync.demo.shop import EMAIL, PASSWORD
from evosync.sandbox.shop import LESNAYA_ID
from tests.browser.chromium import DESKTOP, PHONE, Person, chromium, come
from tests.browser.looks import Look, look
from tests.browser.test_shop_story import has_ended
from tests.flow.process import Running, started
from tests.flow.stand import until

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"

BESIDE = (640, 680)
"""The till and the storefront, each as wide as half a screen."""

WIDE = Look(name="desktop", size=(DESKTOP[0], PHONE[1]), colours="light")
NARROW = Look(name="phone", size=PHONE, colours="light")

GAP, RADIUS, LINE = 28, 12, "#c5cbd3"
QUALITY = 84  # of WebP: letters stay sharp, and a picture is far below 120 KB

SLOW_S = 4
"""How long VK takes for 25 changes while a run is looked at."""

SEARCHED, ALBUM, DEARER = "Гуань Инь", "Улуны", "Те Гуань Инь «Осенний», 100 г"
NEW_PRICE = "990"
UNPRICED = "Чай без цены, 50 г"
ODD_PRICE = "350"  # of the goods that are there for their oddity
GONE = ("Термометр для воды", "Щётка для чайника")

_TILL = re.compile(r"Касса: +(\S+)/till/")
_SERVICE = re.compile(r"Сервис: +(\S+)/ ")
_SOME_SENT = re.compile(r"^[1-9]\d* из \d+$")
_PRODUCT = re.compile(r'name="product" value="([^"]+)"')
_PRICE = re.compile(r'name="price".*?value="(\d?\s?\d{3})"', re.DOTALL)  # of whole roubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """The demo with somebody before it: Anna at her pages, and the sandbox that she plays with."""

    anna: Person
    sandbox: str
    service: str
    folder: Path

    @property
    def page(self) -> Page:
        """What Anna sees."""
        return self.anna.page

    async def take(self, name: str, phone: str = "") -> None:
        """Take a page as it is, and on a phone beside it the same page, or another one."""
        await look(self.anna, WIDE)
        desktop = await self.page.screenshot()
        if phone:
            await self.page.goto(phone)
        await look(self.anna, NARROW)
        await self.page.evaluate("window.scrollTo(0, 0)")
        self.save(name, desktop, await self.page.screenshot())
        await look(self.anna, WIDE)

    def save(self, name: str, *parts: bytes) -> None:
        """Put pictures of one page or two beside each other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        beside([Image.open(io.BytesIO(part)) for part in parts]).save(
            self.folder / f"{name}.webp", quality=QUALITY, method=6
        )


def beside(parts: list[Image.Image]) -> Image.Image:
    """Put pictures side by side, on nothing, each in a thin frame with round corners."""
    width = sum(part.width for part in parts) + GAP * (len(parts) - 1)
    whole = Image.new("RGBA", (width, max(part.height for part in parts)))
    left = 0
    for part in parts:
        box = (0, 0, part.width - 1, part.height - 1)
        shape = Image.new("L", part.size)
        ImageDraw.Draw(shape).rounded_rectangle(box, RADIUS, fill=255)
        framed = part.convert("RGBA")
        ImageDraw.Draw(framed).rounded_rectangle(box, RADIUS, outline=LINE, width=2)
        whole.paste(framed, (left, 0), shape)
        left += part.width + GAP
    return whole


@contextlib.asynccontextmanager
async def on_set(folder: Path) -> AsyncIterator[Set]:
    """Start the demo and let Anna sign in; the goods stand in VK."""
    with tempfile.TemporaryDirectory() as place:
        async with chromium() as browser, started(Path(place), "demo", "--port", "0") as demo:
            await until(lambda: "Ctrl+C" in demo.out, "the demo prints its addresses")
            sandbox, service = _read(_TILL, demo), _read(_SERVICE, demo)
            anna = await come(browser, service, friends=(sandbox,))
            await anna.sign_in(EMAIL, PASSWORD)
            await anna.follow("Подробнее")
            await has_ended(anna, "Готово")
            yield Set(anna=anna, sandbox=sandbox, service=service, folder=folder)
            assert not anna.troubles


def _read(pattern: re.Pattern[str], demo: Running) -> str:
    found = pattern.search(demo.out)
    assert found is not None, demo.err
    return found[1]


async def take(folder: Path) -> None:
    """Play some minutes of the demo and write its pictures into `folder`."""
    async with on_set(folder) as stage:
        await all_is_well(stage)
        await a_price_on_the_till(stage)
        await why_not(stage)
        await before_and_while_it_is_sent(stage)


async def all_is_well(stage: Set) -> None:
    """The first page of whoever signs in."""
    await stage.page.goto("/profile")
    await stage.take("home")


async def a_price_on_the_till(stage: Set) -> None:
    """The till, where a price has just been changed, and what VK's buyers see of it."""
    # In a tab of its own: VK's page loads itself anew, whoever is about to leave it.
    page = await stage.anna.context.new_page()
    await page.set_viewport_size({"width": BESIDE[0], "height": BESIDE[1]})
    await page.goto(f"{stage.sandbox}/till/?q={SEARCHED}")
    row = page.get_by_role("listitem").filter(has_text=DEARER)
    await row.get_by_role("textbox").fill(NEW_PRICE)
    async with page.expect_navigation():
        await row.get_by_role("button", name="Сохранить").click()
    till = await page.screenshot()
    await page.goto(f"{stage.sandbox}/storefront/")
    await page.get_by_role("link", name=re.compile(f"^{ALBUM}")).click()
    card = page.get_by_role("listitem").filter(has_text=DEARER)
    await expect(card).to_contain_text(f"{NEW_PRICE} ₽")
    stage.save("till-and-vk", till, await page.screenshot())
    await page.close()


async def why_not(stage: Set) -> None:
    """Goods that are not in VK, by reason; on the phone one of them, gate by gate."""
    await look(stage.anna, WIDE)
    await stage.page.goto(f"/problems?{urlencode({'q': UNPRICED})}")
    address = await stage.page.get_by_role("link", name=UNPRICED).first.get_attribute("href")
    assert address
    await stage.page.goto("/problems")
    await stage.take("problems", phone=address)


async def before_and_while_it_is_sent(stage: Set) -> None:
    """What sending would change, and the same goods on their way."""
    page = stage.page
    await page.goto("/sync")
    # By hand from now on: the timer would be there first.
    await page.get_by_label("Отправлять изменения в VK").uncheck()
    await page.get_by_role("button", name="Сохранить").first.click()
    await change_the_till(stage)
    await page.goto("/sync/preview")
    await stage.anna.press("Проверить")
    button = page.get_by_role("button", name=re.compile("^Отправить"))
    await expect(button).to_be_visible()
    await stage.take("preview")
    async with httpx.AsyncClient(base_url=stage.sandbox) as sandbox:
        await sandbox.post("/control/vk/knobs", json={"execute_delay_s": SLOW_S})
    await button.click()
    await expect(page.locator(".number-big")).to_have_text(_SOME_SENT)
    await stage.take("run")


async def change_the_till(stage: Set) -> None:
    """Let everyday goods cost 8 % more, in whole tens of roubles, and some be gone."""
    async with httpx.AsyncClient(base_url=stage.sandbox) as cashier:
        for row in (await cashier.get("/till/")).text.split("<li ")[1:]:
            product, price = _PRODUCT.search(row), _PRICE.search(row)
            if not product or not price or price[1] == ODD_PRICE:
                continue
            roubles = int("".join(price[1].split())) * 108 // 1000 * 10
            form = {"store": LESNAYA_ID, "product": product[1], "price": str(roubles)}
            act = "delete" if any(name in row for name in GONE) else "price"
            done = await cashier.post(f"/till/{act}", data=form)
            assert done.is_redirect


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if sys.argv[1:] else PICTURES))
