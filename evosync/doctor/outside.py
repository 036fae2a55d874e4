"""The services outside: whether their hosts answer from here, by what clock, and if not, why."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evosync.doctor.clocks import Sample, read_date
from evosync.doctor.verdict import Verdict, attention, broken, good
from evosync.outbound.client import Answer, Client, Request, Unreachable
from evosync.outbound.silence import Silence

PATIENCE_S = 8.0

WHY: Mapping[Silence, tuple[str, str]] = {
    Silence.NAME: (
        "имя {host} не находится (DNS)",
        "Проверьте интернет и DNS-сервер машины (/etc/resolv.conf).",
    ),
    Silence.REFUSED: (
        "{host} не принимает соединение",
        "Проверьте брандмауэр машины и адрес в настройках.",
    ),
    Silence.CERTIFICATE: (
        "сертификату {host} нельзя доверять",
        "Проверьте часы машины и корневые сертификаты (пакет ca-certificates).",
    ),
    Silence.TLS: (
        "защищённого соединения с {host} не вышло",
        "Проверьте, нет ли по дороге прокси, который подменяет https.",
    ),
    Silence.TIMEOUT: (
        "{host} не отвечает вовремя",
        "Проверьте интернет, брандмауэр и то, пускает ли провайдер к этому адресу.",
    ),
    Silence.OTHER: ("соединение с {host} оборвалось", "Повторите проверку позже."),
}
"""What is said of a silent host, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What a host answered, or why it did not; `ours` is our clock in the middle of it."""

    answer: Answer | None
    why: Silence
    ours: datetime


async def meet(client: Client, request: Request, clock: Callable[[], datetime]) -> Met:
    """Send one request, and wait for so long at most."""
    asked_at = clock()
    answer, why = None, Silence.TIMEOUT
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await client.send(request)
    except Unreachable as error:
        why = error.why
    except TimeoutError:
        pass
    return Met(answer=answer, why=why, ours=asked_at + (clock() - asked_at) / 2)


def judge_met(title: str, host: str, met: Met) -> Verdict:
    """Judge a service by whether its host answers: no without a token is as good as any answer."""
    if met.answer is None:
        told, advice = WHY[met.why]
        return broken(title, f"Нет связи: {told.format(host=host)}.", advice)
    if met.answer.status >= 500:
        told = f"{host} отвечает ошибкой {met.answer.status}."
        return attention(title, told, "Это сбой на их стороне: подождите.")
    return good(title, f"{host} отвечает.")


def sample_of(whose: str, met: Met) -> Sample | None:
    """Return what a host's clock showed; None when it did not say."""
    theirs = read_date(met.answer.headers.get("date")) if met.answer else None
    return None if theirs is None else Sample(whose=whose, theirs=theirs, ours=met.ours)
