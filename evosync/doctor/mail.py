"""Mail: whether the server lets us in; no letter is sent."""

from evosync.alerts.mail import SmtpMailer
from evosync.alerts.mail_faults import UNREACHABLE, reason_in
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.errors import EvoSyncError, NeedsPerson
from evosync.settings import Settings

TITLE = "Почта"

TIMEOUT_S = 2.5  # for each answer; all of it takes three times as long at most


async def look_at_mail(settings: Settings) -> Verdict:
    """Sign in at the mail server that the settings name."""
    if settings.email_provider == "console":
        return unknown(
            TITLE,
            "Письма не отправляются, а печатаются в журнал (EMAIL_PROVIDER=console).",
            "Чтобы они доходили, задайте EMAIL_PROVIDER=smtp и настройки SMTP.",
        )
    try:
        await SmtpMailer(settings, timeout_s=TIMEOUT_S).try_sign_in()
    except EvoSyncError as error:
        is_lasting = isinstance(error, NeedsPerson) or error.code == UNREACHABLE
        judge = broken if is_lasting else attention
        return judge(TITLE, reason_in(error.message))
    return good(TITLE, f"Сервер {settings.smtp_host} впускает.")
