"""`POST /runs/{id}/…`: an answer to what a run asked, and a stop of one that goes on."""

from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.desk import Actor
from evosync.db import approvals, runs
from evosync.db.accounts import User
from evosync.db.approvals import Answerer
from evosync.db.journal import write_act
from evosync.db.links import Place
from evosync.db.runs import Run, RunKind
from evosync.db.types import Tx
from evosync.engine.memory import Verdict
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import Kind, flash
from evosync.web.forms import sent_form
from evosync.web.navigation import route_names
from evosync.web.routing import number_in_path
from evosync.web.run_question import REFUSALS, Standing, find_standing, may_answer
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect

VERDICTS = {"apply": Verdict.APPLY, "leave": Verdict.LEAVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a person answered, and to which question."""

    user: User
    run_id: int
    digest: str
    verdict: Verdict


async def approve(request: Request) -> Response:
    """Take the answer to what a run held; a yes begins a run that does it."""
    state, user, run_id = state_of(request), user_of(request), number_in_path(request)
    run = await _own_run(request, run_id)
    form = await sent_form(request)
    verdict = VERDICTS.get(str(form.get("answer", "")))
    if verdict is None:
        return _told(request, run, "warning", "Выберите ответ: ничего не изменили.")
    digest = str(form.get("digest", ""))
    answer = _Answer(user=user, run_id=run_id, digest=digest, verdict=verdict)
    refusal = await state.database.write(_save, answer, state.opened.clock())
    if refusal is not None:
        return _told(request, run, "warning", refusal)
    if verdict is Verdict.LEAVE:
        words = "Решено: оставляем как есть и об этих товарах больше не спрашиваем."
        return _told(request, run, "success", words)
    if run.kind is RunKind.PREVIEW:
        return _told(request, run, "success", "Подтверждено: сделаем при отправке.")
    return await _begin(request, run)


async def cancel(request: Request) -> Response:
    """Let a run end before its next batch, or before it begins."""
    run = await _own_run(request, number_in_path(request))
    return await stop_run(request, run, user_of(request))


async def stop_run(request: Request, run: Run, owner: User | None, page: str = "run") -> Response:
    """Stop a run of `owner`, write down who did, and say on a page what became of it."""
    if not await state_of(request).mirroring.cancel(run.id):
        words = f"Запуск №\u00a0{run.id} уже закончился: останавливать нечего."
        return _told(request, run, "warning", words, page)
    await note_act(request, "run.cancelled", owner, run.id)
    left = (
        "что уже отправлено, останется в VK"
        if run.kind is RunKind.MIRROR
        else "в VK ничего не менялось"
    )
    words = f"Останавливаем запуск №\u00a0{run.id}: {left}."
    return _told(request, run, "success", words, page)


async def note_act(request: Request, action: str, owner: User | None, run_id: int) -> None:
    """Write down what was done with a run, and by whom."""
    desk, visit = desk_of(request), visit_of(request)
    actor = Actor.of(user_of(request), visit.address)
    act = desk.act(action, actor, owner, {"run_id": run_id})
    await desk.database.write(write_act, act)


async def _own_run(request: Request, run_id: int) -> Run:
    async with state_of(request).database.read() as tx:
        run = await runs.find_run(tx, run_id)
    if run is None or run.user_id != user_of(request).id:
        raise HTTPException(404)
    return run


async def _save(tx: Tx, answer: _Answer, now: datetime) -> str | None:
    """Write an answer down; a sentence says why it is not taken."""
    run = await runs.find_run(tx, answer.run_id)
    standing = None if run is None else await find_standing(tx, run, now)
    if run is None or run.community_id is None or standing is None:
        return "Этот запуск ни о чём не спрашивает."
    if run.digest != answer.digest:
        return REFUSALS[Standing.STALE]
    if not may_answer(standing, answer.verdict):
        return REFUSALS[standing]
    place = Place(user_id=run.user_id, community_id=run.community_id)
    by = Answerer(name=answer.user.email or answer.user.shown_name, user_id=answer.user.id)
    is_taken = await approvals.answer(tx, place, answer.digest, answer.verdict, by, now)
    return None if is_taken else REFUSALS[Standing.EXPIRED]


async def _begin(request: Request, run: Run) -> Response:
    user = user_of(request)
    asked = Asked(user_id=user.id, kind=RunKind.MIRROR, asked_by=user.id)
    try:
        new_id = await state_of(request).mirroring.begin(asked)
    except NeedsPerson as error:
        return _told(request, run, "warning", f"Ответ записан. {error.message}")
    response = redirect(request, "run", id=new_id)
    flash(request, response, "success", "Подтверждено: начали новый запуск, он это и сделает.")
    return response


def _told(request: Request, run: Run, kind: Kind, words: str, page: str = "run") -> Response:
    is_planned = run.kind is RunKind.PREVIEW and "sync-preview" in route_names(request)
    if page != "run":
        response = redirect(request, page)
    elif is_planned:
        response = redirect(request, "sync-preview")
    else:
        response = redirect(request, "run", id=run.id)
    flash(request, response, kind, words)
    return response
