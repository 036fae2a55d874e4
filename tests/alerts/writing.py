"""Letters and settings for the tests of mail."""

from typing import Any

from evosync.alerts.mail import Letter
from evosync.settings import Settings

LINK = "https://tea.ru/invite?token=s3cr3t-link"


def letter(**given: str) -> Letter:
    ready = {
        "to": "anna@tea.ru",
        "subject": "Приглашение",
        "text": f"Откройте {LINK}\n",
        "html": f'<p><a href="{LINK}">Открыть</a></p>',
        "kind": "invite",
    }
    return Letter(**ready | given)


def smtp_settings(port: int, **given: Any) -> Settings:
    ready: dict[str, Any] = {
        "email_provider": "smtp",
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_from": "Чайная Анны <no-reply@чай.рф>",
        "smtp_tls": "none",
    }
    return Settings(**ready | given)
