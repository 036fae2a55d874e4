"""The pages of runs: none yet, a month of them, one going on, done, asking, stopped."""

from tests.browser.chromium import Person
from tests.browser.state import state_of


async def open_stop(person: Person) -> None:
    """Ask for a stop, and come no further than the question."""
    await person.page.get_by_role("button", name="Остановить").first.click()


RUNS = [
    state_of("runs", "none", "/runs", "Запуски", "boris"),
    state_of("runs", "a month", "/runs", "Запуски", "anna"),
    state_of("runs", "one asks", "/runs", "(1) Запуски", "clara"),
    state_of("run", "going on", "/runs/{going}", "Запуск № {going}", "clara"),
    state_of("run", "stop dialog", "/runs/{going}", "Запуск № {going}", "clara", open_stop),
    state_of("run", "done", "/runs/{done}", "Запуск № {done}", "anna"),
    state_of("run", "asking", "/runs/{held}", "(1) Запуск № {held}", "clara"),
    state_of("run", "captcha", "/runs/{paused}", "Запуск № {paused}", "clara"),
    state_of("admin-runs", "all", "/admin/runs", "Запуски", "olga"),
]
