"""`evosync doctor`: everything looked at once, one line each, whatever is broken."""

import json
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import click

from evosync.cli.exit_codes import DONE, FAILED
from evosync.cli.frame import log_to_stderr, run_async
from evosync.cli.words import printable
from evosync.doctor.checklist import CHECKS, make_all
from evosync.doctor.patient import admitted
from evosync.doctor.verdict import WORDS, State, Verdict, summed_up
from evosync.env_file import ENV_FILE
from evosync.settings import read_settings

COLOURS = {
    State.GOOD: "green",
    State.ATTENTION: "yellow",
    State.BROKEN: "red",
    State.UNKNOWN: "bright_black",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Только один объект JSON.")
def doctor(*, as_json: bool) -> int:
    """Проверить всё, что нужно для работы, и сказать, что сделать.

    Код 0: ничего не сломано, 1: что-то сломано, 2: настройки не прочитать.
    """
    # Not through `load_settings`: a folder that cannot be written into is one of our lines.
    settings, warnings = read_settings(os.environ, ENV_FILE)
    log_to_stderr(settings)

    async def work() -> bool:
        async with admitted(settings, warnings) as patient:
            found = await make_all(patient)
        verdicts = [verdict for each in found.values() for verdict in each]
        # Told before the loop ends, which may wait for a name that DNS does not find.
        click.echo(_as_json(found) if as_json else _as_lines(verdicts))
        return any(verdict.state is State.BROKEN for verdict in verdicts)

    return FAILED if run_async(work) else DONE


def _as_json(found: Mapping[str, Sequence[Verdict]]) -> str:
    sections = {check.name: check.section for check in CHECKS}
    checks = [
        {
            "section": sections[name],
            "name": verdict.title,
            "state": verdict.state.value,
            "told": verdict.told,
            "advice": verdict.advice,
        }
        for name, verdicts in found.items()
        for verdict in verdicts
    ]
    told = {"version": version("evosync"), "checks": checks}
    return json.dumps(told, ensure_ascii=False)


def _as_lines(verdicts: Sequence[Verdict]) -> str:
    width = max(len(verdict.title) for verdict in verdicts)
    lines = [_line(verdict, min(width, 32)) for verdict in verdicts]
    return "\n".join([*lines, "", summed_up(verdicts)])


def _line(verdict: Verdict, width: int) -> str:
    longest = max(map(len, WORDS.values()))
    state = click.style(WORDS[verdict.state].ljust(longest), fg=COLOURS[verdict.state])
    title = printable(verdict.title).ljust(width)
    return f"{state}  {title}  {printable(verdict.sentence)}"
