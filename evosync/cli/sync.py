"""`evosync sync`: one run, now, with its report."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evosync.cli.exit_codes import DONE, FAILED, HELD, LATER, PARTIAL, PERSON
from evosync.cli.frame import run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.words import printable, sentence_of
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.apply import Progress as Tell
from evosync.engine.report import RunReport, RunStatus, status_of
from evosync.errors import EvoSyncError, TryLater
from evosync.jobs.one_run import Finished, Order, Watch, carry_out, quiet
from evosync.web.server import stop_signals

STAGES = {"shop": "Читаем Эвотор", "market": "Читаем VK", "apply": "Меняем товары в VK"}

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
def sync(email: str, *, as_json: bool, dry_run: bool) -> int:
    """Синхронизировать товары пользователя EMAIL сейчас."""
    is_shown = not as_json and sys.stderr.isatty()
    try:
        finished, is_stopped = run_async(lambda: _sync(email, dry_run=dry_run, shown=is_shown))
    except EvoSyncError as error:
        if as_json:
            click.echo(json.dumps(_refused(error), ensure_ascii=False))
        raise
    report = finished.report
    if as_json:
        click.echo(json.dumps(as_plain(finished), ensure_ascii=False))
    elif report.error is None:
        click.echo(in_words(report))
    if report.error is not None:
        click.echo(printable(sentence_of(report.error)), err=True)
    return LATER if is_stopped else code_of(report)


async def _sync(email: str, *, dry_run: bool, shown: bool) -> tuple[Finished, bool]:
    stopping = asyncio.Event()
    kind = RunKind.PREVIEW if dry_run else RunKind.MIRROR
    async with installation() as opened:
        owner = await find_user(opened, email)
        order = Order(user_id=owner.id, kind=kind, trigger=RunTrigger.COMMAND)
        with stop_signals(stopping), _bar(shown=shown) as tell:
            finished = await carry_out(opened, order, Watch(stopping=stopping, progress=tell))
    return finished, stopping.is_set() and finished.report.left > 0


def code_of(report: RunReport) -> int:
    """Tell the exit code of a run that ended."""
    if isinstance(report.error, TryLater):
        return LATER
    return CODES[report.status]


def as_plain(finished: Finished) -> dict[str, Any]:
    """Return the object that `sync --json` prints."""
    report = finished.report
    if report.error is not None:
        return _refused(report.error, report.status)
    return {
        "run_id": finished.run_id,
        "status": report.status.value,
        "digest": None,
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


def in_words(report: RunReport) -> str:
    """Say in one line what a run did, or a dry run would do."""
    counts = report.counts()
    words = [f"{text} {counts[key]}" for key, text in COUNTED.items() if counts[key]]
    begin = "Было бы: " if report.is_dry else "Готово: "
    if report.status is RunStatus.PARTIAL:
        begin = "Сделано не всё: "
    return begin + (", ".join(words) or "товаров нет") + "."


def _refused(error: EvoSyncError, status: RunStatus | None = None) -> dict[str, Any]:
    status = status or status_of(error)
    return {"status": status.value, "code": error.code, "error": error.message}


@contextmanager
def _bar(*, shown: bool) -> Iterator[Tell]:
    """Show a bar on a terminal; elsewhere tell nobody."""
    if not shown:
        yield quiet
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES[stage])
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
