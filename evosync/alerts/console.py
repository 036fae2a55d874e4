"""Messages shown where the service runs, when there is no server to send them by."""

import sys
from typing import TextIO

_RULE = "─" * 60


def show(title: str, text: str, out: TextIO | None = None) -> None:
    """Write a message as a block that the eye finds among logs, at once.

    This is how whoever runs the service gets at the links, so nothing is
    masked; what could steer a terminal is left out.
    """
    stream = out or sys.stdout
    stream.write(f"\n{_RULE}\n{_plain(title)}\n{_RULE}\n{_plain(text).strip()}\n{_RULE}\n\n")
    stream.flush()


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable() or each == "\n")
