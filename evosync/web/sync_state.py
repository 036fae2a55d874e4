"""Whether the mirror works, when it comes next, and what keeps it from working."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from evosync.db.chosen import Chosen
from evosync.db.runs import Run
from evosync.db.sync import SyncConfig
from evosync.engine.report import RunStatus
from evosync.web.connection_cards import TITLES, Ends, Remedy
from evosync.web.flash import Kind
from evosync.web.navigation import route_names
from evosync.web.state import state_of

SOON = timedelta(minutes=1)
UNDER_WAY = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is known of somebody's mirror.

    `recent` are the last runs that mirror, the latest first; `waiting` is
    the one that waits for its person.
    """

    config: SyncConfig
    ends: Ends
    chosen: Chosen
    recent: Sequence[Run]
    waiting: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What mends it: a page to go to, or a form to send."""

    label: str
    url: str
    is_form: bool = False
    is_external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why nothing is sent, or not all: `state` in a few words, then what is amiss and mends it."""

    kind: Kind
    state: str
    title: str
    text: str = ""
    way: WayOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """The sentence under the title, and the panel below it; `next_at` = when the timer comes."""

    kind: Kind
    sentence: str
    next_at: datetime | None = None
    is_soon: bool = False
    obstacle: Obstacle | None = None
    going_on: Run | None = None
    last: Run | None = None


def find_state(request: Request, seen: Overview) -> SyncState:
    """Tell how things are."""
    config = seen.config
    going_on = next((run for run in seen.recent if run.status in UNDER_WAY), None)
    last = next((run for run in seen.recent if run.finished_at is not None), None)
    obstacle = (
        _of_ends(request, seen.ends)
        or _of_choice(request, seen.chosen)
        or _of_consent(request, config)
        or (_of_last(request, seen.waiting) if config.enabled else None)
    )
    may_come = config.enabled and config.mirror and config.confirmed_at is not None
    next_at = state_of(request).scheduler.next_at("pipeline") if may_come else None
    kind, sentence = _sentence(config, obstacle)
    return SyncState(
        kind=kind,
        sentence=sentence,
        next_at=next_at,
        is_soon=next_at is not None and next_at - state_of(request).desk.clock() < SOON,
        obstacle=obstacle,
        going_on=going_on,
        last=last,
    )


def _sentence(config: SyncConfig, obstacle: Obstacle | None) -> tuple[Kind, str]:
    if not config.enabled and config.confirmed_at is not None:
        return "secondary", "Выключена: товары в VK остаются, но не обновляются."
    if obstacle is not None:
        return obstacle.kind, obstacle.state
    if not config.mirror:
        return "warning", "Включена, но по часам ничего не отправляет."
    return "success", "Включена."


def _of_ends(request: Request, ends: Ends) -> Obstacle | None:
    missing = [title for service, title in TITLES.items() if ends.card(service) is None]
    if missing:
        told = " и ".join(missing)
        return Obstacle(
            kind="warning",
            state=f"Ждёт, пока вы подключите {told}.",
            title=f"Подключите {told}",
            text="Нужны касса, откуда брать товары, и сообщество VK, где им стоять.",
            way=_page(request, "connections-add", "Подключить"),
        )
    for card in ends.cards:
        if card.trouble is not None and card.kind in {"danger", "warning"}:
            return Obstacle(
                kind=card.kind,
                state=f"Ждёт связи: {card.title}.",
                title=card.trouble.title.rstrip("."),
                text=card.trouble.text,
                way=_remedy(card.trouble.action),
            )
    return None


def _of_choice(request: Request, chosen: Chosen) -> Obstacle | None:
    if chosen.products:
        return None
    return Obstacle(
        kind="warning",
        state="Ждёт, пока вы выберете товары.",
        title="Выберите, что показывать в VK",
        text="Пока не выбрано ни одного товара.",
        way=_page(request, "catalog-stores", "Выбрать"),
    )


def _of_consent(request: Request, config: SyncConfig) -> Obstacle | None:
    if config.confirmed_at is not None:
        return None
    return Obstacle(
        kind="warning",
        state="Ждёт вашего подтверждения.",
        title="Сначала посмотрите, что отправится",
        text="До вашего подтверждения в VK ничего не появится.",
        way=_form(request, "sync-preview", "Проверить перед отправкой"),
    )


def _of_last(request: Request, waiting: Run | None) -> Obstacle | None:
    if waiting is None:
        return None
    if waiting.status is RunStatus.HELD:
        return Obstacle(
            kind="warning",
            state="Включена, часть изменений ждёт вашего решения.",
            title="Запуск ждёт вашего решения",
            way=_page(request, "run", "Посмотреть и решить", id=waiting.id),
        )
    return Obstacle(
        kind="warning",
        state="Остановлена: нужно ваше участие.",
        title=(waiting.error_text or "Последний запуск остановлен.").rstrip("."),
        text="Товары в VK на месте, но пока не обновляются.",
        way=_page(request, "run", "Посмотреть", id=waiting.id),
    )


def _remedy(act: Remedy | None) -> WayOut | None:
    if act is None:
        return None
    return WayOut(label=act.label, url=act.url, is_external=act.is_external)


def _page(request: Request, name: str, label: str, **params: object) -> WayOut | None:
    """Lead to a page, once it is there."""
    if name not in route_names(request):
        return None
    return WayOut(label=label, url=str(request.app.url_path_for(name, **params)))


def _form(request: Request, name: str, label: str) -> WayOut | None:
    way = _page(request, name, label)
    return None if way is None else WayOut(label=label, url=way.url, is_form=True)
