"""What a command says of an error, ours or the command line's: one Russian line each."""

import difflib
import logging
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any

import click

from evosync.catalog.names import fold_name
from evosync.errors import EvoSyncError, Misconfigured, NeedsPerson
from evosync.redact import mask_by_look, mask_text

LONGEST_COMMAND = 20  # characters

INTERNAL = "internal"  # the code of an error that is a mistake of ours; its sentence names the log

# What whoever types a command can do, and a visitor of a page cannot.
_HINTS = {
    INTERNAL: " Он виден с LOG_LEVEL=DEBUG.",
    "database_down": " Проверьте, что её сервер запущен и что DATABASE_URL ведёт к нему.",
}


def printable(text: str) -> str:
    """Write out what must not be sent to a terminal: escape codes, line ends, broken bytes."""
    return "".join(
        each
        if each.isprintable() or unicodedata.category(each) == "Zs"
        else each.encode("unicode_escape").decode()
        for each in text
    )


def named(names: Iterable[str], most: int) -> str:
    """Quote names in order, the first `most` of them, and say how many more there are."""
    known = sorted(map(printable, names), key=fold_name)
    shown = ", ".join(f"«{name}»" for name in known[:most])
    more = len(known) - most
    return f"{shown} и ещё {more}" if more > 0 else shown


def is_debug() -> bool:
    """Tell whether a command tells all it knows: LOG_LEVEL may be the file's or the environment's.

    The file's is known to the logs as soon as the settings have been read.
    """
    is_in_logs = logging.getLogger().isEnabledFor(logging.DEBUG)
    return is_in_logs or os.environ.get("LOG_LEVEL") == "DEBUG"


def sentence_of(error: EvoSyncError) -> str:
    """Say an error of ours without secrets; a command keeps a log only at DEBUG."""
    if isinstance(error, Misconfigured):
        return f"{error.name}: {mask_by_look(error.why)}"
    hint = _HINTS.get(error.code, "")
    if error.code == INTERNAL and is_debug():
        hint = ""  # it has just been shown
    if isinstance(error, NeedsPerson) and error.link:
        # It may hold a secret of that person's session, and is for nobody else, nor for a file.
        is_read = sys.stderr is not None and sys.stderr.isatty()
        told = f"Откройте: {error.link}" if is_read else "Ссылку покажет команда в терминале."
        hint = f" {told}"
    return mask_text(error.message) + hint


def in_russian(error: click.ClickException) -> str:
    """Say what does not fit, and where the command is explained.

    A word that may be a secret in the wrong place is not quoted.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    told = mask_by_look(_told(error))
    return f"{told} Справка: {context.command_path if context else 'evosync'} --help"


def _told(error: click.ClickException) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return f"Не хватает: {_name(param)}."
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name(param)}: {_wanted(param.type)}."
        case click.NoSuchOption():
            known = _options(error.ctx)
            return f"Ключа «{error.option_name}» нет.{_near(error.option_name, known)}"
        case click.NoSuchCommand():
            return _no_command(error.command_name, _commands(error.ctx))
        case click.BadOptionUsage():
            # Not told by click in other ways than words: which of the two it is.
            return f"Ключ {error.option_name} написан не так: проверьте, нужно ли ему значение."
        case _:
            # What click has no class for is one thing: words that nothing asks for.
            return "В команде лишние слова."


def _no_command(word: str, known: Iterable[str]) -> str:
    # A longer one is no misspelling, but may be a token.
    name = f"Команды «{word}»" if len(word) <= LONGEST_COMMAND else "Такой команды"
    return f"{name} нет.{_near(word, known)}"


def _wanted(kind: click.ParamType[Any]) -> str:
    match kind:
        case click.Choice(choices=choices):
            return "возможно " + ", ".join(map(str, choices))
        case click.IntRange(min=lowest, max=highest):
            until = f" до {highest}" if highest is not None else ""
            return f"нужно целое число от {lowest}{until}"
        case click.Path():
            return "такого файла нет"
        case _:
            return "значение не подходит"


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


def _options(context: click.Context | None) -> list[str]:
    params = context.command.params if context else ()
    return [name for param in params for name in param.opts if name.startswith("-")]


def _commands(context: click.Context | None) -> list[str]:
    group = context.command if context else None
    return group.list_commands(context) if context and isinstance(group, click.Group) else []


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" Может быть, {near[0]}?" if near else ""
