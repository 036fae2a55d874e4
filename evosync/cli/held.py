"""What a command says of changes that wait for a yes: what, why, and how to say it."""

import shlex
from collections.abc import Mapping

from evosync.cli.words import named, printable
from evosync.engine.held import Ask, Held
from evosync.engine.likeness import OTHERWISE, kind_of
from evosync.engine.report import RunReport
from evosync.jobs.one_run import Finished

NAMES_SHOWN = 10

_KINDS: Mapping[str, str] = {
    Ask.HIDE: "скрыть",
    Ask.ZERO: "обнулить остаток",
    Ask.DELETE: "удалить",
    Ask.PRICE: "изменить цену",
    Ask.CREATE: "создать",
    Ask.LOSE: "считать удалёнными в VK",
} | {
    kind_of(field): f"отправить остальное (в VK у первых товаров {otherwise})"
    for field, otherwise in OTHERWISE.items()
}

_FIRST = frozenset(map(kind_of, OTHERWISE))
_ASKING = frozenset({"held", "canary_differs"})  # codes of problems


def held_in_words(report: RunReport, email: str) -> str:
    """Say in a few lines what is held, or left, why, and with which command it is done."""
    held = report.held
    if held is None:
        return _left_in_words(report.left_by_answer, email)
    names = {one.product_id: one.name for one in report.problems if one.code in _ASKING}
    lines = [
        f"Ждёт вашего решения: {_counts(held)}.",
        *(f"  {printable(sentence)}" for sentence in held.sentences),
        f"  Товары: {named(names.values(), NAMES_SHOWN)}.",
        f"Если всё верно: {_command(email, held)}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _left_in_words(left: Held | None, email: str) -> str:
    """Say how what was left by an answer is done all the same."""
    if left is None:
        return ""
    told = f"По вашему решению не сделано: {_counts(left)}."
    return f"{told}\nЕсли теперь всё верно: {_command(email, left)}\n"


def stale_in_words(finished: Finished) -> str:
    """Say in one line that a yes is not to what is held now, whose code is told elsewhere."""
    held = finished.report.held
    if held is not None and held.digest == finished.approve:
        return "Этот вопрос задан только сейчас: если всё верно, повторите команду."
    if not finished.is_answer:
        return "Под этим кодом решения никто не ждёт."
    if held is not None and _is_next(finished.report, held):
        return f"Это подтверждено; теперь ждёт ответа следующее: {_counts(held)}."
    return "Ответ устарел: решения ждёт другое."


def _is_next(report: RunReport, held: Held) -> bool:
    """Tell whether a first push went on as told, and asks about the items that it then made."""
    return report.counts()["created"] > 0 and all(kind in _FIRST for kind, _ in held.members)


def _counts(held: Held) -> str:
    return ", ".join(f"{_KINDS.get(kind, kind)}: {count}" for kind, count in held.counts.items())


def _command(email: str, held: Held) -> str:
    return f"evosync sync {shlex.quote(email)} --approve {held.digest}"
