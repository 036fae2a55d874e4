"""`POST /adoption`: whether what stands in VK under a product's name is that product."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.accounts.desk import Actor
from evosync.db import adoption, connections
from evosync.db.adoption import Answered
from evosync.db.links import Place
from evosync.db.types import Tx
from evosync.engine.memory import Answer
from evosync.spoken import plural
from evosync.web.auth import local_path, user_of, visit_of
from evosync.web.flash import Kind, flash
from evosync.web.forms import sent_form
from evosync.web.state import desk_of, state_of

_PAGE = "sync-preview"
_ABOUT = ("товаре", "товарах", "товарах")


async def submit(request: Request) -> Response:
    """Take one answer about the named products, or about all; the next look does as told."""
    sent = await sent_form(request)
    said, back = sent.get("answer"), sent.get("next")
    products: list[str] | None = [one for one in sent.getlist("product") if isinstance(one, str)]
    if sent.get("all") == "1":
        products = None
    if said not in set(Answer) or products == []:
        return _done(request, back, "warning", "Не выбрано, что ответить. Ничего не изменили.")
    answered = await _answer(request, Answer(said), products)
    if answered is None:
        return _done(request, back, "warning", "Сообщество VK не подключено.")
    return _done(request, back, *_in_words(answered))


async def _answer(request: Request, answer: Answer, products: list[str] | None) -> Answered | None:
    """Write the answer down; None when there is no community that it could be about."""
    user = user_of(request)
    actor = Actor.of(user, visit_of(request).address)
    act = desk_of(request).act("adoption.decided", actor, user)

    async def decide(tx: Tx) -> Answered | None:
        vk = await connections.find_vk(tx, user.id)
        if vk is None:
            return None
        place = Place(user_id=user.id, community_id=vk.community_id)
        return await adoption.answer_questions(tx, place, answer, products, act)

    return await state_of(request).database.write(decide)


def _in_words(answered: Answered) -> tuple[Kind, str]:
    unclear = ""
    if answered.unclear:
        count = plural(len(answered.unclear), "товар", "товара", "товаров")
        unclear = f" Осталось {count}: не ясно, какая карточка чья, ответьте по одному."
    if answered.answered:
        count = plural(len(answered.answered), *_ABOUT)
        told = f"Записали ответ о\u00a0{count}. Учтём при следующей проверке и отправке."
        return "success", told + unclear
    if unclear:
        return "warning", f"Ничего не изменили.{unclear}"
    return "secondary", "Вопроса об этом уже нет. Ничего не изменили."


def _done(request: Request, back: object, kind: Kind, words: str) -> Response:
    path = local_path(back) if isinstance(back, str) else None
    page = f"{request.app.url_path_for(_PAGE)}#pairs"
    response = RedirectResponse(path or page, 303)
    flash(request, response, kind, words)
    return response
