import pytest

from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid, tokens


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param("a.b@.c", ["a", ".", "b", "@.", "c"], id="steps"),
        pytest.param("a<=b&&!c", ["a", "<=", "b", "&&", "!", "c"], id="signs"),
        pytest.param("1 2.5 3e2", ["1", "2.5", "3e2"], id="numbers"),
        pytest.param("a // b\n/* c\n */ d", ["a", "d"], id="comments"),
        pytest.param("""'it\\'s' "x" """, ["it's", "x"], id="both quotes"),
        pytest.param(r'"\u0427\u0430\u0439 \n\t\\ \/"', ["Чай \n\t\\ /"], id="escapes"),
        pytest.param(r'"\ud83c\udf75"', ["🍵"], id="two halves of a sign"),
        pytest.param(r'"\ud83c!"', ["\ufffd!"], id="half of a sign"),
        pytest.param("'// no comment'", ["// no comment"], id="comment in a string"),
    ],
)
def test_words_are_found(code: str, words: list[str]) -> None:
    assert [token.text for token in tokens(code)][:-1] == words


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('"open', id="open string"),
        pytest.param('"line\nend"', id="line end in a string"),
        pytest.param('"\u2028"', id="U+2028 in a string"),
        pytest.param(r'"\x41"', id="unknown escape"),
        pytest.param(r'"\u04"', id="short escape"),
        pytest.param("a # b", id="foreign sign"),
        pytest.param("чай", id="Cyrillic name"),
    ],
)
def test_other_texts_are_refused(code: str) -> None:
    with pytest.raises(ScriptInvalid, match="line 1"):
        list(tokens(code))


def test_lines_are_counted() -> None:
    assert [token.line for token in tokens("a\n/*\n*/ b\n")] == [1, 3, 4]
