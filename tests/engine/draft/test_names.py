import pytest

from evosync.catalog.names import vk_length
from evosync.engine.draft.names import album_title, cut_at_word, make_title, plain_name


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        pytest.param("Чай &quot;Ассам&quot;", 'Чай "Ассам"', id="named entity"),
        pytest.param("Чай &#171;Ассам&#xBB;", "Чай «Ассам»", id="numbered entities"),
        pytest.param("Pen&notebook", "Pen&notebook", id="no entity without its semicolon"),
        pytest.param("R&D;", "R&D;", id="no entity of that name"),
        pytest.param("&amp;lt;", "&lt;", id="decoded once"),
        pytest.param("  Чай\t\u00a0чёрный \n", "Чай чёрный", id="blanks"),
        pytest.param("Ча\u200bй\x00 \ufeff\x1b", "Чай", id="what prints nothing"),
        pytest.param("Чай \ud83d зелёный", "Чай зелёный", id="half a surrogate pair"),
        pytest.param("🍵 Чай", "🍵 Чай", id="emoji stay"),
        pytest.param(" \u200b\t", "", id="nothing left"),
    ],
)
def test_a_name_is_cleaned(raw: str, plain: str) -> None:
    assert plain_name(raw) == plain


@pytest.mark.parametrize(
    ("name", "measure", "group", "code", "title"),
    [
        pytest.param("Кофе", "шт", "Чай", "7", "Кофе", id="four are enough"),
        pytest.param("Чай", "шт", "Напитки", "7", "Чай (шт)", id="the measure first"),
        pytest.param("Чай", "", "Напитки", "7", "Чай — Напитки", id="then the group"),
        pytest.param("Чай", "", "", "7", "Чай (код 7)", id="then the code"),
        pytest.param("Я", "", "", "", "Товар Я", id="nothing to add"),
        pytest.param("!", "шт", "", "", "!", id="a dear sign is long enough"),
    ],
)
def test_a_short_name_is_lengthened(
    name: str, measure: str, group: str, code: str, title: str
) -> None:
    assert make_title(name, measure=measure, group=group, code=code) == (title, False)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        pytest.param("ч" * 100, "ч" * 100, id="a hundred fit"),
        pytest.param("ч" * 101, "ч" * 99 + "…", id="one word is cut anywhere"),
        pytest.param("чай " * 25 + "и", "чай " * 24 + "чай…", id="a word that just fits stays"),
        pytest.param("ч" * 50 + " " + "й" * 60, "ч" * 50 + "…", id="the last word goes"),
        pytest.param("я " + "й" * 110, "я " + "й" * 97 + "…", id="too little left at the word"),
        pytest.param('"' * 21, '"' * 19 + "…", id="dear signs count five"),
        pytest.param("🍵" * 12, "🍵" * 11 + "…", id="emoji count as entities"),
    ],
)
def test_a_long_name_is_cut(name: str, title: str) -> None:
    made, is_cut = make_title(name, measure="шт", group="", code="")

    assert (made, is_cut) == (title, title != name)
    assert 4 <= vk_length(made) <= 100


def test_a_short_name_with_a_long_group_is_cut_too() -> None:
    made, is_cut = make_title("Я", measure="", group="г" * 120, code="")

    assert made == "Я —…"
    assert is_cut


def test_a_fitting_text_is_not_cut() -> None:
    assert cut_at_word("чай и кофе", 10) == "чай и кофе"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        pytest.param(" Чай&amp;кофе  ", "Чай&кофе", id="cleaned"),
        pytest.param("г" * 200, "г" * 128, id="first 128, no ellipsis"),
        pytest.param("г" * 127 + " г", "г" * 127, id="no blank at the end"),
        pytest.param(" \t", "", id="nameless"),
    ],
)
def test_an_album_is_named_like_its_group(name: str, title: str) -> None:
    assert album_title(name) == title
