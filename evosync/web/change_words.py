"""Changes of a run, or of a preview, in words: what it is, what stood, what will or does (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evosync.catalog.money import price_text
from evosync.db.run_rows import ChangeLine, Section
from evosync.spoken import number, plural
from evosync.web.flash import Kind

NOTHING = "–"

OUTCOMES: Mapping[str, tuple[Kind, str]] = {
    "done": ("success", "Готово"),
    "failed": ("danger", "Не вышло"),
    "uncertain": ("warning", "VK не ответил"),
    "held": ("warning", "Ждёт вас"),
    "planned": ("secondary", "В плане"),
    "left": ("secondary", "Оставлено"),
    "put_off": ("secondary", "Отложено"),
}
"""What became of a change, by its outcome."""

PUT_OFF = OUTCOMES["put_off"]
"""What became of a change that VK was not asked about, or only said "not now" to."""

SECTIONS: Mapping[Section, tuple[str, str]] = {
    Section.NEW: ("plus-circle", "Новые"),
    Section.CHANGED: ("pencil", "Изменения"),
    Section.BACK: ("arrow-counterclockwise", "Снова в продаже"),
    Section.OFF: ("eye-slash", "Убрать с витрины"),
    Section.ALBUMS: ("folder2", "Подборки"),
}
"""The icon of a section, and its name among the filters."""

FIELDS: Mapping[str, str] = {
    "price": "цена",
    "title": "название",
    "stock": "остаток",
    "description": "описание",
    "photo": "картинка",
    "category": "категория",
    "album": "подборка",
}
"""Fields of an item as a shop owner calls them, in the order in which they are told."""

_NOT_SENT = "0"  # engine.changes.NOT_SENT as the rows hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One line of the list. `answer` is VK's own word on it, for whoever wants to know more."""

    icon: str
    word: str
    name: str
    before: str
    after: str
    state: Kind
    outcome: str
    at: datetime
    product_id: str | None
    item_id: int | None
    answer: str | None


def say_change(line: ChangeLine) -> ShownChange:
    """Say one line in words; what was done is told as done, all else as it was meant."""
    icon, word, before, after = _SAYERS[_main_kind(line)](line, line.outcome == "done")
    state, outcome = OUTCOMES.get(line.outcome, ("secondary", line.outcome))
    if line.outcome == "failed" and line.code == _NOT_SENT:
        state, outcome = PUT_OFF
    return ShownChange(
        icon=icon,
        word=word,
        name=line.name,
        before=_sentence(before) or NOTHING,
        after=_sentence(after) or NOTHING,
        state=state,
        outcome=outcome,
        at=line.at,
        product_id=line.product_id,
        item_id=line.item_id,
        answer=line.message,
    )


_Said = tuple[str, str, Iterable[str], Iterable[str]]
"""Icon, word, what stood before, what stands after."""

# Of several kinds of one line the first tells most.
_ORDER = (
    *("create", "restore", "relink", "adopt", "lose", "delete", "hide", "zero", "update"),
    *("take_from_album", "add_album", "edit_album", "take_album", "put_in_album"),
)


def _main_kind(line: ChangeLine) -> str:
    return next(kind for kind in _ORDER if kind in line.kinds)


def _created(line: ChangeLine, is_done: bool) -> _Said:
    return "plus-circle", "Новый", (), _new_values(line, is_done)


def _restored(line: ChangeLine, is_done: bool) -> _Said:
    word = "Возвращён" if is_done else "Вернуть"
    seen = ("снова виден", *_values(line, 1, is_done), *_into(line))
    return "arrow-counterclockwise", word, ("не виден",), seen


def _relinked(line: ChangeLine, is_done: bool) -> _Said:
    after = ("карточка та же", *_values(line, 1, is_done), *_into(line))
    return "arrow-left-right", "В кассе заведён заново", _values(line, 0, is_done), after


def _adopted(line: ChangeLine, is_done: bool) -> _Said:
    word = "Узнан" if is_done else "Узнать"
    after = ("это карточка товара", *_values(line, 1, is_done))
    return "link-45deg", word, ("карточка уже есть", *_values(line, 0, is_done)), after


def _lost(_line: ChangeLine, _is_done: bool) -> _Said:
    return "question-circle", "Нет в VK", ("был в VK",), ("карточку удалили в VK",)


def _deleted(_line: ChangeLine, is_done: bool) -> _Said:
    return "trash", "Удалён" if is_done else "Удалить", ("стоит в VK",), ("удалён",)


def _hidden(_line: ChangeLine, is_done: bool) -> _Said:
    return "eye-slash", "Скрыт" if is_done else "Скрыть", ("виден",), ("скрыт",)


def _zeroed(line: ChangeLine, is_done: bool) -> _Said:
    before = _stock(line.changes.get("stock", (None, 0))[0])
    return "slash-circle", "Нет в наличии", (before,), ("нет в наличии",)


def _updated(line: ChangeLine, is_done: bool) -> _Said:
    named = [word for name, word in FIELDS.items() if name in line.changes]
    if "take_from_album" in line.kinds:
        named.append(FIELDS["album"])
    before = (*_values(line, 0, is_done), *map(_quoted, line.taken_from))
    moved = _into(line) if "take_from_album" in line.kinds else ()
    word = ", ".join(named) or "изменить"
    return "pencil", _capital(word), before, (*_values(line, 1, is_done), *moved)


def _moved(line: ChangeLine, _is_done: bool) -> _Said:
    after = map(_quoted, line.put_in) if line.put_in else ("без подборки",)
    return "pencil", "Подборка", map(_quoted, line.taken_from), after


def _album_added(line: ChangeLine, _is_done: bool) -> _Said:
    return "folder-plus", "Новая подборка", (), _goods(line)


def _album_edited(line: ChangeLine, is_done: bool) -> _Said:
    was_hidden, is_hidden = line.changes.get("is_hidden", (False, False))
    was_called, is_called = line.changes.get("title", ("", ""))
    renamed = was_called != is_called
    before = [_quoted(was_called)] if renamed and was_called else []
    after = [_quoted(is_called)] if renamed else []
    if was_hidden == is_hidden:
        return "folder2", "Название подборки", before, (*after, *_goods(line))
    if is_hidden:
        word = "Подборка скрыта" if is_done else "Скрыть подборку"
        return "eye-slash", word, (*before, "видна"), (*after, "скрыта: в ней нет товаров")
    word = "Подборка показана" if is_done else "Показать подборку"
    return "folder2", word, (*before, "скрыта"), (*after, "видна", *_goods(line))


def _album_taken(line: ChangeLine, _is_done: bool) -> _Said:
    after = ("подборка этой группы", *_goods(line))
    return "link-45deg", "Узнать подборку", ("уже есть в VK",), after


def _album_filled(line: ChangeLine, _is_done: bool) -> _Said:
    return "folder2", "В подборку", (), _goods(line)


_SAYERS: Mapping[str, Callable[[ChangeLine, bool], _Said]] = {
    "create": _created,
    "restore": _restored,
    "relink": _relinked,
    "adopt": _adopted,
    "lose": _lost,
    "delete": _deleted,
    "hide": _hidden,
    "zero": _zeroed,
    "update": _updated,
    "take_from_album": _moved,
    "add_album": _album_added,
    "edit_album": _album_edited,
    "take_album": _album_taken,
    "put_in_album": _album_filled,
}


def _new_values(line: ChangeLine, is_done: bool) -> Sequence[str]:
    values = {name: pair[1] for name, pair in line.changes.items() if len(pair) > 1}
    said = [price_text(values["price"])] if values.get("price") is not None else []
    if values.get("title") not in {None, line.name}:
        said.append(f"название {_quoted(values['title'])}")
    if values.get("stock") == 0:
        said.append("нет в наличии")
    return (*said, *_into(line))


def _values(line: ChangeLine, place: int, is_done: bool) -> Sequence[str]:
    """Say the old values (place 0) or the new ones (1); what nobody could read is told once."""
    said = []
    for name in FIELDS:
        if name not in line.changes:
            continue
        if name in _VALUES:
            said.append(_VALUES[name](line.changes[name][place]))
        elif place == 1 and name in _UNTOLD:
            said.append(_UNTOLD[name][is_done])
    return said


def _title(value: Any) -> str:
    return _quoted(str(value)) if value else NOTHING


def _price(value: Any) -> str:
    return NOTHING if value is None else price_text(value)


def _stock(value: Any) -> str:
    if value is None:
        return "остаток неизвестен"
    if value < 0:
        return "остаток не ограничен"
    return f"остаток {number(value)}" if value else "нет в наличии"


_VALUES: Mapping[str, Callable[[Any], str]] = {"price": _price, "title": _title, "stock": _stock}
_UNTOLD: Mapping[str, tuple[str, str]] = {
    "description": ("описание изменится", "описание изменено"),
    "photo": ("картинка изменится", "картинка изменена"),
    "category": ("категория изменится", "категория изменена"),
}


def _into(line: ChangeLine) -> Sequence[str]:
    return [f"в подборку {_quoted(title)}" for title in line.put_in]


def _goods(line: ChangeLine) -> Sequence[str]:
    return [plural(line.goods, "товар", "товара", "товаров")] if line.goods else []


def _quoted(text: str) -> str:
    return f"«{text}»"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(parts: Iterable[str]) -> str:
    return _capital(", ".join(part for part in parts if part != NOTHING))
