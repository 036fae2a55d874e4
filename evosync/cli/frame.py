"""What commands share: settings, logs, a loop of their own, and secrets from standard input."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from evosync.env_file import ENV_FILE
from evosync.errors import EvoSyncError
from evosync.log import configure_logging
from evosync.os_words import reason_of
from evosync.settings import Settings, make_data_dir, read_settings

T = TypeVar("T")


class UnknownEmail(EvoSyncError):
    """There is no account with this e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(f"Нет пользователя с почтой {email}.", code="unknown_email")


class BadUsage(EvoSyncError):
    """The words of a command do not fit; the message says which and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="usage")


def read_own_settings() -> tuple[Settings, tuple[str, ...]]:
    """Read the environment and `.env`, and make the data folder; returns the warnings too."""
    settings, warnings = read_settings(os.environ, ENV_FILE)
    make_data_dir(settings)
    return settings, warnings


def load_settings() -> Settings:
    """Read the settings; what is odd in the file or the environment is told on stderr."""
    settings, warnings = read_own_settings()
    for warning in warnings:
        click.echo(warning, err=True)
    return settings


def log_to_stderr(settings: Settings) -> None:
    """Keep a command's logs out of its output: what went wrong is told in one line anyway."""
    level = "DEBUG" if settings.log_level == "DEBUG" else "CRITICAL"
    configure_logging(level, style=settings.log_format, stream=sys.stderr)


def run_async(work: Callable[[], Awaitable[T]]) -> T:
    """Run a command's work in a loop of its own."""

    async def whole() -> T:
        return await work()

    return asyncio.run(whole())


def read_token(what: str) -> str:
    """Read a token from standard input: one line, without the blanks around it.

    Raises BadUsage when there is none, or when it cannot be one.
    """
    return checked_token(what, _read_line(what).strip())


def checked_token(what: str, token: str) -> str:
    """Return a token that a header can carry. Raises BadUsage for anything else."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        # Tokens travel in headers, which take nothing else.
        raise BadUsage(f"{what}: нужны знаки латиницей, без пробелов.")
    return token


def read_password() -> str:
    """Read a password from standard input: one line as it stands, without its end.

    Raises BadUsage when there is none.
    """
    return _read_line("Пароль")


def _read_line(what: str) -> str:
    """Read one line; on a terminal it is asked for and not shown."""
    # There is no standard input where the caller closed it.
    if sys.stdin is None:
        raw = b""
    elif sys.stdin.isatty():
        raw = click.prompt(what, hide_input=True, err=True).encode(errors="surrogateescape")
    else:
        raw = _piped_line(what)
    try:
        line = raw.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise BadUsage(f"{what}: текст не в кодировке UTF-8.") from None
    if not line.strip():
        raise BadUsage(f"{what}: на стандартном вводе пусто.")
    return line


def _piped_line(what: str) -> bytes:
    try:
        return sys.stdin.buffer.readline()
    except OSError as error:  # a folder, for example
        raise BadUsage(f"{what}: стандартный ввод не читается ({reason_of(error)}).") from None
