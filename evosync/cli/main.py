"""The command line's door: the group of commands, and every error as one clear line."""

import os
import sys
import traceback
from importlib.metadata import version

import click

from evosync.cli.config import config
from evosync.cli.connect import connect
from evosync.cli.demo import demo
from evosync.cli.migrate import migrate
from evosync.cli.sandbox import sandbox
from evosync.cli.select import select
from evosync.cli.serve import serve
from evosync.cli.sync import sync
from evosync.cli.users import user
from evosync.errors import EvoSyncError, Misconfigured, NeedsPerson, TryLater
from evosync.redact import mask_text

# Exit codes of every command (design: command line). 0 is done.
FAILED, USAGE, HELD, PERSON, LATER, PARTIAL = 1, 2, 3, 4, 5, 6


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("evosync"), prog_name="evosync")
def cli() -> None:
    """EvoSync держит товары сообщества VK такими же, как в кассе Эвотор."""


for _command in (config, connect, demo, migrate, sandbox, serve, sync, user):
    cli.add_command(_command)
config.add_command(select)


def main() -> None:
    """Run a command and leave with its exit code; an error is one line on stderr."""
    sys.exit(run())


def run(args: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        result = cli.main(args=args, prog_name="evosync", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        click.echo(mask_text(_usage(error)), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Прервано.", err=True)
        return LATER
    except BrokenPipeError:
        # Whoever read our output left; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except EvoSyncError as error:
        click.echo(mask_text(error.message), err=True)
        return exit_code(error)
    except Exception as error:  # noqa: BLE001 - the last door: one line instead of a traceback
        _tell_unforeseen(error)
        return FAILED
    return result if isinstance(result, int) else 0


def exit_code(error: EvoSyncError) -> int:
    """Tell the exit code that an error asks for."""
    match error:
        case Misconfigured():
            return USAGE
        case NeedsPerson():
            return PERSON
        case TryLater():
            return LATER
        case _:
            return USAGE if error.code in {"unknown_email", "weak_password", "usage"} else FAILED


def _usage(error: click.ClickException) -> str:
    """Say in one line what does not fit, and where the command is explained."""
    said = " ".join(error.format_message().split())
    said += "" if said.endswith((".", "?")) else "."
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{said} Справка: {context.command_path} --help" if context else said


def _tell_unforeseen(error: Exception) -> None:
    name = type(error).__name__
    if os.environ.get("LOG_LEVEL") == "DEBUG":
        click.echo(mask_text("".join(traceback.format_exception(error))), err=True)
    else:
        hint = "Подробности: повторите с LOG_LEVEL=DEBUG."
        click.echo(f"Внутренняя ошибка EvoSync: {name}. {hint}", err=True)
