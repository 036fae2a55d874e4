"""Debian's Chromium, driven: a context a person, and everything that goes wrong in it noted."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = (1280, 800), (390, 844)
# Long: where many tests run at once, each has little of the machine.
PATIENCE_MS = 90_000

# A page that says 403 or 404 is no failure of the page; those of its parts are noted as answers.
_STATUS_OF_PAGE = "Failed to load resource: the server responded with a status of"
# A part that the browser gave up since its page was left.
_LEFT = "net::ERR_ABORTED"


def executable() -> str | None:
    """Find the browser, rather the one without windows; None where there is none.

    The whole one draws its windows though nobody sees them, which takes a third of its time.
    """
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the browser."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        await browser.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at a browser: a page, and what went wrong on it so far."""

    page: Page
    context: BrowserContext
    troubles: list[str] = field(default_factory=list)

    async def press(self, button: str) -> None:
        """Press a button that leads to another page, and wait for that."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=button, exact=True).click()

    async def follow(self, link: str) -> None:
        """Follow a link of the page."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=link, exact=True).click()

    async def fill(self, **words: str) -> None:
        """Fill in fields by their names."""
        for name, text in words.items():
            await self.page.locator(f'[name="{name}"]').fill(text)

    async def sign_in(self, email: str, password: str) -> None:
        """Go through the page for signing in."""
        await self.page.goto("/login")
        await self.fill(email=email, password=password)
        await self.press("Войти")

    async def text(self) -> str:
        """Read what is on the page."""
        return await self.page.locator("main").inner_text()


async def come(
    browser: Browser, url: str, *, friends: tuple[str, ...] = (), **options: Any
) -> Person:
    """Let somebody come to a service with a browser of their own; everything is watched.

    `friends` are the addresses of others who may be asked, where a sign-in leads to them.
    """
    return await open_page(await open_context(browser, url, **options), url, *friends)


async def open_context(browser: Browser, url: str, **options: Any) -> BrowserContext:
    """Open a browser of somebody's own."""
    width, height = DESKTOP
    made = {
        "viewport": {"width": width, "height": height},
        "locale": "ru-RU",
        "timezone_id": "Europe/Moscow",
        # A colour on its way to another is no colour to judge.
        "reduced_motion": "reduce",
    }
    context = await browser.new_context(base_url=url, **(made | options))
    context.set_default_timeout(PATIENCE_MS)
    return context


async def open_page(context: BrowserContext, url: str, *friends: str) -> Person:
    """Open one more page in somebody's browser."""
    person = Person(page=await context.new_page(), context=context)
    _Watch(person, {urlsplit(each).netloc for each in (url, *friends)}).begin()
    return person


class _Watch:
    """Notes whatever goes wrong on a page; `hosts` are those that may be asked.

    No dataclass: Playwright writes an attribute of its own into whose methods it calls.
    """

    def __init__(self, person: Person, hosts: set[str]) -> None:
        self._person = person
        self._hosts = hosts

    def begin(self) -> None:
        page = self._person.page
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_STATUS_OF_PAGE):
            self._note(f"{message.type}: {message.text}")

    def _broke(self, error: Error) -> None:
        self._note(f"{error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self._hosts:
            self._note(f"asks a foreign host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != _LEFT:
            self._note(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self._note(f"{response.status}: {response.url}")

    def _note(self, trouble: str) -> None:
        self._person.troubles.append(f"{self._person.page.url}: {trouble}")
