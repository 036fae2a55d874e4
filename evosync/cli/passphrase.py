"""Where commands have a backup's passphrase from: the environment, the settings, a terminal."""

import os
import sys

import click

from evosync.cli.frame import BadUsage
from evosync.setting_kinds import MIN_PASSPHRASE_LENGTH
from evosync.settings import Settings

NAME = "EVOSYNC_BACKUP_PASSPHRASE"


def given_passphrase(settings: Settings) -> str:
    """Return the passphrase for one command, else that of the settings; "" = there is none.

    Raises BadUsage when it is too short.
    """
    own = os.environ.get(NAME, "").strip()
    if own and len(own) < MIN_PASSPHRASE_LENGTH:
        raise BadUsage(f"{NAME}: фраза короче {MIN_PASSPHRASE_LENGTH} знаков.")
    return own or settings.backup_passphrase


def asked_passphrase() -> str:
    """Ask for a passphrase on a terminal, not shown; "" where there is no terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        return ""
    answer: str = click.prompt("Фраза копии", hide_input=True, err=True)
    return answer
