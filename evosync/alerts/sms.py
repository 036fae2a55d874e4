"""Short messages to phones; the console is the only way out so far."""

from typing import Protocol, TextIO

from evosync.alerts.console import show
from evosync.settings import Settings


class SmsSender(Protocol):
    """What can carry a text to a phone."""

    async def send(self, phone: str, text: str) -> None:
        """Send a text. Raises TryLater or NeedsPerson when it cannot leave."""


class ConsoleSms:
    """Shows the messages on standard output instead of sending them."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    async def send(self, phone: str, text: str) -> None:
        """Show the message."""
        show(f"SMS для {phone}", text, self._out)


def open_sms_sender(settings: Settings) -> SmsSender:
    """Make the sender that the settings ask for."""
    match settings.sms_provider:
        case "console":
            return ConsoleSms()
