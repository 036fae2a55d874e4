"""What turning switches came to, or would come to, in words (pure)."""

from dataclasses import dataclass

from evosync.catalog.snapshot import ReadingState
from evosync.db.catalog import CachedStore
from evosync.db.selection import SwitchKind
from evosync.db.switches import Turn
from evosync.engine.rules import GonePolicy, Selection
from evosync.jobs.switching import Weighed
from evosync.spoken import plural

_THINGS = {
    SwitchKind.STORE: ("Магазин включён", "Магазин выключен"),
    SwitchKind.GROUP: ("Группа включена", "Группа выключена"),
    SwitchKind.PRODUCT: ("Товар включён", "Товар выключен"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked before so much goes off sale."""

    title: str
    text: str
    keep: str
    act: str


def told_of(turn: Turn, weighed: Weighed, store: CachedStore | None, after: Selection) -> str:
    """Say what became of a turn; `store` is the one it is about, if it is about one."""
    return _told_on(turn, weighed, store, after) if turn.is_on else _told_off(turn, weighed)


def question_of(turn: Turn, weighed: Weighed) -> Question:
    """Ask about a turn that takes a great part off sale, with how much stays."""
    found = weighed.consequence
    goods = plural(weighed.asked, "товар", "товара", "товаров")
    acts = {
        GonePolicy.DELETE: f"Удалить {goods}",
        GonePolicy.ZERO: f"Снять с продажи {goods}",
    }
    act = acts.get(weighed.gone, f"Скрыть {goods}")
    stays = (
        f"Останется {found.left} из {found.on_sale}." if found.left else "Не останется ни одного."
    )
    earlier = len(found.asked - found.leaving)
    before = f" Из них {earlier} — то, что вы выключили раньше." if earlier else ""
    back = {
        GonePolicy.DELETE: "Удалённые карточки VK возвращает только какое-то время.",
        GonePolicy.ZERO: "Карточки останутся, купить их будет нельзя.",
    }.get(weighed.gone, "Включите снова — вернутся те же карточки.")
    return Question(
        title=f"{act} в VK?" if weighed.gone is not GonePolicy.DELETE else f"{act} из VK?",
        text=f"Сейчас в VK продаётся {plural(found.on_sale, 'товар', 'товара', 'товаров')}. "
        f"{stays}{before} {back}",
        keep="Не включать" if turn.is_on else "Не выключать",
        act=act,
    )


def _told_on(turn: Turn, weighed: Weighed, store: CachedStore | None, after: Selection) -> str:
    number = len(weighed.consequence.added)
    if number:
        goods = plural(number, "товар пойдёт", "товара пойдут", "товаров пойдут")
        return f"+{goods} в VK."
    said = _subject(turn)
    if store is not None and store.state is ReadingState.NOT_PAID:
        return f"{said}. Приложение для магазина не оплачено в Эвоторе: читать его товары нельзя."
    if store is not None and store.state is not ReadingState.WHOLE:
        return f"{said}. Магазин прочитан не целиком: товары пойдут в VK, когда Эвотор ответит."
    if store is not None and store.store.id not in after.stores:
        return f"{said}. Магазин «{store.store.name}» выключен: пока так, товары в VK не пойдут."
    if turn.switches[0].kind is SwitchKind.STORE and not _has_groups(turn, after):
        return f"{said}. Теперь выберите группы."
    return f"{said}. Новых карточек в VK от этого не прибавится."


def _told_off(turn: Turn, weighed: Weighed) -> str:
    found = weighed.consequence
    leaving, dropped = len(found.leaving), len(found.dropped)
    if leaving:
        goes = {
            GonePolicy.DELETE: ("товар удалится из", "товара удалятся из", "товаров удалятся из"),
            GonePolicy.ZERO: (
                *("товар снимется с продажи в", "товара снимутся с продажи в"),
                "товаров снимутся с продажи в",
            ),
        }
        hides = ("товар скроется из", "товара скроются из", "товаров скроются из")
        return f"{plural(leaving, *goes.get(weighed.gone, hides))} VK."
    if not dropped:
        return f"{_subject(turn)}."
    goods = plural(dropped, "товар не пойдёт", "товара не пойдут", "товаров не пойдут")
    stay = " Карточки, которые там уже есть, останутся."
    return f"{goods} в VK.{stay if weighed.gone is GonePolicy.LEAVE else ''}"


def _subject(turn: Turn) -> str:
    kinds = {switch.kind for switch in turn.switches}
    if len(turn.switches) > 1:
        return "Выбрано всё" if turn.is_on else "Выбор снят"
    return _THINGS[next(iter(kinds))][0 if turn.is_on else 1]


def _has_groups(turn: Turn, after: Selection) -> bool:
    wanted = {switch.store_id for switch in turn.switches}
    return any(store_id in wanted for store_id, _ in after.groups)
