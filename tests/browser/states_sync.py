"""The page of the mirror's settings, and that of the picture."""

from pathlib import Path

from evosync.pictures import SHIPPED_PHOTO
from tests.browser.chromium import Person
from tests.browser.state import state_of


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
    state_of("sync-photo", "usual", "/sync/photo", "Картинка товаров", "clara"),
    state_of("sync-photo", "a text", "/sync/photo", "Картинка товаров", "clara", upload_text),
    state_of("sync-photo", "own", "/sync/photo", "Картинка товаров", "anna", upload_picture),
]
