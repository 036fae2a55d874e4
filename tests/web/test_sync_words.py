from dataclasses import replace
from decimal import Decimal

import pytest

from evosync.db.sync import SyncConfig
from evosync.engine.rules import AdoptPolicy, GonePolicy, Rounding, StockMode, TwinsPolicy
from evosync.web.sync_form import SyncForm
from evosync.web.sync_words import (
    ADOPTS,
    GONE,
    LABELS,
    ROUNDINGS,
    STOCK_HINTS,
    STOCK_MODES,
    TWINS,
    differences,
    every_in_words,
    told_differences,
)

STANDS = SyncConfig(user_id=1)


def test_every_choice_has_words() -> None:
    for kind, words in (
        (Rounding, ROUNDINGS),
        (StockMode, STOCK_MODES),
        (StockMode, STOCK_HINTS),
        (GonePolicy, GONE),
        (AdoptPolicy, ADOPTS),
        (TwinsPolicy, TWINS),
    ):
        assert set(words) == set(kind)


def test_every_setting_of_the_form_is_written_down_when_it_changes() -> None:
    assert set(LABELS) == {"enabled", *SyncForm()._fields}


def test_what_differs_is_told_in_the_order_of_the_page() -> None:
    after = replace(
        STANDS, twins=TwinsPolicy.BOTH, price_multiplier=Decimal("1.1"), enabled=True, version=9
    )
    assert told_differences(differences(STANDS, after)) == (
        "Держать VK равным кассе: выкл. → вкл.; Умножить на: 1 → 1,10; Один товар в нескольких "
        "магазинах: одна карточка в VK → своя карточка у каждого магазина"
    )
    assert differences(STANDS, replace(STANDS, version=5)) == {}
    # An entry outlives the words of the version that wrote it.
    assert told_differences({"gone": ["hide", "burn"], "unknown": ["a", "b"]}) == (
        "Товар исчез из кассы или выключен: скрыть в VK (можно вернуть) → burn"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3600, "Раз в час"),
        (7200, "Раз в 2\u00a0часа"),
        (600, "Раз в 10\u00a0минут"),
        (90, "Раз в 90\u00a0секунд"),
        (60, "Раз в минуту"),
    ],
)
def test_how_often_the_timer_comes(seconds: int, words: str) -> None:
    assert every_in_words(seconds) == words
