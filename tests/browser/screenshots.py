"""Pictures of every page in every state and look: `python -m tests.browser.screenshots FOLDER`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from evosync.db.migrate import migrate
from tests.browser.chromium import chromium
from tests.browser.fair import open_fair
from tests.browser.looks import LOOKS, Tour, look
from tests.browser.stand import open_stand
from tests.browser.states import STATES
from tests.browser.town import open_town


async def take(folder: Path, *words: str) -> None:
    """Write the pictures of all states, or of those whose names hold one of the words."""
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        template = here / "template.db"
        await migrate(f"sqlite:///{template}")
        async with (
            chromium() as browser,
            open_town(here / "town", template) as town,
            open_fair(here / "fair", template) as fair,
            open_stand(here / "fresh", template) as fresh,
        ):
            tour = Tour(browser=browser, town=town, fair=fair, fresh=fresh)
            for state in STATES:
                if words and not any(word in str(state) for word in words):
                    continue
                person = await tour.arrive(state)
                for each in LOOKS:
                    await look(person, each)
                    file = folder / f"{state}.{each.name}.png"
                    await person.page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), *sys.argv[2:]))
