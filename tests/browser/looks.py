"""How a state of a page is come to, and the four looks that it has."""

from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from evosync.web.auth import COOKIE
from tests.browser.chromium import DESKTOP, PHONE, Person, open_context, open_page
from tests.browser.stand import Stand
from tests.browser.state import Place, State
from tests.browser.town import Town


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A width and colours."""

    name: str
    size: tuple[int, int]
    colours: Literal["light", "dark"]

    def __str__(self) -> str:
        return self.name


LOOKS = (
    Look(name="desktop", size=DESKTOP, colours="light"),
    Look(name="desktop-dark", size=DESKTOP, colours="dark"),
    Look(name="phone-dark", size=PHONE, colours="dark"),
    Look(name="phone", size=PHONE, colours="light"),
)

OPPOSITE = (LOOKS[0], LOOKS[2])
"""Both widths and both colours: CI takes one of them for each state, in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Brings whoever sees a page to it; everybody keeps their browser and what it loaded."""

    browser: Browser
    town: Town
    fair: Town
    fresh: Stand
    people: dict[tuple[Place, str | None], Person] = field(default_factory=dict)

    async def arrive(self, state: State) -> Person:
        """Come to a page in this state, as wide and as light as at first."""
        town = self.fair if state.place == "fair" else self.town
        stand = self.fresh if state.place == "fresh" else town.stand
        person = await self._person(state, stand.url, town)
        await look(person, LOOKS[0])
        words = town.words | {"setup": self.fresh.setup_link().split("key=")[1]}
        await person.page.goto(state.path.format(**words))
        if state.act is not None:
            await state.act(person)
        await expect(person.page).to_have_title(f"{state.title.format(**words)} — EvoSync")
        return person

    async def _person(self, state: State, url: str, town: Town) -> Person:
        key = (state.place, state.who)
        if key not in self.people:
            context = await open_context(self.browser, url)
            # Each page has it then; to bring it there anew each time takes longer.
            await context.add_init_script(Axe().axe_script)
            if state.who is not None:
                cookie: Any = {"name": COOKIE, "value": town.keys[state.who], "url": url}
                await context.add_cookies([cookie])
            # A page more costs the browser processes; to go on to another address, hardly any.
            self.people[key] = await open_page(context, url)
        # What went wrong on the page before was told there.
        self.people[key].troubles.clear()
        return self.people[key]


async def look(person: Person, wanted: Look) -> None:
    """See the page so wide, in these colours; it is not loaded anew."""
    width, height = wanted.size
    await person.page.set_viewport_size({"width": width, "height": height})
    await person.page.emulate_media(color_scheme=wanted.colours, reduced_motion="reduce")
    # The page hears of its colours just before it is drawn.
    await person.page.evaluate("() => new Promise(requestAnimationFrame)")
