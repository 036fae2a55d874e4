"""One state of a page: who opens it, what they do there, and the title that stands then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from tests.browser.chromium import Person

Place = Literal["town", "fresh", "fair"]
Act = Callable[[Person], Awaitable[None]]
TOO_LONG = "я" * 300


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One look of a page: who opens `path`, what they do there, and the title that stands then.

    `path` names people and links in braces. `place` is the service: the town,
    a fresh one that has no account yet, or the fair, where people can sign in
    at VK and Evotor. `excused` are rules of axe that a page drawn by others breaks.
    """

    route: str
    what: str
    path: str
    title: str
    who: str | None = None
    act: Act | None = None
    place: Place = "town"
    excused: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.route}-{self.what}".replace(" ", "-")


def sending(button: str, **words: str) -> Act:
    """Fill in a form and send it."""

    async def act(person: Person) -> None:
        await person.fill(**words)
        await person.press(button)

    return act


async def open_suspend(person: Person) -> None:
    """Ask for a suspension, and come no further than the question."""
    await person.page.get_by_role("button", name="Приостановить").click()


async def open_delete(person: Person) -> None:
    """Ask for a deletion, and come no further than the question."""
    await person.page.get_by_role("button", name="Удалить").click()


async def open_disconnect(person: Person) -> None:
    """Ask for a disconnection, and come no further than the question."""
    await person.page.get_by_role("button", name="Отключить").first.click()


async def unfold(person: Person) -> None:
    """Open all that is folded."""
    await person.page.evaluate(
        "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
    )


async def try_key(person: Person) -> None:
    """Have a key tried in place, and wait for the answer."""
    await person.fill(token="no-such-key")
    await person.page.get_by_role("button", name="Проверить", exact=True).click()
    await person.page.locator(".answer").filter(has_text=".").wait_for()


async def open_menus(person: Person) -> None:
    """Open the menu of the person, that of wide windows and that of phones."""
    await person.page.evaluate(
        "document.querySelectorAll('details.menu').forEach((each) => { each.open = true; })"
    )


async def docs_drawn(person: Person) -> None:
    """Wait until the description stands there."""
    await person.page.get_by_text("/health").first.wait_for()


def state_of(
    route: str, what: str, path: str, title: str, who: str | None = None, act: Act | None = None
) -> State:
    """Make a state of a page on the service that has people."""
    return State(route=route, what=what, path=path, title=title, who=who, act=act)


def at_fair(
    route: str, what: str, path: str, title: str, who: str, act: Act | None = None
) -> State:
    """Make a state of a page on the service that is connected to a sandbox."""
    return State(route=route, what=what, path=path, title=title, who=who, act=act, place="fair")
