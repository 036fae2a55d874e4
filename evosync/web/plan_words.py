"""A plan in words: what sending it does, and what it leaves as it is (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evosync.db.run_rows import Section
from evosync.spoken import number, plural
from evosync.web.change_words import FIELDS, SECTIONS

_GOODS = ("товар", "товара", "товаров")
_CARDS = ("карточку", "карточки", "карточек")
_STORES = ("магазин", "магазина", "магазинов")
_ALBUMS = ("подборку", "подборки", "подборок")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much there is of what: lines of each section, products of each kind and each field.

    `unchanged` items stand as they should, `unsent` products have a reason of
    their own not to be sent, `left` changes are not sent because a person said so.
    `unread` stores could not be read whole, `unpaid` ones not at all.
    """

    sections: Mapping[Section, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    unchanged: int = 0
    unsent: int = 0
    left: int = 0
    unread: int = 0
    unpaid: int = 0

    @property
    def total(self) -> int:
        """How many changes would be sent."""
        return sum(self.sections.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line: what is done, in bold, and what it means. A quiet one does nothing.

    `explains` = the page of problems says more.
    """

    icon: str
    act: str
    text: str = ""
    is_quiet: bool = False
    explains: bool = False


def say_plan(plan: Plan) -> list[PlanLine]:
    """Say what a plan does, section by section, then what stays as it is."""
    return [*_acts(plan), *_rest(plan)]


def changes_in_words(total: int) -> str:
    """Count changes: «17 изменений»."""
    return plural(total, "изменение", "изменения", "изменений")


def _acts(plan: Plan) -> Iterator[PlanLine]:
    for section, count in plan.sections.items():
        if not count:
            continue
        icon = SECTIONS[section][0]
        match section:
            case Section.NEW:
                yield PlanLine(
                    icon=icon, act=f"Добавим {plural(count, *_GOODS)}.", text=_new(count)
                )
            case Section.CHANGED:
                act = f"Изменим {plural(count, *_GOODS)}."
                yield PlanLine(icon=icon, act=act, text=_changed(plan))
            case Section.BACK:
                act = f"Вернём {plural(count, *_GOODS)}."
                text = "Покупатели снова увидят их в VK." if count > 1 else _BACK
                yield PlanLine(icon=icon, act=act, text=text)
            case Section.OFF:
                yield from _off(plan)
            case Section.ALBUMS:
                yield PlanLine(icon=icon, act=_albums(count, plan.kinds.get("add_album", 0)))


_BACK = "Покупатели снова увидят его в VK."


def _new(count: int) -> str:
    if count == 1:
        return "Он есть в кассе, но ещё не стоит в VK."
    return "Они есть в кассе, но ещё не стоят в VK."


def _changed(plan: Plan) -> str:
    told = [(word, plan.fields.get(name, 0)) for name, word in FIELDS.items()]
    told += [
        ("карточка найдена в VK", plan.kinds.get("adopt", 0)),
        ("заведён в кассе заново", plan.kinds.get("relink", 0)),
        ("карточку удалили в VK", plan.kinds.get("lose", 0)),
    ]
    parts = [f"{word} у\u00a0{number(count)}" for word, count in told if count]
    sentence = ", ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _off(plan: Plan) -> Iterator[PlanLine]:
    if hidden := plan.kinds.get("hide", 0):
        yield PlanLine(
            icon="eye-slash",
            act=f"Скроем {plural(hidden, *_CARDS)}.",
            text="Покупатели их не увидят." if hidden > 1 else "Покупатели её не увидят.",
        )
    if emptied := plan.kinds.get("zero", 0):
        goods = plural(emptied, "товара", "товаров", "товаров")
        yield PlanLine(
            icon="slash-circle",
            act=f"Поставим «Нет в наличии» у\u00a0{goods}.",
            text="Карточки останутся видны." if emptied > 1 else "Карточка останется видна.",
        )
    if deleted := plan.kinds.get("delete", 0):
        yield PlanLine(
            icon="trash",
            act=f"Удалим {plural(deleted, *_CARDS)}.",
            text="Так выбрано в настройках.",
        )


def _albums(count: int, added: int) -> str:
    rest = count - added
    if not rest:
        return f"Создадим {plural(added, *_ALBUMS)}."
    if not added:
        return f"Обновим {plural(rest, *_ALBUMS)}."
    return f"Создадим {plural(added, *_ALBUMS)} и обновим {number(rest)}."


def _rest(plan: Plan) -> Iterator[PlanLine]:
    if plan.left:
        text = f"По вашему решению не отправим {changes_in_words(plan.left)}."
        yield PlanLine(icon="pause-circle", act="", text=text, is_quiet=True)
    if plan.unchanged:
        them = "его не трогаем" if plan.unchanged == 1 else "их не трогаем"
        agree = "уже совпадает" if _is_one(plan.unchanged) else "уже совпадают"
        text = f"{plural(plan.unchanged, *_GOODS)} {agree}, {them}."
        yield PlanLine(icon="check2-all", act="", text=text, is_quiet=True)
    if plan.unsent:
        each = "у него есть причина" if plan.unsent == 1 else "у каждого есть причина"
        text = f"{plural(plan.unsent, *_GOODS)} не отправим, {each}."
        yield PlanLine(icon="exclamation-circle", act="", text=text, is_quiet=True, explains=True)
    if plan.unread:
        stores = plural(plan.unread, *_STORES)
        text = f"{stores} не удалось прочитать целиком: {_untouched(plan.unread)}."
        yield PlanLine(icon="shop", act="", text=text, is_quiet=True, explains=True)
    if plan.unpaid:
        text = f"{plural(plan.unpaid, *_STORES)} без оплаты в Эвоторе: {_untouched(plan.unpaid)}."
        yield PlanLine(icon="shop", act="", text=text, is_quiet=True, explains=True)


def _untouched(stores: int) -> str:
    return "его товары не трогаем" if stores == 1 else "их товары не трогаем"


def _is_one(count: int) -> bool:
    """Whether Russian counts it as one: 1, 21, 201, and not 11."""
    return count % 10 == 1 and count % 100 != 11
