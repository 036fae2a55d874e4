from io import StringIO

from evosync.alerts.sms import ConsoleSms, open_sms_sender
from evosync.settings import Settings


async def test_a_message_to_a_phone_is_shown_where_the_service_runs() -> None:
    out = StringIO()

    await ConsoleSms(out).send("+79161234567", "Код: 123456")

    assert "SMS для +79161234567\n" in out.getvalue()
    assert "\nКод: 123456\n" in out.getvalue()


def test_the_settings_choose_the_sender() -> None:
    assert isinstance(open_sms_sender(Settings()), ConsoleSms)
