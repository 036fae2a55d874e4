"""Logs: structlog to standard output (or standard error for commands), secrets masked."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from evosync.errors import EvoSyncError
from evosync.redact import mask_under

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_CHATTY = ("apscheduler", "httpx", "httpcore", "aiosqlite", "asyncmy", "alembic", "uvicorn.error")


def configure_logging(level: str, *, style: str = "", stream: TextIO | None = None) -> None:
    """Send our own logs and those of libraries to one stream in one form.

    `style` is `json`, `console`, or "" for console on a terminal and JSON
    elsewhere. Every event passes the redaction as its last step.
    """
    out = stream or sys.stdout
    is_console = style == "console" or (not style and out.isatty())
    last: Any = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if is_console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact_event,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The libraries' own chatter at INFO says nothing that our events do not.
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # uvicorn installs handlers of its own unless told not to; its loggers pass on to ours.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def log_fault(logger: Any, event: str, error: Exception, **fields: Any) -> None:
    """Log what failed as an error: one line of what was foreseen, of all else where it arose.

    `logger` is the caller's; `fields` say which one failed.
    """
    if isinstance(error, EvoSyncError):
        logger.error(event, code=error.code, cause=error.cause, **fields)
    else:
        logger.error(event, exc_info=error, **fields)


def redact_event(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask secrets in an event: by key, and by pattern inside every text."""
    for key, value in event.items():
        event[key] = mask_under(key, value)
    return event
