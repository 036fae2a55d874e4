"""Runs in words: what they are, who asked for them, how they stand, what they did (pure)."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from evosync.db.runs import Run, RunKind, RunTrigger
from evosync.engine.report import RunStatus
from evosync.spoken import plural
from evosync.web.flash import Kind

KINDS: Mapping[RunKind, tuple[str, str]] = {
    RunKind.MIRROR: ("arrow-repeat", "Отправка"),
    RunKind.PREVIEW: ("search", "Проверка"),
    RunKind.READING: ("download", "Чтение"),
}
"""The icon of each kind, and its name."""

TRIGGERS: Mapping[RunTrigger, str] = {
    RunTrigger.TIMER: "по часам",
    RunTrigger.BUTTON: "кнопкой",
    RunTrigger.COMMAND: "из командной строки",
    RunTrigger.WEBHOOK: "по сообщению из Эвотора",
}

STATUSES: Mapping[RunStatus, tuple[Kind, str]] = {
    RunStatus.QUEUED: ("secondary", "В очереди"),
    RunStatus.RUNNING: ("secondary", "Идёт"),
    RunStatus.DONE: ("success", "Готово"),
    RunStatus.PARTIAL: ("warning", "Не всё"),
    RunStatus.HELD: ("warning", "Ждёт вас"),
    RunStatus.PAUSED: ("warning", "Ждёт вас"),
    RunStatus.CANCELLED: ("secondary", "Отменён"),
    RunStatus.FAILED: ("danger", "Не вышло"),
}
"""The state of each status and its word, as long as nothing came after it."""

_PAST: Mapping[RunStatus, tuple[Kind, str]] = {
    RunStatus.HELD: ("secondary", "Был вопрос"),
    RunStatus.PAUSED: ("secondary", "Остановлен"),
}
_ICONS: Mapping[RunStatus, str] = {
    RunStatus.QUEUED: "clock",
    RunStatus.RUNNING: "arrow-repeat",
    RunStatus.HELD: "pause-circle-fill",
}

_COUNTS: Mapping[str, tuple[str, str, str]] = {
    "created": ("новый", "новых", "новых"),
    "updated": ("изменён", "изменено", "изменено"),
    "hidden": ("скрыт", "скрыто", "скрыто"),
    "restored": ("возвращён", "возвращено", "возвращено"),
    "deleted": ("удалён", "удалено", "удалено"),
    "relinked": ("узнан", "узнано", "узнано"),
    "albums_created": ("новая подборка", "новые подборки", "новых подборок"),
    "failed": ("ошибка", "ошибки", "ошибок"),
    "held": ("ждёт решения", "ждут решения", "ждут решения"),
}
DONE = tuple(name for name in _COUNTS if name not in {"failed", "held"})
"""Under which names a run counts what it did."""

STAGES = ("shop", "market", "plan", "apply", "check")
_STAGES_OF: Mapping[RunKind, tuple[str, ...]] = {
    RunKind.MIRROR: STAGES,
    RunKind.PREVIEW: STAGES[:3],
    RunKind.READING: STAGES[:2],
}
STAGE_TITLES: Mapping[str, tuple[str, str, str]] = {
    "shop": ("Прочитаем кассу", "Читаем кассу", "Прочитали кассу"),
    "market": ("Прочитаем VK", "Читаем VK", "Прочитали VK"),
    "plan": ("Сравним", "Сравниваем", "Сравнили"),
    "apply": ("Отправим в VK", "Отправляем в VK", "Отправили в VK"),
    "check": ("Проверим результат", "Проверяем результат", "Проверили результат"),
}
"""What each stage is called: later, now, and when it is over."""


def stages_of(kind: RunKind) -> tuple[str, ...]:
    """List the stages of a run of this kind, in their order."""
    return _STAGES_OF[kind]


def status_words(run: Run, *, waits: bool) -> tuple[Kind, str, str | None]:
    """Give the state of a run, its word, and the icon where it is not the state's own.

    What a run asked of its person no longer `waits` once it was answered, or
    another run came after it.
    """
    known = STATUSES if waits else {**STATUSES, **_PAST}
    kind, word = known[run.status]
    if run.kind is RunKind.PREVIEW and run.status is RunStatus.DONE:
        word = "Готова"
    return kind, word, _ICONS.get(run.status)


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Say what a run did: «3 новых, 12 изменено, 1 ошибка»; empty when it did nothing."""
    told = (plural(counts[name], *words) for name, words in _COUNTS.items() if counts.get(name))
    return ", ".join(told)


def done_in_words(counts: Mapping[str, int]) -> str:
    """Say only what was carried out."""
    return counts_in_words({name: counts.get(name, 0) for name in DONE})


def lasted(run: Run) -> str | None:
    """Say how long a run took: «8 с», «3 мин 20 с»; None where it did not begin, or goes on."""
    if run.started_at is None or run.finished_at is None:
        return None
    return duration(run.finished_at - run.started_at)


def duration(gap: timedelta) -> str:
    """Say how long something took."""
    seconds = max(1, round(gap.total_seconds()))
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{seconds}\u00a0с"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}\u00a0ч {minutes}\u00a0мин" if minutes else f"{hours}\u00a0ч"
    return f"{minutes}\u00a0мин {rest}\u00a0с" if rest else f"{minutes}\u00a0мин"


def left_in_words(seconds: float) -> str:
    """Say how long something will take, as exactly as anybody can know."""
    if seconds < 50:
        return "Осталось меньше минуты"
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return f"Осталось около {minutes}\u00a0мин"
    return f"Осталось около {round(minutes / 60)}\u00a0ч"


def moment_of(run: Run) -> datetime:
    """Return the moment that a list shows a run under."""
    return run.finished_at or run.started_at or run.queued_at
