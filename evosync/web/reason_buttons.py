"""The buttons beside a reason: where each leads, or what it sends, for this product or for many."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from evosync.web.navigation import route_names
from evosync.web.reasons import Button, Form, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownButton:
    """A link, or a form of hidden `fields` to send."""

    label: str
    url: str
    is_form: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    is_external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the buttons of one product are about.

    `leader` is the id that its item is under, `item_url` the item's address in
    VK, `held_run` the run that waits for an answer, and `here` the page to come back to.
    """

    product_id: str
    store_id: str
    group_id: str
    leader: str
    here: str
    item_url: str | None = None
    held_run: int | None = None


def buttons_of(request: Request, reason: Reason, subject: Subject) -> list[ShownButton]:
    """List what mends one product; a button whose page is not there is left out."""
    shown = (_of_one(request, button, subject) for button in reason.buttons)
    return [each for each in shown if each is not None]


def button_of_many(
    request: Request, code: str, reason: Reason, held_run: int | None
) -> ShownButton | None:
    """Make what is offered beside many products at once, if there is anything."""
    for button in reason.buttons:
        if button.route == "run":
            return run_button(request, button.label, held_run)
        if button.route:
            return _to_page(request, button, button.of_many or button.label)
        if button.of_many:
            return ShownButton(label=button.of_many, url=reason_url(request, code))
    return None


def run_button(request: Request, label: str, run_id: int | None) -> ShownButton | None:
    """Make a link to a run."""
    if run_id is None or "run" not in route_names(request):
        return None
    return ShownButton(label=label, url=str(request.app.url_path_for("run", id=str(run_id))))


def form_button(
    request: Request, label: str, route: str, *fields: tuple[str, str], **params: str
) -> ShownButton | None:
    """Make a button that sends a form; None where its page is not there."""
    if route not in route_names(request):
        return None
    url = str(request.app.url_path_for(route, **params))
    return ShownButton(label=label, url=url, is_form=True, fields=fields)


def reason_url(request: Request, code: str) -> str:
    """Return the address of the products that a reason keeps."""
    return f"{request.app.url_path_for('problems')}?{urlencode({'code': code})}"


def problem_url(request: Request, product_id: str, store_id: str = "") -> str:
    """Return the address of a product's own page, as one store has it."""
    path = str(request.app.url_path_for("problem", pid=product_id))
    return f"{path}?{urlencode({'store': store_id})}" if store_id else path


def _of_one(request: Request, button: Button, subject: Subject) -> ShownButton | None:
    if button.form is not None:
        return _to_send(request, button.label, button.form, button.answer, subject)
    if button.in_vk:
        if subject.item_url is None:
            return None
        return ShownButton(label=button.label, url=subject.item_url, is_external=True)
    if button.route == "run":
        return run_button(request, button.label, subject.held_run)
    return _to_page(request, button, button.label)


def _to_page(request: Request, button: Button, label: str) -> ShownButton | None:
    if button.route not in route_names(request):
        return None
    url = str(request.app.url_path_for(button.route))
    return ShownButton(label=label, url=f"{url}#{button.anchor}" if button.anchor else url)


def _to_send(
    request: Request, label: str, form: Form, answer: str, subject: Subject
) -> ShownButton | None:
    store, product, back = subject.store_id, subject.product_id, ("next", subject.here)
    match form:
        case Form.STORE_ON:
            return form_button(request, label, form, ("on", "1"), back, id=store)
        case Form.GROUP_ON:
            return form_button(
                request, label, form, ("on", "1"), back, id=store, gid=subject.group_id
            )
        case Form.PRODUCT_ON:
            return form_button(request, label, form, ("on", "1"), back, id=store, pid=product)
        case Form.PRODUCT_OFF:
            toggle = Form.PRODUCT_ON
            return form_button(request, label, toggle, ("on", "0"), back, id=store, pid=product)
        case Form.ADOPT:
            fields = (("product", subject.leader), ("answer", answer), back)
            return form_button(request, label, form, *fields)
        case Form.RETRY:
            return form_button(request, label, form, ("store", store), pid=product)
        case Form.SEND:
            return form_button(request, label, form)
