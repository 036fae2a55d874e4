"""Letters about what broke: each of them once, through a mail server that may be down."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from evosync.accounts.desk import Desk, open_desk
from evosync.db import accounts, alerts
from evosync.db.alerts import AlertKind
from evosync.db.engine import Database
from evosync.db.vault import Vault
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.telling import PATIENCE, tell_all
from tests.alerts.mail_server import MailServer, mail_server
from tests.alerts.writing import smtp_settings
from tests.builders import NOON
from tests.db.people import add_user

SITE = "https://tea.example"
BROKEN = {"sentence": "Эвотор не принял ключ доступа."}
STALE = {"since": "2026-11-01T09:00:00+00:00"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A service that writes to Anna through a mail server."""

    desk: Desk
    server: MailServer
    anna: int

    async def breaks(
        self, kind: AlertKind = AlertKind.CONNECTION, subject: str = "", **detail: str
    ) -> None:
        subject = "evotor" if kind is AlertKind.CONNECTION and not subject else subject
        write, what = self.desk.database.write, detail or BROKEN
        await write(alerts.open_alert, self.anna, kind, subject, what, NOON)

    async def mends(self, kind: AlertKind = AlertKind.CONNECTION, subject: str = "") -> None:
        subject = "evotor" if kind is AlertKind.CONNECTION and not subject else subject
        await self.desk.database.write(alerts.close_alert, self.anna, kind, subject, NOON)

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.server.letters]

    def text(self, number: int = -1) -> str:
        text: str = next(iter(self.server.letters[number].iter_parts())).get_content()
        return text


@pytest.fixture
async def stand(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Stand]:
    anna = await add_user(sqlite_database, "anna@example.com")
    async with mail_server() as server, opened(sqlite_database, server.port, tmp_path) as desk:
        yield Stand(desk=desk, server=server, anna=anna)


@contextlib.asynccontextmanager
async def opened(database: Database, port: int, folder: Path) -> AsyncIterator[Desk]:
    settings = smtp_settings(port, data_dir=folder, base_url=SITE)
    desk = open_desk(settings, database, Vault("a key"), lambda: NOON)
    yield desk
    await desk.close(1)


async def test_nothing_to_tell_is_told_to_nobody(stand: Stand) -> None:
    await tell_all(stand.desk)
    assert stand.subjects == []


async def test_a_broken_connection_is_one_letter_and_its_mending_another(stand: Stand) -> None:
    await stand.breaks()
    for _ in range(3):
        await tell_all(stand.desk)
    assert len(stand.subjects) == 1
    assert "Эвотор" in stand.text()
    assert BROKEN["sentence"] in stand.text()
    assert f"{SITE}/connections" in stand.text()
    await stand.mends()
    for _ in range(3):
        await tell_all(stand.desk)
    assert len(stand.subjects) == 2
    assert "Связь восстановлена: Эвотор." in stand.text()


async def test_each_kind_says_what_it_is_about(stand: Stand) -> None:
    await stand.breaks(AlertKind.CONNECTION, "vk", sentence="VK завершил вход.")
    await stand.breaks(AlertKind.HELD, sentence="Из продажи уйдёт 40 товаров.")
    await stand.breaks(AlertKind.PAUSED, sentence="VK просит подтвердить, что вы не робот.")
    await stand.breaks(AlertKind.STALE, **STALE)
    await tell_all(stand.desk)
    texts = [stand.text(number) for number in range(4)]
    words = ("ВКонтакте", "40 товаров", "не робот", "12:00")  # in Moscow
    assert [word in text for word, text in zip(words, texts, strict=True)] == [True] * 4
    assert len(set(stand.subjects)) == 4
    for kind in AlertKind:
        await stand.mends(kind, "vk" if kind is AlertKind.CONNECTION else "")
    await tell_all(stand.desk)
    assert len(stand.subjects) == 8


async def test_nothing_is_told_twice_after_a_restart(stand: Stand, tmp_path: Path) -> None:
    await stand.breaks()
    await tell_all(stand.desk)
    async with opened(stand.desk.database, stand.server.port, tmp_path) as another:
        await tell_all(another)
    assert len(stand.subjects) == 1


async def test_what_a_mailbox_puts_off_is_told_by_a_later_round(stand: Stand) -> None:
    await stand.breaks()
    stand.server.to_letter = "451 come later"
    await tell_all(stand.desk)
    stand.server.to_letter = "250 OK"
    stand.server.came.clear()
    await tell_all(stand.desk)
    assert len(stand.subjects) == 1


async def test_a_mailbox_that_puts_off_keeps_no_other_letter_back(stand: Stand) -> None:
    boris = await add_user(stand.desk.database, "boris@example.com")
    await stand.breaks()
    write = stand.desk.database.write
    await write(alerts.open_alert, boris, AlertKind.HELD, "", BROKEN, NOON)
    stand.server.to_recipient = "450 busy"
    await tell_all(stand.desk)
    stand.server.to_recipient = ""
    await tell_all(stand.desk)
    took = [envelope.rcpt_tos for envelope in stand.server.came]
    assert took == [["anna@example.com"], ["boris@example.com"]]


async def test_after_a_day_of_putting_off_a_letter_is_no_news(
    stand: Stand,
) -> None:
    await stand.breaks()
    stand.server.to_recipient = "450 busy"
    late = replace(stand.desk, clock=lambda: NOON + PATIENCE + timedelta(seconds=1))
    await tell_all(late)
    stand.server.to_recipient = ""
    await tell_all(late)
    assert stand.subjects == []


async def test_mail_that_does_not_work_tells_nothing_and_forgets_nothing(stand: Stand) -> None:
    await stand.breaks()
    stand.server.to_sender = "550 who are you"
    with pytest.raises(NeedsPerson):
        await tell_all(stand.desk)
    stand.server.to_sender = ""
    await tell_all(stand.desk)
    assert len(stand.subjects) == 1


async def test_while_the_server_is_down_nothing_is_lost(
    sqlite_database: Database, tmp_path: Path
) -> None:
    anna = await add_user(sqlite_database, "anna@example.com")
    async with mail_server() as gone:
        port = gone.port
    async with opened(sqlite_database, port, tmp_path) as desk:
        stand = Stand(desk=desk, server=gone, anna=anna)
        await stand.breaks()
        with pytest.raises(TryLater):
            await tell_all(desk)
        await stand.mends()  # well again before anybody could be told
        await tell_all(desk)
    async with mail_server() as server, opened(sqlite_database, server.port, tmp_path) as desk:
        await tell_all(desk)
    assert server.letters == []


async def test_a_letter_refused_for_good_is_given_up_and_the_others_go(stand: Stand) -> None:
    await stand.breaks()
    stand.server.to_recipient = "550 no such box"
    with capture_logs() as events:
        await tell_all(stand.desk)
    [told] = [event for event in events if event["event"] == "alert not told"]
    assert told["user_id"] == stand.anna
    assert "anna@" not in repr(events)
    stand.server.to_recipient = ""
    await tell_all(stand.desk)
    assert stand.subjects == []  # it is not written again
    await stand.breaks(AlertKind.HELD)
    await tell_all(stand.desk)
    assert len(stand.subjects) == 1


async def test_who_has_no_address_is_passed_over(stand: Stand) -> None:
    vera = await nameless(stand.desk.database)
    write = stand.desk.database.write
    await write(alerts.open_alert, vera, AlertKind.HELD, "", BROKEN, NOON)
    await stand.breaks()
    await tell_all(stand.desk)
    assert [envelope.rcpt_tos for envelope in stand.server.came] == [["anna@example.com"]]
    async with stand.desk.database.read() as tx:
        assert await alerts.list_untold(tx, 10) == []


async def nameless(database: Database) -> int:
    new = accounts.NewUser(email=None, name="Вера", status=accounts.UserStatus.ACTIVE)
    user_id = await database.write(accounts.create_user, new, NOON)
    assert user_id is not None
    return user_id


async def test_what_a_service_wrote_is_no_line_of_ours(stand: Stand) -> None:
    await stand.breaks(AlertKind.HELD, sentence="Уйдёт товар «Чай\n\nПароль: 123».")
    await tell_all(stand.desk)
    assert "\nПароль" not in stand.text()
