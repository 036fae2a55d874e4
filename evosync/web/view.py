"""A template and what it is told become a page."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from evosync import spoken
from evosync.catalog.money import price_text
from evosync.db.accounts import User
from evosync.places import templates_dir
from evosync.web.assets import static
from evosync.web.auth import known_session
from evosync.web.flash import Kind, flash, forget_flashes, take_flashes
from evosync.web.forms import PageForm
from evosync.web.headers import CHAT_CSP, policy
from evosync.web.navigation import navigation, route_names
from evosync.web.state import desk_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Where a page leads on to."""

    label: str
    url: str


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Make a page; every template also knows who looks at it and where the ways lead."""
    session = known_session(request)
    viewer = session.user if session else None
    widget_id = _chat_of(request)
    # A script takes a part of the page, without what the last act came to: the next page says it.
    is_part = "hx-request" in request.headers
    page = environment().get_template(template)
    html = page.render(
        request=request,
        status=status,
        viewer=viewer,
        here=_here(request),
        flashes=[] if is_part else take_flashes(request),
        nav=navigation(request, viewer) if viewer and not viewer.is_pending else [],
        chat_widget_id=widget_id,
        now=desk_of(request).clock(),
        **context,
    )
    response = HTMLResponse(html, status)
    if not is_part:
        forget_flashes(request, response)
    if widget_id is not None:
        response.headers["Content-Security-Policy"] = policy(CHAT_CSP)
        # The widget opens windows of its own.
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response


def fragment(request: Request, template: str, **context: Any) -> str:
    """Make a part of a page, for a script to put in its place."""
    session = known_session(request)
    return (
        environment()
        .get_template(template)
        .render(
            request=request,
            viewer=session.user if session else None,
            now=desk_of(request).clock(),
            **context,
        )
    )


def render_form(request: Request, template: str, form: PageForm, **context: Any) -> HTMLResponse:
    """Make the page of a form; its number and headers are the form's own."""
    response = render(request, template, status=form.status, form=form, **context)
    response.headers.update(form.headers)
    return response


def look_out_for_letter(request: Request, title: str, *sentences: str) -> HTMLResponse:
    """Make the page that says that a letter is on its way, or would be if somebody had asked."""
    return render(
        request,
        "public/notice.html",
        title=title,
        state="success",
        sentences=sentences,
        action=None,
    )


def redirect(request: Request, name: str, **params: Any) -> RedirectResponse:
    """Send the browser on to a page of ours, after an act; it is asked for by GET."""
    return RedirectResponse(request.app.url_path_for(name, **params), 303)


def told(request: Request, name: str, kind: Kind, words: str) -> RedirectResponse:
    """Send the browser on to a page of ours, which says what became of the act."""
    response = redirect(request, name)
    flash(request, response, kind, words)
    return response


@cache
def environment() -> Environment:
    """Open the templates; what one is not told is an error, and not an empty place."""
    made = Environment(
        loader=FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"static": static, "url": _url, "has_route": _has_route}
    made.filters |= {
        "ago": _ago,
        "amount": spoken.amount,
        "moment": _moment,
        "money": price_text,
        "number": spoken.number,
        "phone": spoken.phone,
        "plural": spoken.plural,
    }
    return made


def _here(request: Request) -> str:
    """Return the address that shows this page again; one that only takes forms shows nothing."""
    page = getattr(request.state, "page", None)
    if page is None or "GET" not in page.handlers:
        return str(request.app.url_path_for("profile"))
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return request.url.path + query


def _chat_of(request: Request) -> str | None:
    page = getattr(request.state, "page", None)
    widget_id = desk_of(request).settings.jivosite_widget_id
    session = known_session(request)
    # It runs with the rights of whoever looks, and so may read what they may.
    may_more = session is not None and session.user.permissions
    return widget_id if widget_id and page is not None and page.has_chat and not may_more else None


@pass_context
def _url(context: Context, name: str, **params: Any) -> str:
    return str(context["request"].app.url_path_for(name, **params))


@pass_context
def _has_route(context: Context, name: str) -> bool:
    return name in route_names(context["request"])


@pass_context
def _ago(context: Context, at: datetime) -> str:
    return spoken.ago(at, context["now"], _zone(context["viewer"]))


@pass_context
def _moment(context: Context, at: datetime) -> str:
    return spoken.moment(at, _zone(context["viewer"]))


def _zone(viewer: User | None) -> str:
    return viewer.time_zone if viewer else spoken.MOSCOW
