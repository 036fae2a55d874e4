"""What a run asked of its person: whether an answer is still waited for, and how it is worded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evosync.db import run_list
from evosync.db.approvals import ASKED_FOR
from evosync.db.links import Place
from evosync.db.memory import list_consents
from evosync.db.runs import Run
from evosync.db.types import Tx
from evosync.engine.held import TAKES_OFF, Ask, find_verdict
from evosync.engine.likeness import OTHERWISE, kind_of
from evosync.engine.memory import Verdict
from evosync.engine.report import RunStatus
from evosync.spoken import plural


class Standing(StrEnum):
    """How the question of a run stands."""

    OPEN = "open"
    APPLIED = "applied"  # the answer was yes
    LEFT = "left"  # the answer was to leave it, and may still become a yes
    STALE = "stale"  # another run came since, and asks something else, or nothing
    EXPIRED = "expired"


REFUSALS: Mapping[Standing, str] = {
    Standing.APPLIED: "Вы уже подтвердили это: второй раз не нужно.",
    Standing.LEFT: "Вы уже решили оставить это как есть.",
    Standing.STALE: "Вопрос устарел: с тех пор был другой запуск. Ничего не изменили.",
    Standing.EXPIRED: "Вопрос устарел: прошло больше суток. Ничего не изменили.",
}
"""Why an answer is not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to a person. `now` and `after` count goods on sale, None where they stay.

    `act` names what is done with its number, `keep` the other answer.
    """

    title: str
    act: str
    keep: str
    sentences: tuple[str, ...]
    hint: str
    now: int | None
    after: int | None
    asks_until: datetime
    standing: Standing
    digest: str


async def find_standing(tx: Tx, run: Run, now: datetime) -> Standing | None:
    """Look at how the question of a run stands; None when it asked nothing."""
    if run.digest is None or run.held is None or run.community_id is None:
        return None
    place = Place(user_id=run.user_id, community_id=run.community_id)
    members = frozenset((kind, product_id) for kind, product_id in run.held["members"])
    match find_verdict(members, await list_consents(tx, place, now)):
        case Verdict.APPLY:
            return Standing.APPLIED
        case Verdict.LEAVE:
            verdict = Standing.LEFT
        case _:
            verdict = Standing.OPEN
    if run.finished_at is None or run.finished_at <= now - ASKED_FOR:
        return Standing.EXPIRED if verdict is Standing.OPEN else verdict
    later = await run_list.find_later(tx, run)
    if later is not None and later.digest != run.digest:
        return Standing.STALE
    return verdict


def may_answer(standing: Standing | None, verdict: Verdict) -> bool:
    """Tell whether this answer is taken: one that is not open may only turn into a yes."""
    if standing is Standing.OPEN:
        return True
    return standing is Standing.LEFT and verdict is Verdict.APPLY


async def find_waiting(tx: Tx, user_id: int, now: datetime) -> Run | None:
    """Find the run that waits for its person: the last one of which it is still true."""
    for place, run in enumerate(await run_list.list_last_ended(tx, user_id)):
        if run.status is RunStatus.PAUSED and place == 0:
            return run
        if run.status is RunStatus.HELD:
            is_open = await find_standing(tx, run, now) is Standing.OPEN
            return run if is_open else None
        if run.status in {RunStatus.DONE, RunStatus.PARTIAL}:
            return None
    return None


def ask(run: Run, standing: Standing, live_items: int | None) -> Question | None:
    """Word the question of a run; None when it asked nothing."""
    if run.held is None or run.digest is None or run.finished_at is None:
        return None
    counts: Mapping[str, int] = run.held["counts"]
    total = sum(counts.values())
    leaving = sum(count for kind, count in counts.items() if kind in TAKES_OFF)
    act, keep, hint = _words(counts, total)
    return Question(
        title=f"{act}?",
        act=act,
        keep=keep,
        sentences=tuple(run.held["sentences"]),
        hint=hint,
        now=live_items if leaving else None,
        after=max(0, live_items - leaving) if leaving and live_items is not None else None,
        asks_until=run.finished_at + ASKED_FOR,
        standing=standing,
        digest=run.digest,
    )


_GOODS = ("товар", "товара", "товаров")
_OF_GOODS = ("товара", "товаров", "товаров")
_STAYS = "Товары не удаляются: вернутся в кассу — вернутся и в VK, на те же страницы."


def _words(counts: Mapping[str, int], total: int) -> tuple[str, str, str]:
    """Name the act with its number, the other answer, and what is good to know."""
    goods, of_goods = plural(total, *_GOODS), plural(total, *_OF_GOODS)
    if set(counts) <= _FIRST:
        return "Отправить остальное", "Не отправлять", ""
    if len(counts) > 1:
        changes = plural(total, "изменение", "изменения", "изменений")
        return f"Отправить {changes}", _LEAVE, ""
    act, keep, hint = _ACTS.get(next(iter(counts), ""), _OTHER)
    return act.format(goods=goods, of_goods=of_goods), keep, hint


_LEAVE = "Оставить как есть"
_OTHER = ("Отправить: {goods}", _LEAVE, "")
_ACTS: Mapping[str, tuple[str, str, str]] = {
    Ask.HIDE: ("Скрыть {goods}", "Оставить в VK", _STAYS),
    Ask.ZERO: ("Снять с продажи {goods}", "Оставить в продаже", ""),
    Ask.DELETE: ("Удалить {goods}", "Оставить в VK", ""),
    Ask.PRICE: ("Изменить цену у\u00a0{of_goods}", "Оставить прежние цены", ""),
    Ask.CREATE: ("Добавить {goods}", "Не добавлять", ""),
    Ask.LOSE: ("Считать удалёнными в VK {goods}", _LEAVE, ""),
}
_FIRST = frozenset(map(kind_of, OTHERWISE))
