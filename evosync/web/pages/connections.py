"""`/connections`: both ends of the mirror, how they are, and what is still to be connected."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from evosync.db.services import Service
from evosync.web.auth import user_of
from evosync.web.connection_cards import ICONS, TITLES, Card, Ends, ShownState, read_ends
from evosync.web.connector import connector_of, service_in_path, service_of
from evosync.web.flash import Kind, flash
from evosync.web.state import state_of
from evosync.web.view import redirect, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An end that can still be connected."""

    service: str
    title: str
    icon: str
    text: str
    hint: str
    is_primary: bool


_TEXTS = {
    Service.EVOTOR: (
        "Подключите кассу Эвотор для синхронизации каталога товаров.",
        "Понадобится ключ доступа из личного кабинета Эвотор. Покажем, где его взять.",
    ),
    Service.VK: (
        "Подключите аккаунт ВКонтакте для публикации товаров в ваше сообщество.",
        "Войти должен тот, кто управляет сообществом. Разрешение на товары VK выдаёт отдельно.",
    ),
}
_DONE = {
    Service.EVOTOR: "Эвотор отключён. Товары в VK остались.",
    Service.VK: "ВКонтакте отключён. Товары в сообществе остались.",
}


async def show(request: Request) -> Response:
    """Show the cards."""
    async with state_of(request).database.read() as tx:
        ends = await read_ends(request, tx, user_of(request).id)
    return render(
        request,
        "connections/index.html",
        state=_state(ends),
        cards=ends.cards,
    )


async def add(request: Request) -> Response:
    """Offer what is not connected yet."""
    async with state_of(request).database.read() as tx:
        ends = await read_ends(request, tx, user_of(request).id)
    missing = [service for service in Service if ends.card(service) is None]
    offers = [
        Offer(
            service=service.value,
            title=TITLES[service],
            icon=ICONS[service],
            text=_TEXTS[service][0],
            hint=_TEXTS[service][1],
            is_primary=service is missing[0],
        )
        for service in missing
    ]
    return render(request, "connections/add.html", offers=offers)


async def disconnect(request: Request) -> Response:
    """Disconnect the end that the address names."""
    return await _disconnect(request, service_in_path(request))


async def delete(request: Request) -> Response:
    """Disconnect the end that the query names, as the earlier addresses did."""
    return await _disconnect(request, service_of(request.query_params.get("type", "")))


async def disconnect_evotor(request: Request) -> Response:
    """Disconnect the till."""
    return await _disconnect(request, Service.EVOTOR)


async def disconnect_vk(request: Request) -> Response:
    """Disconnect the community."""
    return await _disconnect(request, Service.VK)


async def _disconnect(request: Request, service: Service) -> Response:
    was_there = await connector_of(request).disconnect(service)
    response = redirect(request, "connections")
    told = _DONE[service] if was_there else f"{TITLES[service]}: подключения уже нет."
    flash(request, response, "success" if was_there else "secondary", told)
    return response


def _state(ends: Ends) -> ShownState:
    if not ends.cards:
        return ShownState(kind=None, sentence="Нужны касса, откуда брать товары, и сообщество VK.")
    sentence = " ".join(map(_in_words, ends.cards))
    kinds: tuple[Kind, ...] = ("danger", "warning", "secondary", "success")
    worst = next(kind for kind in kinds if any(card.kind == kind for card in ends.cards))
    missing = [TITLES[service] for service in Service if ends.card(service) is None]
    if missing:
        sentence = f"{sentence} Осталось подключить {missing[0]}."
    return ShownState(kind=worst, sentence=sentence)


def _in_words(card: Card) -> str:
    """Say how an end is in as few words as its badge does; the card tells the rest."""
    if card.kind == "danger":
        return f"{card.title}: нет связи."
    if card.trouble is not None:
        return f"{card.title}: {card.word[0].lower()}{card.word[1:]}."
    return f"{card.title} в порядке." if card.kind == "success" else f"{card.title} не проверялся."
