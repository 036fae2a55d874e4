"""A service on its feet, as `evosync serve` runs it, beside a mail server that keeps letters."""

import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosync.accounts.desk import Desk, open_desk
from evosync.settings import read_settings
from evosync.wiring import open_installation
from tests.alerts.mail_server import MailServer, mail_server
from tests.flow.process import Running, started
from tests.flow.stand import until
from tests.ports import free_port

STOP_DEADLINE_S = 20.0
_NO_ACCOUNT = "there is no account yet: open this link to make the first one"
_LINK = re.compile(r"http://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A running service; `desk` looks into its database from outside."""

    url: str
    running: Running
    mail: MailServer
    desk: Desk

    def setup_link(self) -> str:
        """Take from the log the link that makes the first account."""
        [event] = self.running.events(_NO_ACCOUNT)
        link: str = event["link"]
        return link

    async def letter(self, to: str, subject: str) -> str:
        """Wait for a letter and give its text."""
        await until(lambda: bool(self.letters(to, subject)), f"a letter to {to}: {subject}")
        return self.letters(to, subject)[-1]

    async def link(self, to: str, subject: str) -> str:
        """Wait for a letter and give the link that it holds."""
        [link] = _LINK.findall(await self.letter(to, subject))
        return str(link)

    async def first_checks(self) -> None:
        """Wait until the connections were checked: whoever comes later is not, for a day."""
        await until(lambda: bool(self.rounds()), "the first checks of connections")

    def rounds(self) -> list[dict[str, Any]]:
        """List the rounds of checks so far."""
        return self.running.events("connections checked")

    def errors(self) -> list[str]:
        """List what the service itself took for an error."""
        return [line for line in self.running.out.splitlines() if '"level": "error"' in line]

    def letters(self, to: str, subject: str) -> list[str]:
        """List the texts of the letters that came so far."""
        texts = []
        for letter in self.mail.letters:
            body = letter.get_body(("plain",))
            if letter["To"] == to and letter["Subject"] == subject and body is not None:
                texts.append(str(body.get_content()))
        return texts


@contextlib.asynccontextmanager
async def open_stand(folder: Path, template: Path, **environ: str) -> AsyncIterator[Stand]:
    """Start a service over a copy of an empty database; it must have no errors, and end well."""
    data = _data_folder(folder, template)
    async with mail_server() as mail:
        given = {
            "DATA_DIR": str(data),
            # Links in letters name it, so it has to be known before the start.
            "PORT": str(free_port()),
            "EMAIL_PROVIDER": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail.port),
            "SMTP_TLS": "none",
            "SMTP_FROM": "EvoSync <evosync@example.com>",
            # Nobody listens there, and nobody else is to be asked.
            "EVOTOR_API_URL": "http://127.0.0.1:9",
            "VK_API_URL": "http://127.0.0.1:9",
            "HEALTH_CHECK_INTERVAL_SECONDS": "86400",
        } | environ
        settings, _ = read_settings(given)
        async with started(folder, "serve", environ=given) as running:
            url = await running.listening()
            async with open_installation(settings) as opened:
                desk = open_desk(settings, opened.database, opened.vault, opened.clock)
                stand = Stand(url=url, running=running, mail=mail, desk=desk)
                yield stand
            assert await running.terminate(STOP_DEADLINE_S) == 0, running.err
            assert not stand.errors()


def _data_folder(folder: Path, template: Path) -> Path:
    data = folder / "data"
    data.mkdir(mode=0o700, parents=True)
    shutil.copyfile(template, data / "evosync.db")
    return data
