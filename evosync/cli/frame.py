"""What every command begins with: settings, logs, and the installation opened and closed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import click

from evosync.db import accounts
from evosync.db.accounts import User
from evosync.errors import EvoSyncError
from evosync.log import configure_logging
from evosync.settings import Settings, read_settings
from evosync.wiring import Installation, open_installation

T = TypeVar("T")

ENV_FILE = Path(".env")


class UnknownEmail(EvoSyncError):
    """There is no account with this e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(f"Нет пользователя с почтой {email}.", code="unknown_email")


class BadUsage(EvoSyncError):
    """The words of a command do not fit; the message says which and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="usage")


def load_settings() -> Settings:
    """Read the environment and `.env`; unknown names in the file are told on stderr."""
    settings, warnings = read_settings(os.environ, ENV_FILE)
    for warning in warnings:
        click.echo(f"{ENV_FILE}: {warning}", err=True)
    return settings


def log_to_stderr(settings: Settings) -> None:
    """Keep a command's logs out of its output: what went wrong is told in one line anyway."""
    level = "DEBUG" if settings.log_level == "DEBUG" else "CRITICAL"
    configure_logging(level, style=settings.log_format, stream=sys.stderr)


@asynccontextmanager
async def installation() -> AsyncIterator[Installation]:
    """Open the installation for one command."""
    settings = load_settings()
    log_to_stderr(settings)
    async with open_installation(settings) as opened:
        yield opened


async def find_user(opened: Installation, email: str) -> User:
    """Find an account. Raises UnknownEmail."""
    async with opened.database.read() as tx:
        found = await accounts.find_user_by_email(tx, email)
    if found is None:
        raise UnknownEmail(email)
    return found


def run_async(work: Callable[[], Awaitable[T]]) -> T:
    """Run a command's work in a loop of its own."""

    async def whole() -> T:
        return await work()

    return asyncio.run(whole())


def read_secret(what: str) -> str:
    """Read a secret from standard input: one line, without its end.

    Raises BadUsage when there is none. On a terminal it is asked for and not
    shown.
    """
    if sys.stdin.isatty():
        text: str = click.prompt(what, hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    secret = text.strip("\r\n")
    if not secret.strip():
        raise BadUsage(f"{what}: на стандартном вводе пусто.")
    return secret
