"""The page of the mirror's settings, and that of the picture."""

from pathlib import Path

from evosync.pictures import SHIPPED_PHOTO
from tests.browser.chromium import Person
from tests.browser.state import state_of


async def type_a_price(person: Person) -> None:
    """Type a multiplier, and wait for the example."""
    await person.fill(price_multiplier="4,5")
    await person.page.get_by_text("Больше чем в три раза — у 28").wait_for()


async def save_far(person: Person) -> None:
    """Save a multiplier that changes all prices at once, and come to the question."""
    await type_a_price(person)
    await person.press("Сохранить")


async def upload_text(person: Person) -> None:
    """Send a text for a picture."""
    await _upload(person, Path(__file__))
    await person.page.locator("#picture-error").wait_for()


async def upload_picture(person: Person) -> None:
    """Send a picture."""
    await _upload(person, SHIPPED_PHOTO)
    await person.page.get_by_text("Ваша картинка, загружена").wait_for()


async def _upload(person: Person, file: Path) -> None:
    await person.page.set_input_files("#picture", file)
    await person.press("Загрузить")


SYNC = [
    state_of("sync", "nothing connected", "/sync", "Синхронизация", "boris"),
    state_of("sync", "to look first", "/sync", "Синхронизация", "tamara"),
    state_of("sync", "an example", "/sync", "Синхронизация", "ulyana", type_a_price),
    state_of("sync", "asks", "/sync", "Сохранить настройки?", "ulyana", save_far),
    state_of("sync-photo", "a text", "/sync/photo", "Картинка товаров", "clara", upload_text),
    state_of("sync-photo", "own", "/sync/photo", "Картинка товаров", "anna", upload_picture),
]
