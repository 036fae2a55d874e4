import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.sandbox.vk.vkscript.evaluator import Limits, run_script
from evosync.sandbox.vk.vkscript.parser import parse
from evosync.sandbox.vk.vkscript.values import ScriptFailed, weight_of

LIMITS = Limits(operations=10_000, bytes=1_000)


def api(method: str, params: Mapping[str, Any]) -> Any:
    """An API that fails when told so, and else tells what it was asked."""
    return False if method == "a.fail" else {"method": method, "params": dict(params)}


def run(code: str, *, limits: Limits = LIMITS, **args: str) -> Any:
    return run_script(parse(code), api, args, limits)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("1 - 2 - 3", -4),
        ("-(-5)", 5),
        ("2.5 + 2.5", 5),
        ('"a" + 1', "a1"),
        ('1 + "2"', "12"),
        ('"чай" + null + true', "чайtrue"),
        ('"" + [1]', "Array"),
        ("[1] + [2, 3]", [1, 2, 3]),
        ('"3" * "4"', 12),
        ('"2.5" - 0.5', 2),
        ('"tea" - 1', -1),
        ("null + true", 1),
        ("1 < 2", True),
        ("2 <= 1", False),
        ('"10" > 9', True),
        ('"a" < "b"', True),
        ('1 == "1"', True),
        ("1 != 2", True),
        ("null == false", False),
        ("null == null", True),
        ("[] == []", False),
        ("0 == false", True),
        ("true && 0", 0),
        ("0 || 5", 5),
        ("1 || 2 && 3", 1),
        ("![]", False),
        ('!""', True),
        ("!null", True),
        ("[1, 2, 3,].length", 3),
        ('"чай".length', 3),
        ("[10, 20][1]", 20),
        ("[10][5]", None),
        ('"чай"[0]', "ч"),
        ('{"a": {b: [7]},}.a.b[0]', 7),
        ('{"a": 1}["a"]', 1),
        ('{5: "x"}[5]', "x"),
        ("{a: 1}.b", None),
        ("null.a", None),
        ("false.items@.id", None),
        ("[{a: 1}, {a: 2}]@.a", [1, 2]),
        ("[{a: {b: 1}}, {a: {b: 2}}]@.a@.b", [1, 2]),
        ("[{a: 1}, {}, 5]@.a", [1, None, None]),
        ('parseInt("12")', 12),
        ("parseInt(-1.9)", -1),
        ('parseInt("tea")', 0),
        ("Args.n0", "Чай"),
        ("Args.n9", None),
    ],
)
def test_an_expression_has_a_value(code: str, value: object) -> None:
    returned = run(f"return {code};", n0="Чай")
    assert returned == value
    assert type(returned) is type(value)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("var a = 1; a = a + 1; return a;", 2, id="assignment"),
        pytest.param("var a; return a;", None, id="nothing assigned"),
        pytest.param("var a = {}; a.b = 1; a['c'] = 2; return a;", {"b": 1, "c": 2}, id="fields"),
        pytest.param("var a = [1]; a[0] = 5; a[1] = 6; return a;", [5, 6], id="indexes"),
        pytest.param("var a = {b: [{}]}; a.b[0].c = 1; return a;", {"b": [{"c": 1}]}, id="deep"),
        pytest.param("var a = []; a.push(1); a.push([2]); return a;", [1, [2]], id="push"),
        pytest.param(
            "var a = [], i = 0; while (i < 3) { a.push(i); i = i + 1; } return a;",
            [0, 1, 2],
            id="while",
        ),
        pytest.param(
            "var i = 0; while (i < 9) i = i + 2; return i;", 10, id="while without braces"
        ),
        pytest.param("while (true) { return 5; }", 5, id="return out of a loop"),
        pytest.param("if (0) return 1; else if (null) return 2; else { return 3; }", 3, id="else"),
        pytest.param("if (1) { } return 4", 4, id="no semicolon at the end"),
        pytest.param("if (false) { return 1; } ; ; return 2;", 2, id="empty statements"),
        pytest.param("1;", None, id="no return"),
        pytest.param("return; 1;", None, id="bare return"),
        pytest.param(
            "false && API.a.fail(); return [API.a.fail(), 1];", [False, 1], id="failed call"
        ),
    ],
)
def test_a_script_returns_a_value(code: str, value: object) -> None:
    assert run(code) == value


def test_calls_carry_their_parameters() -> None:
    returned = run('return [API.market.edit({"item_id": 5, name: Args.n}), API.a.b()];', n="Чай")
    assert returned == [
        {"method": "market.edit", "params": {"item_id": 5, "name": "Чай"}},
        {"method": "a.b", "params": {}},
    ]


def test_the_right_side_is_called_only_when_needed() -> None:
    asked: list[str] = []

    def listening(method: str, params: Mapping[str, Any]) -> Any:
        asked.append(method)
        return True

    code = "false && API.a.one(); true || API.a.two(); true && API.a.three();"
    run_script(parse(code), listening, {}, LIMITS)
    assert asked == ["a.three"]


def test_a_projection_may_drop_what_is_missing() -> None:
    limits = Limits(operations=100, bytes=100, drops_missing=True)
    assert run("return [{a: 1}, {}]@.a;", limits=limits) == [1]


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        pytest.param("while (true) { }", "operations", id="endless loop"),
        pytest.param("return 1 / 0;", "zero", id="division by zero"),
        pytest.param("return 1 % 0;", "zero", id="remainder of zero"),
        pytest.param("return [] - 1;", "not a number", id="list in a sum"),
        pytest.param("var a = 1; a.push(2);", "push", id="push to a number"),
        pytest.param("var a = 1; a.b = 2;", "nothing to assign", id="field of a number"),
        pytest.param("var a = []; a[5] = 2;", "nothing to assign", id="index beyond the end"),
        pytest.param("return API.a.b(5);", "not an object", id="parameters are no object"),
        pytest.param("var s = 'чай'; while (1) s = s + s;", "too big", id="growing string"),
        pytest.param("var a = [1]; while (1) a = a + a;", "too big", id="growing list"),
        pytest.param("var n = 9; while (1) n = n * n;", "out of range", id="growing number"),
        pytest.param("var n = 1e300; return n * n;", "out of range", id="growing float"),
    ],
)
def test_a_hostile_script_breaks_off(code: str, complaint: str) -> None:
    with pytest.raises(ScriptFailed, match=complaint):
        run(code)


@pytest.mark.parametrize(
    "code",
    [
        "var a = []; a.push(a); return a;",
        "var a = [1], i = 0; while (i < 60) { a = [a, a]; i = i + 1; } return a;",
        "var a = {}; a.a = a; return a;",
    ],
    ids=["holds itself", "doubles", "object holds itself"],
)
def test_a_value_without_end_has_a_weight_beyond_the_limit(code: str) -> None:
    assert weight_of(run(code), 1_000) > 1_000


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
JSON_VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ключ \"'\\"), inner),
    max_leaves=20,
)


@given(JSON_VALUES, st.booleans())
def test_a_json_literal_is_its_own_value(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    assert run(f"return {text};") == value


@given(st.dictionaries(st.text("nd019", min_size=1), st.text()))
def test_args_arrive_as_they_are(args: dict[str, str]) -> None:
    assert run_script(parse("return Args;"), api, args, LIMITS) == args
