import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.catalog.names import vk_length
from evosync.engine.draft.texts import (
    _HINT,
    _LINK,
    make_description,
    plain_measure,
    without_links,
)

PIECES = [
    "www",
    "WwW",
    ".",
    "://",
    "http",
    "ru",
    "Info",
    "рф",
    "чай",
    "-",
    "@",
    "/",
    ":8",
    " ",
    "\n",
]


def describe(own_text: str = "", name: str = "Чай «Ассам»", measure: str = "шт") -> str:
    return make_description(own_text, name=name, measure=measure, title=f"{name} …")


@pytest.mark.parametrize(
    ("own_text", "name", "measure", "description"),
    [
        pytest.param("", "Чай «Ассам»", "шт", "Чай «Ассам» (цена за 1 шт.)", id="no own text"),
        pytest.param("", "Чай «Ассам»", "шт.", "Чай «Ассам» (цена за 1 шт.)", id="one dot"),
        pytest.param("", "Чай «Ассам»", "", "Чай «Ассам»", id="no measure"),
        pytest.param("", "Чай «Ассам»", " . ", "Чай «Ассам»", id="a measure of dots"),
        pytest.param(
            "Крепкий.", "Чай", "кг", "Крепкий.\n\nЧай (цена за 1 кг.)", id="own text first"
        ),
        pytest.param("", "Чай", "", "Товар: Чай …", id="too short"),
        pytest.param("Вкусно", "Чай", "", "Вкусно\n\nЧай", id="own text makes it long enough"),
    ],
)
def test_a_description_ends_with_what_the_price_is_for(
    own_text: str, name: str, measure: str, description: str
) -> None:
    assert describe(own_text, name, measure) == description


def test_own_text_keeps_its_lines_and_loses_its_mess() -> None:
    text = "Крепкий&nbsp;чай<br>из <b>Индии</b>\r\n\r\n\r\n\r\n  жирность <5, >3\x00 "

    assert describe(text).startswith("Крепкий чай\nиз Индии\n\nжирность <5, >3\n\nЧай")


def test_own_text_of_links_only_leaves_no_blank_line() -> None:
    assert describe("https://chai.ru") == "Чай «Ассам» (цена за 1 шт.)"


def test_links_are_not_taken_out_of_the_name() -> None:
    assert describe("", "Карта chai.ru") == "Карта chai.ru (цена за 1 шт.)"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("цены на https://chai.ru/a?b=1. Вот", "цены на. Вот", id="with a scheme"),
        pytest.param("наш сайт chai.ru, заходите", "наш сайт, заходите", id="bare domain"),
        pytest.param("сайт чайная.рф тут", "сайт  тут", id="Cyrillic ending"),
        pytest.param("группа vk.com/chai тут", "группа  тут", id="with a path"),
        pytest.param("пишите anna+1@chai.ru!", "пишите!", id="mailbox"),
        pytest.param("(www.chai.example)", "", id="www before anything"),
        pytest.param("WWW.Chai.RU", "", id="capitals"),
        pytest.param("shop.chai.ru:8080/x", "", id="port"),
        pytest.param("Вкусный чай.Состав: лист", "Вкусный чай.Состав: лист", id="no blank"),
        pytest.param("0.5 л.", "0.5 л.", id="figures"),
        pytest.param("т.е. и т.д.", "т.е. и т.д.", id="abbreviations"),
        pytest.param("chai.runner", "chai.runner", id="an ending that goes on"),
        pytest.param("a.ru.b", "a.ru.b", id="an ending in the middle"),
        pytest.param("без точек", "без точек", id="no dots"),
    ],
)
def test_links_are_taken_out(text: str, left: str) -> None:
    assert without_links(text) == left


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_link_is_overlooked_by_the_fast_look_for_one(text: str) -> None:
    assert _HINT.search(text) or not _LINK.search(text)


@pytest.mark.parametrize("text", ["a" * 60_000, "a." * 30_000, "a+" * 30_000, "a@" * 30_000])
def test_a_hostile_text_is_cleaned_in_linear_steps(text: str) -> None:
    assert describe(f"{text}.ru").endswith("Чай «Ассам» (цена за 1 шт.)")


@pytest.mark.parametrize("sign", ["ы", "&", "🍵"])
def test_a_long_text_is_cut_and_the_offer_is_not(sign: str) -> None:
    description = describe(sign * 5000)

    assert vk_length(description) <= 3300
    assert description.endswith("…\n\nЧай «Ассам» (цена за 1 шт.)")


def test_an_endless_name_is_cut_and_leaves_no_room_for_text() -> None:
    description = describe("Крепкий.", "ы" * 4000)

    assert description == "ы" * 3299 + "…"


def test_a_measure_loses_its_dots() -> None:
    assert plain_measure(" шт.. ") == "шт"
