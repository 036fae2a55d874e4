"""A run that has ended, in words: what happened, what it met, what it cost (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from evosync.db.runs import Run, RunKind
from evosync.engine.report import RunStatus
from evosync.spoken import plural
from evosync.web.flash import Kind
from evosync.web.reasons import Group, reason_of
from evosync.web.run_question import Standing
from evosync.web.run_words import counts_in_words, done_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class MetProblem:
    """A reason that a run met, how many products it keeps, and where they are listed."""

    state: Kind
    sentence: str
    count: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What a person can do about what ended a run: a link to VK, or a page of ours by its name."""

    label: str
    link: str | None = None
    route: str | None = None


def ended_sentence(run: Run, standing: Standing | None) -> str:
    """Say in one or two sentences what happened."""
    if run.kind is RunKind.PREVIEW:
        return _of_preview(run)
    if run.kind is RunKind.READING:
        return _READING.get(run.status, "Прочитали не всё.")
    done = done_in_words(run.counts)
    kept = f"Сделано: {done}." if done else "В VK ничего не изменили."
    match run.status:
        case RunStatus.DONE:
            return _of_done(run)
        case RunStatus.PARTIAL:
            return f"{kept} Остальное отправим в следующий запуск."
        case RunStatus.HELD:
            return f"{_HELD[standing or Standing.STALE]} {kept if done else ''}".strip()
        case RunStatus.CANCELLED:
            return f"Запуск остановили. {kept}"
        case RunStatus.PAUSED:
            return f"Запуск остановился: без вас не продолжить. {kept}"
        case _:
            return f"Запуск не удался. {kept}"


def list_met(run: Run) -> list[MetProblem]:
    """List the reasons that a run met: what waits for its person first, then the most frequent."""
    reasons = [
        (reason_of(code), code, count)
        for code, count in run.problem_counts.items()
        if code not in _ASKED
    ]
    reasons.sort(key=lambda each: (_RANKS[each[0].group], -each[2], each[1]))
    return [
        MetProblem(state=reason.kind, sentence=f"{reason.told}.", count=count, code=code)
        for reason, code, count in reasons
    ]


def find_mend(run: Run, link: str | None) -> Mend | None:
    """Find what mends the error that ended a run; None where it is nobody's to mend, or nothing.

    `link` is the run's own, opened.
    """
    if run.error_code is None:
        return None
    if link is not None and link.startswith("https://"):
        return Mend(label="Подтвердить в VK", link=link)
    button = next(
        (each for each in reason_of(run.error_code).buttons if each.route and each.form is None),
        None,
    )
    if button is not None and button.route != "run":
        return Mend(label=button.label, route=button.route)
    if run.status is RunStatus.PAUSED:
        return Mend(label="Открыть подключения", route="connections")
    return None


def effort_in_words(effort: Mapping[str, float]) -> str | None:
    """Say what a run asked of both services: «Эвотор 4, VK 9 (вызовов 201)»."""
    if not effort:
        return None
    evotor, vk, calls = (
        int(effort.get(name, 0)) for name in ("evotor_requests", "vk_requests", "vk_calls")
    )
    return f"Эвотор {evotor}, VK {vk}" + (f" (вызовов {calls})" if calls else "")


# What the question of the run itself tells.
_ASKED = frozenset({"held", "left", "canary_differs"})
_RANKS = {Group.WAITS: 0, Group.FINE: 1, Group.NOTE: 2}
_READING = {
    RunStatus.DONE: "Прочитали кассу и VK. В VK ничего не меняли.",
    RunStatus.CANCELLED: "Чтение остановили.",
    RunStatus.FAILED: "Прочитать не удалось.",
    RunStatus.PAUSED: "Прочитать не удалось: без вас не продолжить.",
}
_HELD = {
    Standing.OPEN: "Без вас продолжать не стали.",
    Standing.APPLIED: "Вы подтвердили: это сделает следующий запуск.",
    Standing.LEFT: "Вы решили оставить это как есть.",
    Standing.STALE: "Ждал вашего решения. С тех пор был другой запуск.",
    Standing.EXPIRED: "Ждал вашего решения больше суток.",
}


def _of_done(run: Run) -> str:
    told = counts_in_words(run.counts)
    if told:
        return f"Готово: {told}."
    if run.repeats == 1:
        return "Менять было нечего."
    runs = plural(run.repeats, "запуск", "запуска", "запусков")
    return f"Менять было нечего. Так закончились {runs} подряд."


def _of_preview(run: Run) -> str:
    match run.status:
        case RunStatus.DONE | RunStatus.PARTIAL | RunStatus.HELD:
            told = counts_in_words(run.counts)
            return f"Проверили, ничего не отправляя. В плане: {told or 'изменений нет'}."
        case RunStatus.CANCELLED:
            return "Проверку остановили. В VK ничего не меняли."
        case RunStatus.PAUSED:
            return "Проверить не удалось: без вас не продолжить. В VK ничего не меняли."
        case _:
            return "Проверить не удалось. В VK ничего не меняли."
