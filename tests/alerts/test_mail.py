from datetime import UTC, datetime
from io import StringIO

import pytest

from evosync.alerts.mail import ConsoleMailer, Letter, SmtpMailer, open_mailer
from evosync.alerts.mail_faults import OF_RECIPIENT
from evosync.errors import NeedsPerson, TryLater
from evosync.settings import Settings
from tests.alerts.mail_server import mail_server
from tests.alerts.writing import LINK, letter, smtp_settings

SENT_AT = datetime(2026, 5, 5, 10, 0, tzinfo=UTC)


async def test_a_letter_arrives_with_both_its_texts_and_its_headers() -> None:
    async with mail_server() as server:
        await SmtpMailer(smtp_settings(server.port), clock=lambda: SENT_AT).send(letter())

    (envelope,), (came,) = server.came, server.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "no-reply@xn--80as4b.xn--p1ai",
        ["anna@tea.ru"],
    )
    assert came["From"].addresses[0].display_name == "Чайная Анны"
    assert came["To"] == "anna@tea.ru"
    assert came["Subject"] == "Приглашение"
    assert came["Date"].datetime == SENT_AT
    assert came["Message-ID"].endswith("@xn--80as4b.xn--p1ai>")
    assert came["Auto-Submitted"] == "auto-generated"
    assert came.get_content_type() == "multipart/alternative"
    text, html = came.iter_parts()
    assert text.get_content() == letter().text
    assert html.get_content_type() == "text/html"
    assert html.get_content().strip() == letter().html


async def test_emoji_and_long_lines_arrive_as_they_were_written() -> None:
    subject = "Чай 🍵" + " длинный" * 30
    text = "Чай 🍵 " + "очень " * 500 + "\n.\n..точки\nконец\n"
    async with mail_server() as server:
        mailer = SmtpMailer(smtp_settings(server.port))
        await mailer.send(letter(subject=subject, text=text))

    (came,) = server.letters
    assert came["Subject"] == subject
    assert next(came.iter_parts()).get_content() == text


async def test_no_octet_of_a_letter_needs_more_than_ascii() -> None:
    async with mail_server() as server:
        await SmtpMailer(smtp_settings(server.port)).send(letter(to="anna@чай.рф"))

    (envelope,) = server.came
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()
    assert envelope.rcpt_tos == ["anna@xn--80as4b.xn--p1ai"]
    assert "SMTPUTF8" not in envelope.mail_options


async def test_only_a_box_named_in_cyrillic_asks_the_server_for_more() -> None:
    async with mail_server() as server:
        await SmtpMailer(smtp_settings(server.port)).send(letter(to="анна@чай.рф"))

    (envelope,) = server.came
    assert envelope.rcpt_tos == ["анна@xn--80as4b.xn--p1ai"]
    assert "SMTPUTF8" in envelope.mail_options


@pytest.mark.parametrize(
    "to",
    [
        "anna@tea.ru\r\nBcc: boris@tea.ru",
        "anna@tea.ru\nBcc: boris@tea.ru",
        "anna@tea.ru>\r\nRCPT TO:<boris@tea.ru",
        "anna@tea.ru, boris@tea.ru",
        "Анна <anna@tea.ru>",
        "<anna@tea.ru>",
        "anna@tea.ru\x00",
        "anna",
        "",
    ],
)
async def test_what_is_more_or_less_than_one_address_is_refused(to: str) -> None:
    async with mail_server() as server:
        with pytest.raises(NeedsPerson, match="проверьте адрес") as caught:
            await SmtpMailer(smtp_settings(server.port)).send(letter(to=to))

    assert caught.value.code == OF_RECIPIENT
    assert server.came == []


async def test_a_subject_writes_no_other_headers() -> None:
    async with mail_server() as server:
        with pytest.raises(NeedsPerson) as caught:
            await SmtpMailer(smtp_settings(server.port)).send(letter(subject="a\r\nBcc: b@tea.ru"))

    assert caught.value.code == "mail_failed"
    assert server.came == []


async def test_without_a_mail_server_a_letter_is_shown_at_once() -> None:
    out = StringIO()

    await ConsoleMailer(out).send(letter())

    assert "Письмо для anna@tea.ru: Приглашение\n" in out.getvalue()
    assert f"\nОткройте {LINK}\n" in out.getvalue()


async def test_a_shown_letter_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    await open_mailer(Settings()).send(letter())

    assert LINK in capsys.readouterr().out


async def test_a_shown_letter_steers_no_terminal() -> None:
    out = StringIO()

    await ConsoleMailer(out).send(letter(to="\x1b[2J@tea.ru", text="a\x1b]0;x\x07b\r\nc"))

    assert not set("\x1b\x07\r") & set(out.getvalue())


async def test_a_trial_signs_in_and_sends_nothing() -> None:
    async with mail_server() as server:
        await SmtpMailer(smtp_settings(server.port)).try_sign_in()
        assert server.came == []
    with pytest.raises(TryLater):
        await SmtpMailer(smtp_settings(server.port)).try_sign_in()


def test_the_settings_choose_the_way() -> None:
    assert isinstance(open_mailer(Settings()), ConsoleMailer)
    assert isinstance(open_mailer(smtp_settings(25)), SmtpMailer)


def test_a_letter_shows_nothing_of_itself_but_its_kind() -> None:
    assert repr(letter()) == "Letter(kind='invite')"
    assert Letter(to="a@b.ru", subject="", text="", html="").kind == "letter"
