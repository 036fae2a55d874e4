"""VK's links by which a person mends something, opened for the page that shows them."""

from starlette.requests import Request

from evosync.errors import EvoSyncError
from evosync.web.state import state_of


def opened_link(request: Request, sealed: str | None) -> str | None:
    """Open a link; None where there is none, or no key opens it.

    It may hold a session's secret, so that it is kept sealed.
    """
    if sealed is None:
        return None
    try:
        return state_of(request).opened.vault.open(sealed)
    except EvoSyncError:
        return None
