"""Letters about what broke and what is well again: written from the alerts, each sent once."""

from datetime import datetime

import structlog

from evosync.accounts.desk import Desk
from evosync.alerts import letters
from evosync.alerts.mail import Letter
from evosync.db.alerts import Alert, AlertKind, list_untold, mark_told
from evosync.db.services import Service
from evosync.errors import NeedsPerson
from evosync.spoken import moment

log = structlog.get_logger(__name__)

MOST = 50
"""Letters of one round; those who are left over have their turn a round later."""

_SERVICES = {Service.EVOTOR.value: "Эвотор", Service.VK.value: "ВКонтакте"}
_WELL = {
    AlertKind.HELD: "Запуск больше ничего не ждёт: VK снова равен кассе.",
    AlertKind.PAUSED: "Синхронизация снова идёт сама.",
    AlertKind.STALE: "Товары в VK снова обновляются.",
}


async def tell_all(desk: Desk) -> None:
    """Write to everybody who is to be told something.

    What cannot be sent now is sent by a later round: TryLater is raised then.
    A letter that the mail server refuses for good is given up and logged.
    """
    async with desk.database.read() as tx:
        untold = await list_untold(tx, MOST)
    for alert in untold:
        if alert.email is not None:
            try:
                await desk.post.now(_letter(desk, alert, alert.email))
            except NeedsPerson as error:
                log.warning("alert not told", user_id=alert.user_id, cause=error.cause)
        await desk.database.write(mark_told, alert)


def _letter(desk: Desk, alert: Alert, to: str) -> Letter:
    site = desk.settings.public_url
    link = f"{site}/connections" if alert.kind is AlertKind.CONNECTION else f"{site}/profile"
    if alert.is_over:
        return letters.well_again_letter(to, sentence=_well(alert), link=link)
    sentence = str(alert.detail.get("sentence", ""))
    match alert.kind:
        case AlertKind.CONNECTION:
            service = _SERVICES.get(alert.subject, alert.subject)
            return letters.connection_broken_letter(
                to, service=service, sentence=sentence, link=link
            )
        case AlertKind.HELD:
            return letters.run_held_letter(to, sentence=sentence, link=link)
        case AlertKind.PAUSED:
            return letters.run_paused_letter(to, sentence=sentence, link=link)
        case AlertKind.STALE:
            since = datetime.fromisoformat(str(alert.detail["since"]))
            words = moment(since, alert.time_zone)
            return letters.stale_letter(to, since_words=words, link=link)


def _well(alert: Alert) -> str:
    if alert.kind is AlertKind.CONNECTION:
        return f"Связь восстановлена: {_SERVICES.get(alert.subject, alert.subject)}."
    return _WELL[alert.kind]
