"""`/vk`: the community's end, the steps to a key, and the letter that asks VK for the right."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from evosync import spoken
from evosync.db.connections import VkSignIn
from evosync.db.services import Service
from evosync.web.auth import user_of
from evosync.web.connection_cards import Card, Ends, ShownState, read_ends
from evosync.web.connector import VkKeyForm
from evosync.web.state import state_of
from evosync.web.view import render_form

# VK's page on rights of access: who decides on extended ones.
SUPPORT = "devsupport@corp.vk.com"

Mark = Literal["done", "now", "wait", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way to a key that opens goods."""

    mark: Mark
    title: str
    text: str
    is_sign_in: bool = False
    is_community: bool = False
    is_right: bool = False
    is_check: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the person writes to VK."""

    to: str
    subject: str
    text: str

    @property
    def mailto(self) -> str:
        """The address that opens it in a mail program."""
        query = urlencode({"subject": self.subject, "body": self.text}, quote_via=quote)
        return f"mailto:{self.to}?{query}"


async def show(request: Request) -> Response:
    """Show the page."""
    return await render_page(request, VkKeyForm())


async def render_page(request: Request, form: VkKeyForm) -> Response:
    """Make the page around a form, sent or not."""
    state, user = state_of(request), user_of(request)
    async with state.database.read() as tx:
        ends = await read_ends(request, tx, user.id)
    card = ends.card(Service.VK)
    app_id = state.desk.settings.vk_client_id
    can_sign_in = state.opened.vk_id is not None
    waits = card is not None and card.code == "vk_no_right"
    return render_form(
        request,
        "connections/vk.html",
        form,
        card=card,
        state=_state(card),
        steps=_steps(ends, card, now_words=_ago(request, ends.vk)),
        letter=_letter(ends, app_id) if waits else None,
        has_oauth=can_sign_in,
        can_choose_community=can_sign_in and ends.vk is not None and bool(ends.vk.device_id),
        redirect_uri=f"{state.desk.settings.public_url}/vk/callback",
        feed_url=f"{request.app.url_path_for('sync')}#feed",
    )


def _state(card: Card | None) -> ShownState:
    if card is None:
        return ShownState(kind=None, sentence="Сюда EvoSync ставит товары вашего магазина.")
    if card.code == "vk_no_right":
        told = (
            "Вы вошли, но VK ещё не разрешил EvoSync работать с товарами. "
            "Напишите им: письмо уже готово."
        )
        return ShownState(kind="warning", sentence=told)
    if card.trouble is not None:
        return ShownState(kind=card.kind, sentence="EvoSync пока не может менять товары.")
    return ShownState(kind=card.kind, sentence="Сюда EvoSync ставит товары вашего магазина.")


def _steps(ends: Ends, card: Card | None, *, now_words: str) -> list[Step]:
    """List the steps, each as far as it has come."""
    vk, code = ends.vk, card.code if card else None
    has_community = vk is not None and vk.community_id is not None
    is_allowed = has_community and code != "vk_no_right" and bool(card and card.kind == "success")
    marks = _marks(is_signed_in=vk is not None, has_community=has_community, is_allowed=is_allowed)
    return [
        Step(
            mark=marks[0],
            title="Войти в VK",
            text=f"{vk.person or 'Вы'}, вошли {now_words}"
            if vk
            else "Войти должен тот, кто управляет сообществом.",
            is_sign_in=True,
        ),
        Step(
            mark=marks[1],
            title="Выбрать сообщество",
            text=_community_words(vk, code),
            is_community=True,
        ),
        Step(
            mark="wait" if code == "vk_no_right" else marks[2],
            title="Получить разрешение «Товары»",
            text="VK разрешил работать с товарами."
            if is_allowed
            else "VK даёт его по письму и решает сам: срок не называет и может отказать.",
            is_right=True,
        ),
        Step(
            mark="done" if is_allowed else "later",
            title="Проверить подключение",
            text="Проверяем сами каждый час, ответ появится здесь.",
            is_check=True,
        ),
    ]


def _marks(*, is_signed_in: bool, has_community: bool, is_allowed: bool) -> list[Mark]:
    """Mark the steps: those behind, the one in hand, those ahead."""
    done = [is_signed_in, has_community, is_allowed]
    in_hand = next((place for place, is_done in enumerate(done) if not is_done), None)
    marks: list[Mark] = ["done" if is_done else "later" for is_done in done]
    if in_hand is not None:
        marks[in_hand] = "now"
    return marks


def _community_words(vk: VkSignIn | None, code: str | None) -> str:
    if vk is None or vk.community_id is None:
        return "Покажем те, которыми вы управляете."
    name = vk.community_name or vk.community_id
    return f"«{name}»" + (", раздел «Товары» выключен" if code == "vk_market_off" else "")


def _ago(request: Request, vk: VkSignIn | None) -> str:
    if vk is None or vk.connected_at is None:
        return ""
    now = state_of(request).desk.clock()
    return spoken.ago(vk.connected_at, now, user_of(request).time_zone)


def _letter(ends: Ends, app_id: str) -> Letter:
    """Write what VK's own page on rights asks for: the application, and what it is for."""
    shop = ends.evotor.store_name if ends.evotor else None
    mine = f" «{shop}»" if shop else ""
    community = f"vk.com/club{ends.vk.community_id}" if ends.vk else "моё сообщество"
    application = f"приложению {app_id}" if app_id else "моему приложению"
    text = (
        f"Здравствуйте! Прошу выдать {application} право market. Приложение ставит товары моего "
        f"магазина{mine} в моё сообщество {community}, других сообществ не касается."
    )
    person = ends.vk.person if ends.vk else ""
    return Letter(
        to=SUPPORT,
        subject=f"Доступ к методам market для приложения {app_id}".strip(),
        text=f"{text} {person}".strip(),
    )
