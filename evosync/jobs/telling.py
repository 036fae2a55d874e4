"""Letters about what broke and what is well again: written from the alerts, each sent once."""

from datetime import datetime, timedelta

import structlog

from evosync.accounts.desk import Desk
from evosync.alerts import letters
from evosync.alerts.mail import Letter
from evosync.alerts.mail_faults import OF_RECIPIENT, UNREACHABLE
from evosync.db.alerts import Alert, AlertKind, list_untold, mark_told
from evosync.db.services import Service
from evosync.errors import NeedsPerson, TryLater
from evosync.spoken import moment

log = structlog.get_logger(__name__)

MOST = 50
"""Letters of one round; those who are left over have their turn a round later."""

PATIENCE = timedelta(days=1)
"""How long a mailbox may put a letter off; after that it is no news."""

_SERVICES = {Service.EVOTOR.value: "Эвотор", Service.VK.value: "ВКонтакте"}
_WELL = {
    AlertKind.HELD: "Запуск больше ничего не ждёт от вас.",
    AlertKind.PAUSED: "Синхронизация снова идёт сама.",
    AlertKind.STALE: "Товары в VK снова обновляются.",
}


async def tell_all(desk: Desk) -> None:
    """Write to everybody who is to be told something.

    A letter that cannot be sent now is sent by a later round, and one
    mailbox that takes nothing keeps no other letter back; after a day, or
    when the server refuses its recipient for good, it is given up. Raises
    TryLater or NeedsPerson when the mail itself does not work: then nothing
    is told and nothing forgotten.
    """
    async with desk.database.read() as tx:
        untold = await list_untold(tx, MOST)
    for alert in untold:
        if alert.email is None or await _is_settled(desk, alert, alert.email):
            await desk.database.write(mark_told, alert)


async def _is_settled(desk: Desk, alert: Alert, to: str) -> bool:
    """Send one letter; False when it waits. Raises what speaks of the mail and not of this one."""
    is_late = desk.clock() - alert.since > PATIENCE
    try:
        await desk.post.now(_letter(desk, alert, to))
    except NeedsPerson as error:
        if error.code != OF_RECIPIENT:
            raise
        log.warning("alert not told", user_id=alert.user_id, cause=error.cause)
    except TryLater as error:
        if error.code == UNREACHABLE:
            raise
        log.info("alert not told yet", user_id=alert.user_id, cause=error.cause)
        return is_late
    return True


def _letter(desk: Desk, alert: Alert, to: str) -> Letter:
    link = f"{desk.settings.public_url}{_page(alert)}"
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
            since = alert.detail.get("since")
            words = "ещё не было"
            if since is not None:
                words = moment(datetime.fromisoformat(str(since)), alert.time_zone)
            return letters.stale_letter(to, since_words=words, link=link)


def _page(alert: Alert) -> str:
    """Choose where the letter leads: to the run that asks, while it does, else to all of them."""
    if alert.kind is AlertKind.CONNECTION:
        return "/connections"
    run_id = alert.detail.get("run_id")
    is_open = isinstance(run_id, int) and not alert.is_over
    return f"/runs/{run_id}" if is_open else "/runs"


def _well(alert: Alert) -> str:
    if alert.kind is AlertKind.CONNECTION:
        return f"Связь восстановлена: {_SERVICES.get(alert.subject, alert.subject)}."
    return _WELL[alert.kind]
