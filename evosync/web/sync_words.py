"""The settings of the mirror in words: what each is called, and what there is to choose (pure)."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from evosync.db.sync import SyncConfig
from evosync.engine.multiplier import multiplier_text
from evosync.engine.rules import AdoptPolicy, GonePolicy, Rounding, StockMode, TwinsPolicy
from evosync.spoken import plural

ROUNDINGS: Mapping[str, str] = {
    Rounding.NONE: "не округлять",
    Rounding.ONE: "до рубля",
    Rounding.FIVE: "до 5 рублей",
    Rounding.TEN: "до 10 рублей",
    Rounding.X9: "до 9 рублей на конце: 199, 209",
    Rounding.X90: "до 90 копеек на конце: 199,90",
}
STOCK_MODES: Mapping[str, str] = {
    StockMode.FIXED: "Всегда «в наличии»",
    StockMode.REAL: "Как в кассе",
}
STOCK_HINTS: Mapping[str, str] = {
    StockMode.FIXED: "Остатки кассы в VK не передаются.",
    StockMode.REAL: "Закончился в кассе — закончился и в VK. Нужно право «Остатки» в Эвоторе.",
}
GONE: Mapping[str, str] = {
    GonePolicy.HIDE: "Скрыть в VK (можно вернуть)",
    GonePolicy.ZERO: "Оставить в VK с пометкой «нет в наличии»",
    GonePolicy.DELETE: "Удалить из VK",
    GonePolicy.LEAVE: "Ничего не делать",
}
ADOPTS: Mapping[str, str] = {
    AdoptPolicy.ASK: "Спросить меня",
    AdoptPolicy.AUTO: "Считать тем же товаром",
    AdoptPolicy.NEVER: "Создать новый рядом",
}
TWINS: Mapping[str, str] = {
    TwinsPolicy.ONE: "Одна карточка в VK",
    TwinsPolicy.BOTH: "Своя карточка у каждого магазина",
}
LABELS: Mapping[str, str] = {
    "enabled": "Держать VK равным кассе",
    "refresh_evotor": "Читать товары из Эвотора",
    "refresh_vk": "Читать товары из VK",
    "mirror": "Отправлять изменения в VK",
    "price_multiplier": "Умножить на",
    "rounding": "Округлить",
    "stock_mode": "Остаток",
    "gone": "Товар исчез из кассы или выключен",
    "adopt": "В VK уже есть товар с таким названием",
    "twins": "Один товар в нескольких магазинах",
    "allow_marked": "Публиковать товары с маркировкой",
    "allow_unknown_type": "Публиковать товары незнакомых типов",
}
"""What a person sets, in the order of the page."""

_CHOICES: Mapping[str, Mapping[str, str]] = {
    "rounding": ROUNDINGS,
    "stock_mode": STOCK_MODES,
    "gone": GONE,
    "adopt": ADOPTS,
    "twins": TWINS,
}


def every_in_words(seconds: int) -> str:
    """Say how often the timer comes: «Раз в час», «Раз в 10 минут»."""
    for unit, single, words in (
        (3600, "Раз в час", ("час", "часа", "часов")),
        (60, "Раз в минуту", ("минуту", "минуты", "минут")),
        (1, "Раз в секунду", ("секунду", "секунды", "секунд")),
    ):
        count, rest = divmod(seconds, unit)
        if count and not rest:
            return single if count == 1 else f"Раз в {plural(count, *words)}"
    return "По часам"


def differences(before: SyncConfig, after: SyncConfig) -> dict[str, list[str]]:
    """List the settings that differ, each as [old, new] of plain texts, for the log of acts."""
    return {
        each.name: [_plain(getattr(before, each.name)), _plain(getattr(after, each.name))]
        for each in fields(SyncConfig)
        if each.name in LABELS and getattr(before, each.name) != getattr(after, each.name)
    }


def told_differences(changes: Mapping[str, list[str]]) -> str:
    """Say what `differences` listed, in the order of the page: «Умножить на: 1 → 1,10; …»."""
    return "; ".join(
        f"{label}: {_told(name, changes[name][0])} → {_told(name, changes[name][1])}"
        for name, label in LABELS.items()
        if name in changes
    )


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case StrEnum():
            return value.value
        case Decimal():
            return multiplier_text(value)
        case _:
            return str(value)


def _told(name: str, text: str) -> str:
    if name in _CHOICES:
        word = _CHOICES[name].get(text, text)
        return word[0].lower() + word[1:]
    return {"on": "вкл.", "off": "выкл."}.get(text, text)
