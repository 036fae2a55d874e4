"""Reasons as rows of a page: those of the whole mirror and of stores, then those of goods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from evosync.catalog.problem import Problem
from evosync.db.problem_list import Listed
from evosync.db.runs import Run
from evosync.db.sync import SyncConfig
from evosync.web.advice import Advice
from evosync.web.connection_cards import Card, Ends
from evosync.web.flash import Kind
from evosync.web.reason_buttons import (
    ShownButton,
    button_of_many,
    form_button,
    reason_url,
    run_button,
)
from evosync.web.reasons import Form, Group, reason_of, sentence_of

_TITLES = {
    Group.WAITS: "Ждут вас",
    Group.FINE: "Ничего делать не нужно",
    Group.NOTE: "Стоят в VK, но с примечанием",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReason:
    """A reason, whom it keeps, and what mends it; `url` lists its products."""

    key: str
    kind: Kind
    icon: str | None
    sentence: str
    text: str = ""
    count: int | None = None
    url: str | None = None
    button: ShownButton | None = None
    advice: Advice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """Reasons of one kind, and how many products they keep."""

    title: str
    count: int
    rows: list[ShownReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the page of all reasons is made of."""

    ends: Ends
    config: SyncConfig
    is_read: bool
    recent: Sequence[Run]
    held_run: int | None
    listed: Sequence[Listed]
    of_stores: Sequence[Problem]


def rows_of_all(request: Request, seen: Overview) -> Iterator[ShownReason]:
    """List what keeps all goods at once, then what keeps those of whole stores."""
    for card in seen.ends.cards:
        if card.trouble is not None:
            yield _of_card(card)
    is_ready = len(seen.ends.cards) == 2
    if is_ready and seen.config.confirmed_at is None:
        yield _of_mirror(request, "never_confirmed")
    elif is_ready and not (seen.config.enabled and seen.config.mirror):
        yield _of_mirror(request, "sync_off")
    if seen.held_run is not None:
        button = run_button(request, "Посмотреть и решить", seen.held_run)
        sentence = "Последний запуск ждёт вашего решения"
        yield ShownReason(key="run", kind="warning", icon=None, sentence=sentence, button=button)
    for place, problem in enumerate(seen.of_stores):
        reason = reason_of(problem.code)
        button = None
        if any(each.form is Form.SEND for each in reason.buttons):
            button = form_button(request, "Повторить", Form.SEND)
        yield ShownReason(
            key=f"store-{place}",
            kind=reason.kind,
            icon=reason.icon,
            sentence=problem.reason,
            text=problem.name if problem.code == "bad_row" else "",
            button=button,
            advice=reason.advice,
        )


def _of_card(card: Card) -> ShownReason:
    trouble = card.trouble
    button = None
    if trouble is not None and trouble.action is not None:
        action = trouble.action
        button = ShownButton(label=action.label, url=action.url, is_external=action.is_external)
    return ShownReason(
        key=card.service,
        kind=card.kind,
        icon=card.badge_icon,
        sentence=trouble.title if trouble else "",
        text=trouble.text if trouble else "",
        button=button,
    )


def _of_mirror(request: Request, code: str) -> ShownReason:
    reason = reason_of(code)
    return ShownReason(
        key=code,
        kind=reason.kind,
        icon=None,
        sentence=sentence_of(code),
        button=button_of_many(request, code, reason, None),
    )


def sections_of(request: Request, seen: Overview) -> Iterator[ShownSection]:
    for group, title in _TITLES.items():
        mine = [each for each in seen.listed if reason_of(each.code).group is group]
        if mine:
            rows = [_of_goods(request, each, seen.held_run) for each in mine]
            yield ShownSection(title=title, count=sum(each.count for each in mine), rows=rows)


def _of_goods(request: Request, listed: Listed, held: int | None) -> ShownReason:
    reason = reason_of(listed.code)
    more = listed.count - len(listed.examples)
    names = ", ".join(name.strip() or "без названия" for name in listed.examples)
    is_note = reason.group is Group.NOTE
    return ShownReason(
        key=listed.code,
        kind=reason.kind,
        icon=reason.icon,
        sentence=reason.told,
        text=f"{names} и ещё {more}" if more > 0 else names,
        count=listed.count,
        url=reason_url(request, listed.code),
        button=None if is_note else button_of_many(request, listed.code, reason, held),
        advice=reason.advice,
    )
