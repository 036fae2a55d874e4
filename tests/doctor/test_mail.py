from evosync.doctor.mail import look_at_mail
from evosync.doctor.verdict import State
from evosync.settings import Settings
from tests.alerts.mail_server import mail_server
from tests.alerts.writing import smtp_settings


async def test_a_server_that_lets_us_in_is_in_order_and_gets_no_letter() -> None:
    async with mail_server() as server:
        verdict = await look_at_mail(smtp_settings(server.port))
    assert verdict.state is State.GOOD
    assert server.came == []


async def test_a_server_that_is_not_there_is_broken_in_words_of_no_letter() -> None:
    async with mail_server() as server:
        settings = smtp_settings(server.port)
    verdict = await look_at_mail(settings)
    assert verdict.state is State.BROKEN
    assert verdict.told.startswith("Почтовый сервер не отвечает")


async def test_without_a_server_there_is_nothing_to_look_at() -> None:
    assert (await look_at_mail(Settings())).state is State.UNKNOWN
