import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evosync.alerts.mail import SmtpMailer
from evosync.alerts.mail_faults import OF_RECIPIENT, UNREACHABLE
from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from tests.alerts.mail_server import PASSWORD, USER, certified, mail_server, signing_in
from tests.alerts.writing import LINK, letter, smtp_settings

# The tests sign in over a plain connection, which aiosmtpd rightly warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LOGIN = {"smtp_user": USER, "smtp_password": PASSWORD}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certified(Path(tmp_path_factory.mktemp("certificate")))


async def failure(mailer: SmtpMailer, to: str = "anna@tea.ru") -> EvoSyncError:
    with pytest.raises(EvoSyncError) as caught:
        await mailer.send(letter(to=to))
    error = caught.value
    assert error.code.startswith("mail_")
    assert error.message.startswith("Письмо не отправлено: ")
    assert error.__cause__ is None
    for secret in (to, PASSWORD, USER, LINK, "no-reply"):
        assert secret not in f"{error.message} {error.cause}"
    return error


@contextlib.asynccontextmanager
async def answering(first: bytes) -> AsyncIterator[int]:
    """Listen as something that says `first` and nothing ever after."""
    open_ones: list[asyncio.StreamWriter] = []

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        writer.write(first)

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in open_ones:
            writer.close()
        server.close()
        await server.wait_closed()


async def test_a_letter_goes_under_encryption_that_was_asked_for(
    sides: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = sides
    async with mail_server(tls_context=theirs, require_starttls=True) as server:
        settings = smtp_settings(server.port, smtp_tls="starttls")
        await SmtpMailer(settings, tls_context=ours).send(letter())

    assert server.over_tls == [True]


async def test_a_letter_goes_over_a_connection_encrypted_from_the_start(
    sides: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = sides
    async with mail_server(implicit_tls=theirs) as server:
        settings = smtp_settings(server.port, smtp_tls="tls")
        await SmtpMailer(settings, tls_context=ours).send(letter())

    assert len(server.came) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_stops_the_letter(
    tls: str, sides: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, _ = sides
    given = {"tls_context": theirs} if tls == "starttls" else {"implicit_tls": theirs}
    async with mail_server(**given) as server:
        error = await failure(SmtpMailer(smtp_settings(server.port, smtp_tls=tls)))

    assert isinstance(error, NeedsPerson)
    assert "сертификату" in error.message
    assert server.came == []


async def test_a_certificate_of_another_host_stops_the_letter(
    sides: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = sides
    async with mail_server(tls_context=theirs) as server:
        settings = smtp_settings(server.port, smtp_tls="starttls", smtp_host="127.0.0.1")
        error = await failure(SmtpMailer(settings, tls_context=ours))

    assert "сертификату" in error.message


async def test_a_password_never_goes_where_encryption_is_not_to_be_had() -> None:
    async with mail_server(**signing_in()) as server:
        settings = smtp_settings(server.port, smtp_tls="starttls", **LOGIN)
        error = await failure(SmtpMailer(settings))

    assert isinstance(error, NeedsPerson)
    assert "SMTP_TLS" in error.message
    assert server.signed_in == []


async def test_encryption_against_a_server_without_it_is_told_from_silence() -> None:
    async with mail_server() as server:
        error = await failure(SmtpMailer(smtp_settings(server.port, smtp_tls="tls")))

    assert isinstance(error, NeedsPerson)
    assert "SMTP_PORT" in error.message


async def test_a_server_that_asks_for_a_password_gets_it() -> None:
    async with mail_server(**signing_in()) as server:
        await SmtpMailer(smtp_settings(server.port, **LOGIN)).send(letter())

    assert server.signed_in == [True]


@pytest.mark.parametrize("given", [{**LOGIN, "smtp_password": "не тот"}, {}], ids=["wrong", "none"])
async def test_a_server_that_wants_another_password_is_said_so(given: dict[str, str]) -> None:
    async with mail_server(**signing_in()) as server:
        error = await failure(SmtpMailer(smtp_settings(server.port, **given)))

    assert isinstance(error, NeedsPerson)
    assert error.message.endswith("не пустил. Проверьте SMTP_USER и SMTP_PASSWORD.")


@pytest.mark.parametrize(
    ("answers", "words", "cause"),
    [
        pytest.param(
            {"to_recipient": "550 5.1.1 <anna@tea.ru> no such box"},
            "не принял адрес получателя",
            "SMTPRecipientRefused 550 5.1.1",
            id="recipient",
        ),
        pytest.param(
            {"to_sender": "553 5.7.1 not owned by user"},
            "не принял отправителя",
            "SMTPSenderRefused 553 5.7.1",
            id="sender",
        ),
        pytest.param(
            {"to_letter": "554 spam for anna@tea.ru"},
            "его не принял",
            "SMTPDataError 554",
            id="letter",
        ),
    ],
)
async def test_what_a_server_will_never_take_is_for_a_person(
    answers: dict[str, str], words: str, cause: str
) -> None:
    async with mail_server() as server:
        for name, answer in answers.items():
            setattr(server, name, answer)
        error = await failure(SmtpMailer(smtp_settings(server.port)))

    assert isinstance(error, NeedsPerson)
    assert words in error.message
    assert error.cause == cause


@pytest.mark.parametrize(
    "answers",
    [
        {"to_recipient": "451 4.7.1 greylisted"},
        {"to_sender": "421 too many"},
        {"to_letter": "452 disk full"},
    ],
    ids=["recipient", "sender", "letter"],
)
async def test_what_a_server_does_not_take_now_is_tried_later(answers: dict[str, str]) -> None:
    async with mail_server() as server:
        for name, answer in answers.items():
            setattr(server, name, answer)
        error = await failure(SmtpMailer(smtp_settings(server.port)))

    assert isinstance(error, TryLater)
    assert (error.code == OF_RECIPIENT) is ("to_recipient" in answers)


@pytest.mark.parametrize("first", [b"", b"220 mail\r\n"], ids=["from the start", "once greeted"])
async def test_a_server_that_hangs_is_left_for_later(first: bytes) -> None:
    async with answering(first) as port:
        error = await failure(SmtpMailer(smtp_settings(port), timeout_s=0.1))

    assert isinstance(error, TryLater)
    assert error.code == UNREACHABLE


async def test_what_is_no_mail_server_at_all_is_for_a_person() -> None:
    async with answering(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        error = await failure(SmtpMailer(smtp_settings(port), timeout_s=5))

    assert isinstance(error, NeedsPerson)
    assert "не почтовый сервер" in error.message


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
async def test_a_port_that_nobody_listens_on_is_left_for_later(host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, yet not listening: nobody else can
        settings = smtp_settings(taken.getsockname()[1], smtp_host=host)
        error = await failure(SmtpMailer(settings))

    assert isinstance(error, TryLater)


async def test_a_server_of_latin_letters_alone_is_said_so() -> None:
    async with mail_server(enable_SMTPUTF8=False) as server:
        error = await failure(SmtpMailer(smtp_settings(server.port)), to="анна@tea.ru")

    assert isinstance(error, NeedsPerson)
    assert "из латинских букв" in error.message
