"""Letters on their way out: to a mail server, or to the terminal of whoever runs the service."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol, TextIO

import aiosmtplib

from evosync.addresses import split_mailbox, to_punycode
from evosync.alerts.console import show
from evosync.alerts.mail_faults import fault_from, unfit_address
from evosync.clock import now
from evosync.settings import Settings

TIMEOUT_S = 10.0  # for each answer of the server
DEADLINE = 3  # for all of them together, in timeouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written to one person.

    `kind` names it in logs, which never see the rest: the address is a
    person's, and the texts hold links that work like passwords.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    kind: str = "letter"


class Mailer(Protocol):
    """What can carry a letter away."""

    async def send(self, letter: Letter) -> None:
        """Send a letter.

        Raises TryLater when the server cannot take it now, NeedsPerson when
        it never will: both with the code `mail_failed`.
        """


class ConsoleMailer:
    """Shows the letters on standard output instead of sending them."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    async def send(self, letter: Letter) -> None:
        """Show the letter's text."""
        show(f"Письмо для {letter.to}: {letter.subject}", letter.text, self._out)


class SmtpMailer:
    """Sends each letter over a connection of its own."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = now,
        timeout_s: float = TIMEOUT_S,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._sender = split_mailbox(settings.smtp_from)
        self._host = _ascii_host(settings.smtp_host)
        self._clock = clock
        self._timeout_s = timeout_s
        self._tls_context = tls_context
        if tls_context is None and settings.smtp_tls != "none":
            # Made once: it reads all the certificates that the machine trusts.
            self._tls_context = ssl.create_default_context()

    async def send(self, letter: Letter) -> None:
        """Send a letter; see Mailer."""
        try:
            to = _recipient(letter.to)
        except ValueError:
            raise unfit_address() from None
        try:
            async with asyncio.timeout(self._timeout_s * DEADLINE):
                await self._deliver(self._message(letter, to), to.addr_spec)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise fault_from(error) from None

    async def try_sign_in(self) -> None:
        """Connect and sign in, and send nothing. Raises as `send` does."""
        try:
            async with asyncio.timeout(self._timeout_s * DEADLINE), self._client():
                pass
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise fault_from(error) from None

    async def _deliver(self, message: EmailMessage, to: str) -> None:
        async with self._client() as client:
            # Given beside the headers, since these two decide whether the server must know UTF-8.
            sender, recipients = self._sender.addr_spec, [to]
            await client.send_message(message, sender=sender, recipients=recipients)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=settings.smtp_port_used,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            use_tls=settings.smtp_tls == "tls",
            # Never left to what the server offers: somebody on the way may strip the offer.
            start_tls=settings.smtp_tls == "starttls",
            tls_context=self._tls_context,
            # Otherwise the machine's own name would be looked up, and told to the server.
            local_hostname=self._sender.domain,
            timeout=self._timeout_s,
        )

    def _message(self, letter: Letter, to: Address) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        # No answers of absence machines, please: RFC 3834.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="base64")
        message.add_alternative(letter.html, subtype="html", cte="base64")
        return message


def open_mailer(settings: Settings) -> Mailer:
    """Make the mailer that the settings ask for."""
    match settings.email_provider:
        case "console":
            return ConsoleMailer()
        case "smtp":
            return SmtpMailer(settings)


def _recipient(text: str) -> Address:
    """Read a bare address; a name beside it is none of ours. Raises ValueError."""
    to = split_mailbox(text)
    if "<" in text:
        raise ValueError("more than an address")
    return to


def _ascii_host(host: str) -> str:
    try:
        return to_punycode(host)
    except ValueError:  # the number of a machine, IPv6
        return host
