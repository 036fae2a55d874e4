"""`POST /profile/theme`: light, dark, or as the machine does."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.accounts import own_account
from evosync.web.auth import local_path, user_of
from evosync.web.forms import sent_form
from evosync.web.state import desk_of

THEMES = ("auto", "light", "dark")


async def submit(request: Request) -> Response:
    """Keep the choice and go back to where it was made. Raises HTTPException 400."""
    sent = await sent_form(request)
    theme, back = sent.get("theme"), sent.get("next")
    if not isinstance(theme, str) or theme not in THEMES:
        raise HTTPException(400, "Таких цветов нет.")
    await own_account.set_theme(desk_of(request), user_of(request), theme)
    path = local_path(back) if isinstance(back, str) else None
    return RedirectResponse(path or request.app.url_path_for("profile"), 303)
