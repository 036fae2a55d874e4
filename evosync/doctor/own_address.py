"""The address that people and Evotor's cloud use: whether it leads to this service."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from evosync.doctor.outside import WHY, Met
from evosync.doctor.settings import is_for_this_machine
from evosync.doctor.verdict import State, Verdict, attention, good, unknown
from evosync.outbound.client import Request
from evosync.settings import Settings

SITE, WEBHOOK = "Сайт отвечает", "Вебхуки Эвотора"

# Some routers do not lead back in what comes from within (NAT hairpinning): then nothing is wrong.
_FROM_WITHIN = (
    "Если снаружи сайт открывается, всё в порядке: роутер может не пускать к нему изнутри. "
    "Если нет, проверьте DNS имени, порты 80 и 443 и прокси."
)


class _Health(msgspec.Struct):
    status: str
    database: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequests:
    """What to ask the own address: whether it is ours, and for Evotor's door without its key.

    `port` asks the port that the service listens on, past whatever leads to it.
    """

    health: Request
    webhook: Request
    port: Request


def own_requests(settings: Settings) -> OwnRequests:
    """Make the two questions; nothing in them is secret, and nothing comes of them."""
    url = settings.public_url
    return OwnRequests(
        health=Request(method="GET", url=f"{url}/health"),
        webhook=Request(method="POST", url=f"{url}/api/v1/user/create"),
        port=Request(method="GET", url=f"{_port_url(settings)}/health"),
    )


def judge_site(url: str, met: Met, version: str) -> Verdict:
    """Judge what the own address answers to a request for /health."""
    host = url.partition("://")[2]
    if met.answer is None:
        told = WHY[met.why][0].format(host=host)
        return attention(SITE, f"Отсюда не открыть: {told}.", _FROM_WITHIN)
    try:
        health = msgspec.json.decode(met.answer.body, type=_Health)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = f"По адресу {url} отвечает не EvoSync (код {met.answer.status})."
        return attention(SITE, told, "Проверьте прокси и то, куда ведёт имя.")
    if health.version != version:
        told = f"По адресу {url} работает EvoSync {health.version}, а здесь {version}."
        return attention(SITE, told, "Перезапустите службу после обновления.")
    if health.status != "ok":
        told = f"{url} отвечает, но служба не в порядке ({health.status})."
        return attention(SITE, told, "Остальные строки скажут, что с ней.")
    return good(SITE, f"{url} ведёт сюда.")


def judge_port(settings: Settings, met: Met, version: str, *, is_served: bool) -> Verdict:
    """Judge an address of this machine alone that did not answer, by what the own port does.

    In a container such an address leads to the container, and not to the
    machine that has it. `is_served` = some service works on this database.
    """
    url, port = settings.public_url, settings.port
    advice = f"Откройте {url} на машине, на которой работает контейнер."
    if met.answer is not None:
        found = judge_site(_port_url(settings), met, version)
        if found.state is not State.GOOD:
            return found
        told = f"Служба отвечает на своём порту {port}, а {url} изнутри не открыть."
        return unknown(SITE, told, f"Так и бывает в контейнере. {advice}")
    if is_served:
        told = f"Служба работает, а отсюда не отвечает ни {url}, ни порт {port}."
        return unknown(SITE, told, f"Если она в другом контейнере, это обычно. {advice}")
    return attention(SITE, f"{url} не отвечает: служба не запущена.", "Запустите службу.")


def judge_webhook(settings: Settings, met: Met) -> Verdict:
    """Judge what Evotor's door answers to somebody without its key."""
    if not settings.evotor_webhook_secret:
        return unknown(
            WEBHOOK,
            "Выключены: EVOTOR_WEBHOOK_SECRET не задан.",
            "Нужны, только если приложение ставят из магазина Эвотора.",
        )
    if is_for_this_machine(settings.public_url):
        told = "Облако Эвотора не достучится: адрес виден только этой машине."
        return attention(WEBHOOK, told, "Задайте DOMAIN или BASE_URL.")
    if met.answer is None:
        told = WHY[met.why][0].format(host=settings.public_url.partition("://")[2])
        return attention(WEBHOOK, f"Отсюда не проверить: {told}.", _FROM_WITHIN)
    match met.answer.status:
        case 401:
            return good(WEBHOOK, "Без пароля не пускают, как и должно быть.")
        case 503:
            told = "Служба запущена без EVOTOR_WEBHOOK_SECRET."
            return attention(WEBHOOK, told, "Перезапустите её.")
        case status:
            told = f"На вызов без пароля пришёл ответ {status}, а ждали 401."
            return attention(WEBHOOK, told, "Проверьте, что прокси отдаёт EvoSync и /api/v1/.")


def _port_url(settings: Settings) -> str:
    return replace(settings, base_url="", domain="", app_port=0).public_url
