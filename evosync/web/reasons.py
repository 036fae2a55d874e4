"""Why a product is not in VK, as pages show it: a badge, one of the four states, what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evosync.catalog.problem import ADOPT_QUESTION, REASONS
from evosync.web import advice
from evosync.web.advice import Advice
from evosync.web.flash import Kind


class Group(StrEnum):
    """Whom a reason waits for."""

    WAITS = "waits"  # for the owner
    FINE = "fine"  # for nobody: it is as it should be, or mends itself
    NOTE = "note"  # for nobody: the product stands in VK all the same


class Form(StrEnum):
    """What a button sends, where it does more than lead on."""

    STORE_ON = "store-toggle"
    GROUP_ON = "group-toggle"
    PRODUCT_ON = "product-toggle"
    PRODUCT_OFF = "product-off"  # to product-toggle
    ADOPT = "adoption"
    RETRY = "problem-retry"
    SEND = "sync-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What mends a reason: a form to send, or a page (`route`, and a place on it) to go to.

    `in_vk` = the product's own card there. `of_many` is what it is called
    beside many products at once, where that is possible: then it leads to them.
    """

    label: str
    form: Form | None = None
    route: str = ""
    anchor: str = ""
    in_vk: bool = False
    answer: str = ""
    of_many: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How pages show one code.

    `badge` is its word in tables. `told` says it of many products at once, so
    without what is known of a single one, and without a dot.
    """

    badge: str
    kind: Kind
    group: Group
    told: str
    buttons: tuple[Button, ...] = ()
    advice: Advice | None = None
    icon: str | None = None  # in place of the state's own

    @property
    def waits(self) -> bool:
        """Whether the owner has to do something."""
        return self.group is Group.WAITS


def reason_of(code: str) -> Reason:
    """Return how to show a code; one that another version wrote is only named."""
    return SHOWN.get(code, _UNKNOWN)


def sentence_of(code: str, detail: Mapping[str, str] | None = None) -> str:
    """Say a code that is no product's own: of the whole mirror, or of a switch."""
    return SENTENCES[code].format_map(detail or {})


_CLOCK = "clock"
_LOOK = Button(label="Посмотреть и начать", route="sync-preview")
_RETRY = Button(label="Повторить", form=Form.RETRY, of_many="Посмотреть")
_IN_VK = Button(label="Открыть в VK", in_vk=True, of_many="Посмотреть")
_OFF = Button(label="Не публиковать", form=Form.PRODUCT_OFF)
_DECIDE = Button(label="Посмотреть и решить", route="run")
_ALLOW = Button(label="Разрешить", route="sync", anchor="types", of_many="Разрешить")


def _waits(badge: str, told: str, *buttons: Button, told_how: Advice | None = None) -> Reason:
    return Reason(
        badge=badge, kind="warning", group=Group.WAITS, told=told, buttons=buttons, advice=told_how
    )


def _broken(badge: str, told: str, *buttons: Button, told_how: Advice | None = None) -> Reason:
    return Reason(
        badge=badge, kind="danger", group=Group.WAITS, told=told, buttons=buttons, advice=told_how
    )


def _fine(badge: str, told: str, *buttons: Button, icon: str | None = None) -> Reason:
    return Reason(
        badge=badge, kind="secondary", group=Group.FINE, told=told, buttons=buttons, icon=icon
    )


def _note(badge: str, told: str, told_how: Advice | None = None) -> Reason:
    return Reason(
        badge=badge,
        kind="secondary",
        group=Group.NOTE,
        told=told,
        advice=told_how,
        icon="info-circle",
    )


_UNKNOWN = _waits("Ждёт вас", "Есть причина, которую знает другая версия EvoSync")

SHOWN: Mapping[str, Reason] = {
    # Of the whole mirror.
    "sync_off": _fine(
        "Синхронизация выключена",
        "Синхронизация выключена",
        Button(label="Включить", route="sync"),
    ),
    "never_confirmed": _waits("Ждёт вас", "Вы ещё не подтвердили первую отправку", _LOOK),
    "connection_broken": _broken(
        "Нет связи", "Нет связи", Button(label="Подключить заново", route="connections")
    ),
    "vk_no_role": _waits("Нет прав", "У вас нет прав на товары сообщества", told_how=advice.ROLE),
    "vk_market_off": _waits(
        "Раздел выключен", "В сообществе выключен раздел «Товары»", told_how=advice.MARKET
    ),
    "vk_no_right": _waits(
        "Ждём разрешения VK",
        "У ключа VK нет права «Товары»",
        Button(label="Как получить", route="vk"),
    ),
    "vk_captcha": _waits(
        "Ждёт вас",
        "VK просит подтвердить, что вы не робот",
        Button(label="Подтвердить в VK", route="connections"),
    ),
    "unreachable": _fine("Нет ответа", "Сервис не отвечает: проверим снова сами", icon=_CLOCK),
    "vk_busy": _fine("VK занят", "VK просит подождать: продолжим позже", icon=_CLOCK),
    "queued": _fine(
        "Обновится",
        "Изменение отправится в ближайший запуск",
        Button(label="Отправить сейчас", form=Form.SEND),
        icon=_CLOCK,
    ),
    # Of the switches.
    "store_off": _fine(
        "Выключен", "Магазин не выбран для VK", Button(label="Включить", form=Form.STORE_ON)
    ),
    "group_off": _fine(
        "Выключен", "Группа не выбрана для VK", Button(label="Включить", form=Form.GROUP_ON)
    ),
    "product_off": _fine(
        "Выключен", "Товар не выбран для VK", Button(label="Включить", form=Form.PRODUCT_ON)
    ),
    "not_in_till": _fine("Нет в кассе", "В кассе этого товара больше нет"),
    # Of the stores.
    "store_not_paid": _waits(
        "Не оплачено", "Приложение не оплачено для магазина в Эвоторе", told_how=advice.PAY
    ),
    "store_unreadable": _fine(
        "Не прочитан",
        "Магазин не удалось прочитать целиком",
        Button(label="Повторить", form=Form.SEND, of_many="Повторить"),
    ),
    # Of the products.
    "not_for_sale": _fine("Не продаётся", "В Эвоторе снята галочка «Можно продавать»"),
    "no_price": _waits("Нет цены", "В Эвоторе не указана цена", told_how=advice.PRICE),
    "no_name": _waits("Нет названия", "У товара нет названия", told_how=advice.NAME),
    "bad_row": _waits(
        "Ошибка в карточке", "Эвотор прислал карточку товара с ошибкой", told_how=advice.CARD
    ),
    "forbidden_type": _fine("Нельзя в VK", "VK не разрешает продавать такие товары"),
    "marked_type": _waits(
        "Разрешите маркировку",
        "Товар с маркировкой: публикуется, только если вы разрешите",
        _ALLOW,
    ),
    "unknown_type": _waits(
        "Разрешите тип",
        "EvoSync не знает такой тип товара и без вашего разрешения его не отправит",
        _ALLOW,
    ),
    ADOPT_QUESTION: _waits(
        "Это он же?",
        "В VK уже есть товар с таким названием",
        Button(label="Да, это он", form=Form.ADOPT, answer="yes", of_many="Ответить"),
        Button(label="Нет, создать новый", form=Form.ADOPT, answer="no"),
    ),
    "duplicate_in_vk": _waits("Дубль в VK", "В VK несколько карточек этого товара", _IN_VK),
    "gone_in_vk": _waits(
        "Удалён в VK",
        "Карточку удалили в VK",
        Button(label="Вернуть", form=Form.RETRY, of_many="Ответить"),
        _OFF,
    ),
    "restore_too_late": _fine(
        "Создадим новый",
        "VK больше не возвращает удалённую карточку: в ближайший запуск создадим новую",
        icon=_CLOCK,
    ),
    "hidden_in_vk": _waits(
        "Скрыт в VK",
        "Карточку скрыли в VK вручную",
        Button(label="Показать снова", form=Form.RETRY, of_many="Ответить"),
        _OFF,
    ),
    "checking": _fine(
        "Проверяем", "VK не ответил на отправку: проверим в ближайший запуск", icon=_CLOCK
    ),
    "waits_for_twin": _fine(
        "Ждёт карточку",
        "Карточка в VK пока числится за другим товаром с этим же названием",
        icon=_CLOCK,
    ),
    "vk_rejected": _broken("VK отклонил", "VK отклонил товар", _IN_VK),
    "vk_error": _broken("VK не принял", "VK не принял товар", _RETRY),
    "photo_refused": _broken(
        "Картинка не принята",
        "VK не принял картинку",
        Button(label="Заменить картинку", route="sync-photo", of_many="Заменить картинку"),
        _RETRY,
    ),
    "vk_limit_items": _waits(
        "Нет места в VK", "Достигнут предел VK: 15 000 товаров", told_how=advice.LIMIT
    ),
    "held": _waits("Ждёт решения", "Запуск ждёт вашего решения", _DECIDE),
    "left": _fine("Оставлен", "По вашему решению оставлено как есть"),
    "canary_differs": _waits(
        "Ждёт решения", "Первые товары в VK выглядят не так, как мы отправили", _DECIDE
    ),
    # Notes.
    "name_adjusted": _note("Название сокращено", "Название сокращено до правил VK"),
    "stock_unknown": _note("Остаток неизвестен", "Эвотор не сообщил остаток", advice.STOCK_RIGHT),
    "no_stock": _note("Нет в наличии", "В Эвоторе остаток 0"),
    "not_taken": _note("VK не меняет", "VK не меняет одно из полей", advice.FIELD),
    "vk_limit_album": _note(
        "Без подборки", "Достигнут предел VK: 1 000 товаров в подборке", advice.ALBUM_LIMIT
    ),
    "vk_limit_albums": _note(
        "Без подборки", "Достигнут предел VK: 100 подборок", advice.ALBUM_LIMIT
    ),
    "album_refused": _note("Без подборки", "VK не принял изменение подборки"),
}
"""Every code, in the order of the gates that a product comes through."""

SENTENCES: Mapping[str, str] = {
    "sync_off": "Синхронизация выключена.",
    "never_confirmed": "Вы ещё не подтвердили первую отправку.",
    "connection_broken": "Нет связи с {where}: {why}.",
    "vk_no_role": "У вас нет прав на товары сообщества «{name}».",
    "vk_market_off": "В сообществе выключен раздел «Товары».",
    "vk_no_right": "У ключа VK нет права «Товары» (market).",
    "vk_captcha": "VK просит подтвердить, что вы не робот.",
    "unreachable": "Сервис не отвечает. Проверим снова сами, делать ничего не нужно.",
    "queued": "Изменение отправится в ближайший запуск.",
    "not_in_till": "В кассе этого товара больше нет.",
    "store_off": "Магазин «{name}» не выбран для VK.",
    "group_off": "Группа «{name}» не выбрана для VK.",
    "product_off": "Товар не выбран для VK.",
}
"""Whole sentences of the codes that no Problem has."""

WAITING = frozenset(code for code in REASONS if SHOWN[code].waits)
"""The codes of problems that wait for the owner."""

IN_VK = Reason(badge="В VK", kind="success", group=Group.NOTE, told="Стоит в VK")
"""How a product is shown that stands in VK as it should."""
