"""The command line's door: the group of commands, and every error as one clear line."""

import errno
import importlib
import os
import signal
import sys
import traceback
import unicodedata
from types import FrameType

import click

from evosync.cli.exit_codes import DONE, FAILED, LATER, USAGE, code_of_error
from evosync.cli.help_page import speak_russian
from evosync.cli.words import in_russian, is_debug, printable, sentence_of
from evosync.errors import EvoSyncError
from evosync.os_words import reason_of
from evosync.redact import mask_text

# The module of each command, where it stands under its own name.
_HOMES = {
    "adopt": "evosync.cli.adopt",
    "backup": "evosync.cli.backup",
    "config": "evosync.cli.config",
    "connect": "evosync.cli.connect",
    "demo": "evosync.cli.demo",
    "doctor": "evosync.cli.doctor",
    "migrate": "evosync.cli.migrate",
    "probe": "evosync.cli.probe",
    "quickstart": "evosync.cli.quickstart",
    "restore": "evosync.cli.restore",
    "sandbox": "evosync.cli.sandbox",
    "serve": "evosync.cli.serve",
    "sync": "evosync.cli.sync",
    "user": "evosync.cli.users",
}

# How a write fails for want of room: standard output on a full disk, a quota, a limit.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class _Commands(click.Group):
    """Loads a command's module when the command is asked for.

    The rest of the program takes a second to load; so one command does not
    wait for another's, and Ctrl+C while it loads meets the door below.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HOMES:
            return None
        command: click.Command = getattr(importlib.import_module(_HOMES[cmd_name]), cmd_name)
        speak_russian(command)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evosync", prog_name="evosync")
def cli() -> None:
    """EvoSync держит товары сообщества VK такими же, как в кассе Эвотор."""


speak_russian(cli)


def main() -> None:
    """Run a command and leave with its exit code; an error is one line on stderr."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run())


def run(args: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = sys.argv[1:] if args is None else args
    if any(unicodedata.category(each) == "Cs" for each in "".join(words)):
        return _tell("Слова команды не в кодировке UTF-8.", USAGE)
    try:
        result = cli.main(args=words, prog_name="evosync", standalone_mode=False)
    # Where the reader of our output left, click itself ends the command, with FAILED.
    except KeyboardInterrupt:
        return _tell("Прервано.", LATER)
    except Exception as error:  # noqa: BLE001 - the last door: one line instead of a traceback
        return _told(error)
    return result if isinstance(result, int) else DONE


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Let SIGTERM do what Ctrl+C does, where nothing else waits for it."""
    handler = signal.getsignal(signal.SIGINT)
    (handler if callable(handler) else signal.default_int_handler)(number, frame)


def _told(error: Exception) -> int:
    """Say what ended a command; returns the exit code."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            return USAGE
        case click.ClickException():
            return _tell(in_russian(error), error.exit_code)
        case click.Abort():
            return _tell("Прервано.", LATER)
        case EvoSyncError():
            return _tell(sentence_of(error), code_of_error(error))
        case OSError(errno=number) if number in _NO_ROOM:
            # What is still to be written would fail once more at the very end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _tell(f"Записать не удалось ({reason_of(error)}).", FAILED)
        case _:
            return _tell_unforeseen(error)


def _tell(line: str, code: int) -> int:
    click.echo(printable(line), err=True)
    return code


def _tell_unforeseen(error: Exception) -> int:
    if is_debug():
        click.echo(mask_text("".join(traceback.format_exception(error))), err=True)
        return FAILED
    hint = "Подробности: повторите с LOG_LEVEL=DEBUG."
    return _tell(f"Внутренняя ошибка EvoSync: {type(error).__name__}. {hint}", FAILED)
