"""Both ends of a mirror as pages show them: a card each, with what is amiss and what mends it."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from evosync.db import catalog, connections
from evosync.db.connections import EvotorConnection, Health, VkSignIn
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.jobs.looking import INTERNAL, UNREACHABLE
from evosync.web.flash import Kind
from evosync.web.sealed_links import opened_link
from evosync.web.state import state_of

TITLES = {Service.EVOTOR: "Эвотор", Service.VK: "ВКонтакте"}
ICONS = {Service.EVOTOR: "shop", Service.VK: "chat-dots"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownState:
    """The sentence under a page's title, and which of the four states it is of, if of any."""

    kind: Kind | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What mends a trouble: where to go."""

    label: str
    url: str
    is_external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is amiss: what happened, what it means, and what mends it, if that is the person's."""

    kind: Kind
    title: str
    text: str = ""
    action: Remedy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One connected end."""

    service: str
    title: str
    icon: str
    kind: Kind
    word: str
    badge_icon: str | None = None
    detail: str
    connected_at: datetime | None
    checked_at: datetime | None
    trouble: Trouble | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Both ends of one person, and the cards of those that are connected."""

    evotor: EvotorConnection | None
    vk: VkSignIn | None
    cards: tuple[Card, ...]

    def card(self, service: Service) -> Card | None:
        """Return the card of an end; None when it is not connected."""
        return next((card for card in self.cards if card.service == service.value), None)


async def read_ends(request: Request, tx: Tx, user_id: int) -> Ends:
    """Read both ends of a person."""
    evotor = await connections.find_evotor(tx, user_id)
    vk = await connections.find_vk_sign_in(tx, user_id)
    cards = []
    if evotor is not None:
        stores = await catalog.list_stores(tx, user_id)
        detail = _stores_in_words(evotor, len(stores))
        cards.append(_card(request, Service.EVOTOR, detail, evotor.health, evotor.connected_at))
    if vk is not None:
        cards.append(_vk_card(request, vk))
    return Ends(evotor=evotor, vk=vk, cards=tuple(cards))


def _stores_in_words(evotor: EvotorConnection, count: int) -> str:
    if evotor.store_name is None:
        return "Магазин"
    rest = f" и ещё {count - 1}" if count > 1 else ""
    return f"Магазин «{evotor.store_name}»{rest}"


def _vk_card(request: Request, vk: VkSignIn) -> Card:
    named = f"«{vk.community_name}»" if vk.community_name else str(vk.community_id)
    community = "" if vk.community_id is None else f"сообщество {named}"
    detail = ", ".join(filter(None, (vk.person, community)))
    detail = detail[:1].upper() + detail[1:]
    if vk.community_id is None and vk.health.last_error_code is None:
        trouble = Trouble(
            kind="warning",
            title="Осталось выбрать сообщество",
            text="В нём будут стоять ваши товары.",
            action=Remedy(label="Выбрать", url=_url(request, "vk-community")),
        )
        return _made(Service.VK, detail, vk.health, vk.connected_at, "Ждёт вас", trouble)
    return _card(request, Service.VK, detail, vk.health, vk.connected_at, vk)


def _card(
    request: Request,
    service: Service,
    detail: str,
    health: Health,
    connected_at: datetime | None,
    vk: VkSignIn | None = None,
) -> Card:
    if health.is_online:
        return _made(service, detail, health, connected_at, "В порядке", None)
    if health.last_checked_at is None:
        return _made(service, detail, health, connected_at, "Не проверялось", None)
    word, trouble = _trouble(request, service, health, vk)
    return _made(service, detail, health, connected_at, word, trouble)


def _made(
    service: Service,
    detail: str,
    health: Health,
    connected_at: datetime | None,
    word: str,
    trouble: Trouble | None,
) -> Card:
    kind: Kind = "success" if health.is_online else "secondary"
    return Card(
        service=service.value,
        title=TITLES[service],
        icon=ICONS[service],
        kind=kind if trouble is None else trouble.kind,
        word=word,
        badge_icon="hourglass-split" if health.last_error_code == "vk_no_right" else None,
        detail=detail,
        connected_at=connected_at,
        checked_at=health.last_checked_at,
        trouble=trouble,
        code=health.last_error_code,
    )


def _trouble(
    request: Request, service: Service, health: Health, vk: VkSignIn | None
) -> tuple[str, Trouble]:
    """Say what a failed check means, and what mends it; the word is the badge's."""
    error = health.last_error or ""
    own_page = _url(request, service.value)
    match health.last_error_code:
        case code if code in {UNREACHABLE, INTERNAL}:
            return "Нет ответа", Trouble(
                kind="warning",
                title=error,
                text="Товары на месте. Проверим снова сами, делать ничего не нужно.",
            )
        case "vk_no_right":
            return "Ждём разрешения VK", Trouble(
                kind="warning",
                title="VK ещё не разрешил работать с товарами",
                text="Разрешение дают по письму, оно уже готово.",
                action=Remedy(label="Открыть письмо", url=own_page),
            )
        case "vk_no_role":
            return "Ждёт вас", Trouble(
                kind="warning",
                title=error,
                text="Попросите владельца сообщества сделать вас администратором.",
                action=_community_link(vk),
            )
        case "vk_market_off":
            return "Ждёт вас", Trouble(
                kind="warning",
                title=error,
                text="Включите его в VK: Управление → Настройки → Разделы → Товары.",
                action=_community_link(vk),
            )
        case _:
            link = opened_link(request, health.sealed_link)
            if link is not None:
                return "Ждёт вас", Trouble(
                    kind="warning",
                    title=error,
                    text="Товары в VK на месте, но пока не обновляются.",
                    action=Remedy(label="Подтвердить в VK", url=link, is_external=True),
                )
            return "Сломано", Trouble(
                kind="danger",
                title=error,
                text="Товары в VK на месте, но не обновляются.",
                action=_way_back(request, service, vk),
            )


def _way_back(request: Request, service: Service, vk: VkSignIn | None) -> Remedy:
    """Return how to connect anew: by signing in where that was the way, else on the page."""
    if vk is not None and vk.device_id and state_of(request).opened.vk_id is not None:
        return Remedy(label="Войти в VK", url=_url(request, "vk-connect"))
    return Remedy(label="Подключить заново", url=_url(request, service.value))


def _community_link(vk: VkSignIn | None) -> Remedy | None:
    if vk is None or vk.community_id is None:
        return None
    address = f"https://vk.com/club{vk.community_id}"
    return Remedy(label="Открыть сообщество", url=address, is_external=True)


def _url(request: Request, name: str) -> str:
    return str(request.app.url_path_for(name))
