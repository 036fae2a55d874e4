"""`/sync/preview`: what sending would change in VK, looked at before anything is sent."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from evosync.db import connections, left_behind, previews, selection, shop_account, sync
from evosync.db.links import Place
from evosync.db.previews import Age, Preview
from evosync.db.runs import RunKind
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked
from evosync.web.auth import user_of
from evosync.web.plan_words import changes_in_words
from evosync.web.preview_view import ShownPlan, read_plan, show_going
from evosync.web.remedies import turned_away
from evosync.web.run_ended import find_mend
from evosync.web.sealed_links import opened_link
from evosync.web.state import state_of
from evosync.web.view import redirect, render

TEMPLATE = "sync/preview.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What can be done with a plan: what the button says, whether it may be pressed.

    It `may_be_asked` about while nothing has changed since, though there be nothing to send.

    `is_first` = the first push into `community`, which a person confirms;
    `left` and `elsewhere` count what an earlier till or community was given.
    """

    label: str
    is_first: bool
    community: str
    is_enabled: bool
    may_be_sent: bool
    may_be_asked: bool
    left: int = 0
    elsewhere: int = 0


async def begin(request: Request) -> Response:
    """Begin a preview, and lead to where it is seen."""
    state, user = state_of(request), user_of(request)
    asked = Asked(user_id=user.id, kind=RunKind.PREVIEW, asked_by=user.id)
    try:
        await state.mirroring.begin(asked)
    except NeedsPerson as error:
        return turned_away(request, error, "sync-preview")
    return redirect(request, "sync-preview")


async def show(request: Request) -> Response:
    """Show the last preview; only rows are read."""
    async with state_of(request).database.read() as tx:
        look, context = await _look(request, tx)
    return render(request, TEMPLATE, look=look, **context)


async def _look(request: Request, tx: Tx) -> tuple[str, dict[str, Any]]:
    """Find out which of the page's states it is, and what that one shows."""
    user, now = user_of(request), state_of(request).opened.clock()
    vk = await connections.find_vk(tx, user.id)
    if vk is None or await connections.find_evotor(tx, user.id) is None:
        return "connect", {}
    preview = await previews.find_preview(tx, user.id, now)
    if preview is None or preview.run.status is RunStatus.CANCELLED:
        chosen = await selection.get_selection(tx, user.id)
        return "none", {"was_cancelled": preview is not None, "has_stores": bool(chosen.stores)}
    run = preview.run
    if run.finished_at is None:
        return "going", {"going": show_going(run, now), "run": run}
    if not preview.is_plan:
        sentence = run.error_text or "Проверка не удалась."
        mend = find_mend(run, opened_link(request, run.sealed_link))
        return "failed", {"run": run, "sentence": sentence, "mend": mend}
    place = Place(user_id=user.id, community_id=vk.community_id)
    config = await sync.get_config(tx, user.id)
    plan = await read_plan(request, tx, place, preview, now)
    name = vk.community_name or str(vk.community_id)
    chosen = await selection.get_selection(tx, user.id)
    return "plan", {
        "run": run,
        "age": preview.age.value,
        "later_id": preview.later_id,
        "plan": plan,
        "has_stores": bool(chosen.stores),
        "sending": await _sending(tx, place, config, preview, plan, name),
    }


async def _sending(
    tx: Tx, place: Place, config: SyncConfig, preview: Preview, plan: ShownPlan, community: str
) -> Sending:
    # A token may open another account than it did when the first push was agreed to.
    is_other = await shop_account.is_other_than_confirmed(tx, place.user_id)
    is_first = config.confirmed_at is None or is_other
    left = await left_behind.find_left_behind(tx, place) if is_first else None
    return Sending(
        label=_label(plan.total, is_first=is_first),
        is_first=is_first and preview.age is not Age.SENT,
        community=community,
        is_enabled=config.enabled or is_first,
        may_be_asked=preview.may_be_sent,
        may_be_sent=preview.may_be_sent and (is_first or plan.total > 0),
        left=len(left.products) if left else 0,
        elsewhere=left.elsewhere if left else 0,
    )


def _label(total: int, *, is_first: bool) -> str:
    if not total:
        return "Подтвердить и включить" if is_first else "Отправлять нечего"
    sent = f"отправить {changes_in_words(total)}"
    return f"Подтвердить и {sent}" if is_first else sent.capitalize()
