import pytest

from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid
from evosync.sandbox.vk.vkscript.nodes import (
    Access,
    ApiCall,
    Block,
    Chain,
    Constant,
    Declare,
    Field,
    ObjectLiteral,
    Project,
    Return,
    Variable,
)
from evosync.sandbox.vk.vkscript.parser import parse


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        pytest.param(
            "return 1 + 2 * 3",
            Return(Chain(Constant(1), (("+", Chain(Constant(2), (("*", Constant(3)),))),))),
            id="precedence",
        ),
        pytest.param(
            'return API.a.b({"c": "d",}).items@.id;',
            Return(
                Access(
                    ApiCall("a.b", ObjectLiteral((("c", Constant("d")),))),
                    (Field("items"), Project("id")),
                )
            ),
            id="call and steps",
        ),
        pytest.param("return;", Return(None), id="bare return"),
        pytest.param("return Args.n0", Return(Access(Variable("Args"), (Field("n0"),))), id="args"),
    ],
)
def test_a_statement_becomes_a_tree(code: str, tree: Return) -> None:
    assert parse(code) == Block((tree,))


def test_one_var_declares_several_names() -> None:
    assert parse("var a, b = 1;") == Block((Declare("a", None), Declare("b", Constant(1))))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("return 1 2;", id="two values"),
        pytest.param("return (1;", id="open bracket"),
        pytest.param("return [1 2];", id="no comma in a list"),
        pytest.param('return {"a" 1};', id="no colon in an object"),
        pytest.param("return {[1]: 2};", id="key is no key"),
        pytest.param("while (1) {", id="open block"),
        pytest.param("var a = 1 var b = 2;", id="no semicolon"),
        pytest.param("var if = 1;", id="reserved word"),
        pytest.param("var API = 1;", id="reserved name"),
        pytest.param("return b;", id="undeclared name"),
        pytest.param("b = 1;", id="undeclared target"),
        pytest.param("1 = 2;", id="constant target"),
        pytest.param("Args = 2;", id="args as a target"),
        pytest.param("var a = []; a.push(1) = 2;", id="call as a target"),
        pytest.param("var a = []; a@.b = 2;", id="projection as a target"),
        pytest.param("var a = []; a.sort();", id="unknown function"),
        pytest.param("for (;;) {}", id="for"),
        pytest.param("function f() {}", id="function"),
        pytest.param("return API;", id="API alone"),
        pytest.param("return API.users;", id="section alone"),
        pytest.param("return API.users.get;", id="method not called"),
        pytest.param("return API.a.b.c();", id="method too deep"),
        pytest.param("return 1 === 1;", id="three equals signs"),
        pytest.param("return " + "(" * 60 + "1" + ")" * 60 + ";", id="brackets too deep"),
        pytest.param("return " + "!" * 60 + "1;", id="signs too deep"),
        pytest.param("{" * 60 + "}" * 60, id="blocks too deep"),
        pytest.param('return API.market.edit({"name": "Чай "Люкс""});', id="unescaped quotes"),
    ],
)
def test_what_is_no_script_is_refused(code: str) -> None:
    with pytest.raises(ScriptInvalid, match=r"line 1|reserved|unknown function"):
        parse(code)


def test_a_long_script_is_not_a_deep_one() -> None:
    code = "var a = " + " + ".join(["1"] * 5_000) + ";" + "a = a;" * 5_000
    assert isinstance(parse(code), Block)
