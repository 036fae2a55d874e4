"""`/sync/settings`: takes the settings, turns the master switch, works examples out."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import sync
from evosync.db.sync import SyncConfig
from evosync.engine.rules import Rounding
from evosync.jobs.settings import Settings
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import Kind
from evosync.web.forms import read_form, sent_form
from evosync.web.pages.sync import page_around, top_of_page
from evosync.web.state import state_of
from evosync.web.sync_examples import price_example, read_goods
from evosync.web.sync_form import SyncForm
from evosync.web.sync_words import differences
from evosync.web.view import render, told

LOOK_FIRST = "Сначала посмотрите, что отправится: без вашего подтверждения в VK ничего не появится."


async def submit(request: Request) -> Response:
    """Do what was asked: one switch, an example, or all that the form holds."""
    sent = await sent_form(request)
    if "enabled" in sent:
        return await _turn(request, is_on=sent.getlist("enabled")[-1] == "1")
    form = await read_form(request, SyncForm)
    if sent.get("example") == "1":
        return await _example(request, form)
    if not form.checked():
        return await page_around(request, form)
    settings = _settings_of(request)
    foreseen = await settings.foresee(form.over)
    if foreseen.members and sent.get("confirmed") != foreseen.digest:
        return render(request, "sync/confirm.html", form=form, foreseen=foreseen)
    if not await settings.save(form.over, differences, foreseen):
        return told(request, "sync", "secondary", "Всё уже так и стоит.")
    return told(request, "sync", "success", "Сохранено." + await _when(request))


async def _turn(request: Request, *, is_on: bool) -> Response:
    """Turn the master switch; before the first push was looked at it does not go on (R15)."""
    kind: Kind = "success"
    words = "Включено." if is_on else "Выключено. Товары в VK остались, но не обновляются."
    async with state_of(request).database.read() as tx:
        config = await sync.get_config(tx, user_of(request).id)
    if is_on and config.confirmed_at is None:
        kind, words = "warning", LOOK_FIRST
    else:

        def turned(standing: SyncConfig) -> SyncConfig:
            # What was confirmed a moment ago may be another community's by now.
            may_be = not is_on or standing.confirmed_at is not None
            return replace(standing, enabled=is_on) if may_be else standing

        await _settings_of(request).save(turned, differences)
    if "hx-request" in request.headers:
        return await top_of_page(request, words)
    return told(request, "sync", kind, words)


async def _example(request: Request, form: SyncForm) -> Response:
    """Show prices as they would be, and save nothing."""
    is_right = form.price_multiplier.validate(form) and form.rounding.validate(form)
    if not is_right:
        why = (*form.price_multiplier.errors, *form.rounding.errors)[0]
        return render(request, "sync/prices.html", example=None, why=why)
    async with state_of(request).database.read() as tx:
        goods = await read_goods(tx, user_of(request).id)
    example = price_example(goods, form.multiplier, Rounding(form.rounding.data))
    return render(request, "sync/prices.html", example=example, why=None)


async def _when(request: Request) -> str:
    async with state_of(request).database.read() as tx:
        config = await sync.get_config(tx, user_of(request).id)
    is_on = config.enabled and config.mirror and config.confirmed_at is not None
    return " Изменения отправятся в ближайший запуск." if is_on else ""


def _settings_of(request: Request) -> Settings:
    state = state_of(request)
    return Settings(
        opened=state.opened,
        desk=state.desk,
        user=user_of(request),
        address=visit_of(request).address,
    )
