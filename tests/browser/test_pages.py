"""Every page in every state, wide and narrow, light and dark: nothing is wrong with any of them."""

from collections.abc import Sequence
from itertools import cycle

import pytest
from axe_playwright_python.async_playwright import Axe

from evosync.web.app import routes
from evosync.web.routing import FilePage, Page
from tests.browser.chromium import PHONE, Person
from tests.browser.conftest import Newcomer
from tests.browser.looks import LOOKS, OPPOSITE, Look, Tour, look
from tests.browser.state import State
from tests.browser.states import STATES
from tests.browser.town import Town

on_loop = pytest.mark.asyncio(loop_scope="session")

GRAVE = {"serious", "critical"}
# Rules whose findings are never grave are not asked; those asked need no style sheet fetched anew.
_GRAVE_RULES = """() => axe._audit.rules
  .filter((rule) => rule.enabled && !rule.tags.includes("experimental"))
  .filter((rule) => ["serious", "critical"].includes(rule.impact))
  .map((rule) => rule.id)"""
# A row that another one of its list is like, but for the words in it, is as right as that one.
_LOOK_AT = """rules => {
  const seen = new Set();
  const drawn = (each) => [each.tagName, !each.textContent.trim(), ...[...each.attributes]
    .filter((one) => /^(class|role|type|aria-|checked|disabled|hidden|open)/.test(one.name))
    .map((one) => one.name + (/^aria-(label|controls|describe)/.test(one.name) || one.value))];
  for (const row of document.querySelectorAll("tbody > tr, main li")) {
    const parts = [row.parentElement, row, ...row.querySelectorAll("*")];
    const key = parts.map(drawn).join(" ");
    row.toggleAttribute("data-alike", seen.has(key));
    seen.add(key);
  }
  return axe.run({exclude: ["[data-alike]"]}, {
    preload: false, resultTypes: ["violations"], runOnly: {type: "rule", values: rules},
  });
}"""
_INLINE = """() => [...document.querySelectorAll("*")].filter((each) =>
  each.matches("style, [style], script:not([src])")
  || [...each.attributes].some((one) => one.name.startsWith("on"))
).map((each) => each.outerHTML.slice(0, 200))"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_HIDDEN_TABS = """() => [...document.querySelectorAll(".subnav [aria-current]")].filter((tab) => {
  const [own, all] = [tab, tab.parentElement].map((each) => each.getBoundingClientRect());
  return own.left < all.left - 1 || own.right > all.right + 1;
}).map((tab) => tab.textContent)"""


# States share templates and colours: what one look misses of a state, its neighbours see.
IN_TURN = list(zip(STATES, cycle(OPPOSITE), strict=False))


@on_loop
@pytest.mark.parametrize(("state", "turn"), IN_TURN, ids=str)
async def test_a_page_is_right_wide_and_light_or_narrow_and_dark(
    state: State, turn: Look, tour: Tour
) -> None:
    await is_right(state, tour, [turn])


@on_loop
@pytest.mark.looks
@pytest.mark.parametrize("state", STATES, ids=str)
async def test_a_page_is_right_in_every_look(state: State, tour: Tour) -> None:
    await is_right(state, tour, LOOKS)


async def is_right(state: State, tour: Tour, looks: Sequence[Look]) -> None:
    """Come to a page, and hold that nothing is wrong with it in these looks.

    Whether it fits a phone is seen in any case: one look at it is cheap.
    """
    person = await tour.arrive(state)
    if state.route not in {"docs", "redoc"}:
        # The policy forbids it, so it would do nothing.
        assert not await person.page.evaluate(_INLINE)
    for each in looks:
        await look(person, each)
        assert not await grave_findings(person, state), each.name
    if looks[-1].size != PHONE:
        await look(person, OPPOSITE[-1])
    assert await person.page.evaluate(_WIDER) == 0, "it scrolls sideways"
    assert await person.page.evaluate(_HIDDEN_TABS) == []
    assert not person.troubles


async def grave_findings(person: Person, state: State) -> list[str]:
    # Page by page it is the same script, so it comes into each but once.
    if not await person.page.evaluate("'axe' in window"):
        await person.page.evaluate(Axe().axe_script)
    rules = await person.page.evaluate(_GRAVE_RULES)
    assert {"color-contrast", "label", "button-name"} <= set(rules)
    found = await person.page.evaluate(_LOOK_AT, rules)
    return [
        f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in GRAVE and one["id"] not in state.excused
    ]


def test_every_page_is_in_the_table() -> None:
    there_are = {
        route.name
        for route in routes
        if isinstance(route, Page) and not route.is_json and "GET" in route.handlers
        if not isinstance(route, FilePage)
    }
    looked_at = {state.route for state in STATES} - {"no page"}
    assert looked_at == there_are, "add the page with its states to tests/browser/states_*.py"


@on_loop
async def test_what_the_policy_forbids_would_be_noticed(town: Town, newcomer: Newcomer) -> None:
    person = await newcomer(town.stand.url)
    await person.page.goto("/login")
    assert not person.troubles
    async with person.page.expect_console_message():
        await person.page.evaluate("document.body.setAttribute('style', 'color: red')")
    async with person.page.expect_console_message():
        await person.page.evaluate(
            "document.body.append(new Image()); document.images[0].src = 'http://foreign.example/x'"
        )
    assert len(person.troubles) >= 2
    person.troubles.clear()


@on_loop
async def test_a_row_unlike_the_others_would_be_noticed(newcomer: Newcomer, town: Town) -> None:
    person = await newcomer(town.stand.url)
    alike = "<tr><td class='right'><a href='/1'>Чай</a></td></tr>" * 3
    unlike = "<tr><td class='pale'><a href='/2'>Чашка</a></td><td><input></td></tr>"
    await person.page.set_content(
        "<html lang='ru'><title>Т</title><style>.pale a { color: #ddd; }</style>"
        f"<main><table>{alike}{unlike}</table></main></html>"
    )
    state = State(route="none", what="odd", path="/", title="Т")
    found = [told.partition(":")[0] for told in await grave_findings(person, state)]
    assert sorted(found) == ["color-contrast", "label"]
    assert await person.page.locator("[data-alike]").count() == 2
