"""How far a reading of both sides is: shown on the pages of what it reads, asked for by them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import catalog_pages
from evosync.db.catalog_pages import LastReading
from evosync.web.auth import user_of
from evosync.web.state import state_of
from evosync.web.view import render

STAGES = {
    None: (1, "Ждём своей очереди"),
    "shop": (2, "Читаем кассу Эвотор"),
    "market": (3, "Читаем товары в VK"),
}
STEPS = 4
"""A reading waits, reads the till, then VK; the bar is full when it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReading:
    """The step that a reading is at, counted from one, and its words."""

    step: int
    words: str
    steps: int = STEPS


def shown_reading(last: LastReading) -> ShownReading | None:
    """Show the reading that goes on; None when none does."""
    if last.run_id is None:
        return None
    step, words = STAGES.get(last.stage, STAGES["shop"])
    return ShownReading(step=step, words=words)


async def answer_how_far(request: Request) -> Response | None:
    """Answer a page that asks how far the reading is; None when the whole page is wanted.

    It is so when the reading has ended too: `in_place_of` then says where the page goes.
    """
    if not _is_asked(request):
        return None
    async with state_of(request).database.read() as tx:
        last = await catalog_pages.find_last_reading(tx, user_of(request).id)
    reading = shown_reading(last)
    if reading is None:
        return None
    if request.query_params.get("step") == str(reading.step):
        # Nothing is put in place, so that nothing is read out again.
        return Response(status_code=204)
    return render(request, "parts/reading_step.html", reading=reading)


def in_place_of(request: Request, response: Response, selector: str) -> Response:
    """Let whatever asked how far a reading is put this page in place of `selector`."""
    if _is_asked(request):
        response.headers["HX-Retarget"] = selector
        response.headers["HX-Reselect"] = selector
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _is_asked(request: Request) -> bool:
    return "hx-request" in request.headers and request.query_params.get("part") == "reading"
