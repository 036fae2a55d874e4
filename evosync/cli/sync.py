"""`evosync sync`: one run, now, with its report."""

import asyncio
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from evosync.catalog.problem import ADOPT_QUESTION
from evosync.cli.exit_codes import DONE, FAILED, HELD, LATER, PARTIAL, PERSON
from evosync.cli.frame import BadUsage, run_async
from evosync.cli.held import held_in_words, stale_in_words
from evosync.cli.installation import find_user, installation
from evosync.cli.words import printable, sentence_of
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.apply import Progress as Tell
from evosync.engine.report import RunReport, RunStatus, status_of
from evosync.errors import EvoSyncError, TryLater
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Finished, Watch, carry_out, quiet
from evosync.web.server import stop_signals

STAGES = {
    "shop": "Читаем Эвотор",
    "market": "Читаем VK",
    "plan": "Сравниваем",
    "apply": "Меняем товары в VK",
    "check": "Проверяем",
}

CODES = {
    RunStatus.DONE: DONE,
    RunStatus.FAILED: FAILED,
    RunStatus.HELD: HELD,
    RunStatus.PAUSED: PERSON,
    RunStatus.CANCELLED: LATER,
    RunStatus.PARTIAL: PARTIAL,
}

COUNTED = {
    "created": "добавлено",
    "updated": "изменено",
    "hidden": "скрыто",
    "restored": "возвращено",
    "deleted": "удалено",
    "relinked": "перепривязано",
    "unchanged": "без изменений",
    "skipped": "пропущено",
    "failed": "не принято VK",
    "albums_created": "подборок создано",
}


@click.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Только один объект JSON.")
@click.option("--dry-run", is_flag=True, help="Составить план и ничего не отправлять.")
@click.option("--approve", metavar="КОД", help="Сделать и то, что ждёт решения под этим кодом.")
def sync(email: str, *, as_json: bool, dry_run: bool, approve: str | None) -> int:
    """Синхронизировать товары пользователя EMAIL сейчас."""
    if dry_run and approve is not None:
        raise BadUsage("--dry-run ничего не отправляет, а --approve разрешает отправить.")
    if approve == "":
        raise BadUsage("--approve: нужен код, под которым запуск спросил.")
    is_shown = not as_json and sys.stderr.isatty()
    try:
        finished, is_stopped = run_async(
            lambda: _sync(email, dry_run=dry_run, approve=approve, shown=is_shown)
        )
    except EvoSyncError as error:
        if as_json:
            click.echo(json.dumps(_refused(error), ensure_ascii=False))
        raise
    if as_json:
        click.echo(json.dumps(as_plain(finished), ensure_ascii=False))
    elif finished.report.error is None:
        click.echo(in_words(finished.report, email))
        click.echo(held_in_words(finished.report, email), nl=False)
    complain(finished)
    return LATER if is_stopped else run_code(finished)


def complain(finished: Finished) -> None:
    """Say in one line what ended the run early, or that the answer came too late."""
    error = finished.report.error
    if error is not None:
        click.echo(printable(sentence_of(error)), err=True)
    elif finished.is_stale:
        click.echo(stale_in_words(finished), err=True)


async def _sync(
    email: str, *, dry_run: bool, approve: str | None, shown: bool
) -> tuple[Finished, bool]:
    stopping = asyncio.Event()
    kind = RunKind.PREVIEW if dry_run else RunKind.MIRROR
    async with installation() as opened:
        owner = await find_user(opened, email)
        order = Order(user_id=owner.id, kind=kind, trigger=RunTrigger.COMMAND, approve=approve)
        with stop_signals(stopping), progress_bar(shown=shown) as tell:
            finished = await carry_out(opened, order, Watch(stopping=stopping, progress=tell))
    return finished, stopping.is_set() and finished.report.left > 0


def run_code(finished: Finished) -> int:
    """Tell the exit code of a run that ended."""
    report = finished.report
    if isinstance(report.error, TryLater):
        return LATER
    is_told_otherwise = report.error is not None or report.status is RunStatus.CANCELLED
    return HELD if finished.is_stale and not is_told_otherwise else CODES[report.status]


def as_plain(finished: Finished) -> dict[str, Any]:
    """Return the object that `sync --json` prints."""
    report = finished.report
    if report.error is not None:
        return _refused(report.error, report.status)
    return {
        "run_id": finished.run_id,
        "status": report.status.value,
        "digest": asked.digest if (asked := report.held or report.left_by_answer) else None,
        **report.counts(),
        "evotor_requests": report.effort.evotor_requests,
        "vk_requests": report.effort.vk_requests,
        "vk_calls": report.effort.vk_calls,
        "seconds": report.effort.seconds,
        "problems": [
            {
                "product_id": problem.product_id,
                "store_id": problem.store_id,
                "name": problem.name,
                "code": problem.code,
                "reason": problem.reason,
            }
            for problem in report.problems
        ],
    }


def in_words(report: RunReport, email: str) -> str:
    """Say what a run did, or a dry run would do, what it could not read, and what it asks."""
    counts = report.counts()
    words = [f"{text} {counts[key]}" for key, text in COUNTED.items() if counts[key]]
    begin = "Было бы: " if report.is_dry else "Готово: "
    if report.status in {RunStatus.PARTIAL, RunStatus.HELD}:
        begin = "Сделано не всё: "
    unread = dict.fromkeys(one.reason for one in report.problems if not one.product_id)
    nothing = "изменений нет" if unread else "товаров нет"
    if report.held is not None:
        nothing = "остальное без изменений"
    lines = [begin + (", ".join(words) or nothing) + ".", *map(printable, unread)]
    asked = len({one.product_id for one in report.problems if one.code == ADOPT_QUESTION})
    if asked:
        lines.append(_asked_in_words(asked, email, is_dry=report.is_dry))
    return "\n".join(lines)


def _asked_in_words(asked: int, email: str, *, is_dry: bool) -> str:
    if is_dry:  # only what a run has asked can be answered
        return f"Спросит, тот ли это товар: {asked}."
    command = f"evosync adopt {shlex.quote(email)} --all --yes (или --no)"
    return f"Ждут ответа, тот ли это товар: {asked}. Ответить: {command}"


def _refused(error: EvoSyncError, status: RunStatus | None = None) -> dict[str, Any]:
    status = status or status_of(error)
    return {"status": status.value, "code": error.code, "error": error.message}


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[Tell]:
    """Show a bar for each stage on a terminal; elsewhere tell nobody."""
    if not shown:
        yield quiet
        return
    with ExitStack() as ended:
        bars: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                ended.close()
                bar = click.progressbar(
                    length=total, label=STAGES[stage], file=sys.stderr, show_pos=True
                )
                bars[stage] = ended.enter_context(bar)
            bars[stage].update(done - bars[stage].pos)

        yield tell
