"""VKScript tokens to a tree."""

from evosync.sandbox.vk.vkscript.cursor import Cursor
from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid, Token
from evosync.sandbox.vk.vkscript.nodes import (
    Access,
    ApiCall,
    Assign,
    Block,
    Chain,
    Constant,
    Declare,
    Evaluate,
    Expression,
    Field,
    If,
    Index,
    ListLiteral,
    ObjectLiteral,
    ParseInt,
    Project,
    Push,
    Return,
    Statement,
    Step,
    Unary,
    Variable,
    While,
)

_DEPTH_MAX = 50  # our own, so that a hostile script cannot exhaust the stack
_PRECEDENCE = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!="}),
    frozenset({"<", ">", "<=", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({"var", "while", "if", "else", "return", "API", "parseInt", "Args"})


def parse(code: str) -> Block:
    """The tree of a whole script; raises ScriptInvalid."""
    return _Parser(code).script()


class _Parser:
    def __init__(self, code: str) -> None:
        self._words = Cursor(code)
        self._depth = 0
        self._declared: set[str] = set()

    def script(self) -> Block:
        statements: list[Statement] = []
        while self._words.next.kind != "end":
            statements += self._statements()
        return Block(tuple(statements))

    # Statements

    def _statements(self) -> list[Statement]:
        """One statement; only `var a, b;` makes several, and a lone `;` none."""
        self._deeper()
        word = self._words.next
        parsed: list[Statement]
        if self._words.took(";"):
            parsed = []
        elif word.kind == "name" and word.text == "var":
            parsed = self._declarations()
        elif word.kind == "name" and word.text == "while":
            parsed = [self._while()]
        elif word.kind == "name" and word.text == "if":
            parsed = [self._if()]
        elif self._words.took("{"):
            parsed = [self._block()]
        else:
            parsed = [self._simple()]
        self._depth -= 1
        return parsed

    def _body(self) -> Statement:
        statements = self._statements()
        return statements[0] if len(statements) == 1 else Block(tuple(statements))

    def _block(self) -> Statement:
        statements: list[Statement] = []
        while not self._words.took("}"):
            statements += self._statements()
        return Block(tuple(statements))

    def _declarations(self) -> list[Statement]:
        self._words.take()
        declared: list[Statement] = []
        while True:
            name = self._words.name()
            if name in _RESERVED or name in _CONSTANTS:
                raise ScriptInvalid(f"{name} is a reserved word")
            value = self._expression() if self._words.took("=") else None
            self._declared.add(name)
            declared.append(Declare(name, value))
            if not self._words.took(","):
                break
        self._end_of_statement()
        return declared

    def _while(self) -> Statement:
        self._words.take()
        return While(self._condition(), self._body())

    def _if(self) -> Statement:
        self._words.take()
        condition, then = self._condition(), self._body()
        otherwise = self._body() if self._words.took("else", "name") else None
        return If(condition, then, otherwise)

    def _condition(self) -> Expression:
        self._words.expect("(")
        condition = self._expression()
        self._words.expect(")")
        return condition

    def _simple(self) -> Statement:
        statement: Statement
        if self._words.took("return", "name"):
            bare = self._words.next.kind == "end" or self._words.next.text in {";", "}"}
            statement = Return(None if bare else self._expression())
        else:
            expression = self._expression()
            if self._words.took("="):
                statement = Assign(self._target(expression), self._expression())
            else:
                statement = Evaluate(expression)
        self._end_of_statement()
        return statement

    def _target(self, expression: Expression) -> Variable | Access:
        match expression:
            case Variable(name) if name != "Args":
                return expression
            case Access(_, [*_, Field() | Index()]):
                return expression
            case _:
                raise self._words.unexpected()

    def _end_of_statement(self) -> None:
        if self._words.next.kind != "end" and self._words.next.text != "}":
            self._words.expect(";")

    # Expressions

    def _expression(self) -> Expression:
        self._deeper()
        expression = self._chain(0)
        self._depth -= 1
        return expression

    def _chain(self, level: int) -> Expression:
        if level == len(_PRECEDENCE):
            return self._unary()
        first = self._chain(level + 1)
        rest: list[tuple[str, Expression]] = []
        while self._words.next.kind == "sign" and self._words.next.text in _PRECEDENCE[level]:
            sign = self._words.take().text
            rest.append((sign, self._chain(level + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _unary(self) -> Expression:
        for sign in ("!", "-"):
            if self._words.took(sign):
                self._deeper()
                operand = self._unary()
                self._depth -= 1
                return Unary(sign, operand)
        return self._access()

    def _access(self) -> Expression:
        base = self._primary()
        steps: list[Step] = []
        while step := self._step():
            steps.append(step)
        return Access(base, tuple(steps)) if steps else base

    def _step(self) -> Step | None:
        if self._words.took("@."):
            return Project(self._words.name())
        if self._words.took("["):
            key = self._expression()
            self._words.expect("]")
            return Index(key)
        if not self._words.took("."):
            return None
        name = self._words.name()
        if not self._words.took("("):
            return Field(name)
        if name != "push":
            raise ScriptInvalid(f"unknown function {name}")
        value = self._expression()
        self._words.expect(")")
        return Push(value)

    def _primary(self) -> Expression:
        token = self._words.take()
        match token.kind:
            case "string":
                return Constant(token.text)
            case "number":
                return Constant(int(token.text) if token.text.isdecimal() else float(token.text))
            case "name":
                return self._named(token)
            case _:
                return self._bracketed(token)

    def _bracketed(self, token: Token) -> Expression:
        if token.text == "(":
            inner = self._expression()
            self._words.expect(")")
            return inner
        if token.text == "[":
            return self._list()
        if token.text == "{":
            return self._object()
        raise ScriptInvalid(f"unexpected {token.text!r} in line {token.line}")

    def _named(self, token: Token) -> Expression:
        if token.text in _CONSTANTS:
            return Constant(_CONSTANTS[token.text])
        if token.text == "API":
            return self._api_call()
        if token.text == "parseInt":
            return ParseInt(self._condition())
        if token.text == "Args" or token.text in self._declared:
            return Variable(token.text)
        raise ScriptInvalid(f"{token.text} is not declared in line {token.line}")

    def _api_call(self) -> Expression:
        path = []
        while self._words.took("."):
            path.append(self._words.name())
        if len(path) != 2:  # section and method
            raise self._words.unexpected()
        self._words.expect("(")
        argument = None if self._words.next.text == ")" else self._expression()
        self._words.expect(")")
        return ApiCall(".".join(path), argument)

    def _list(self) -> Expression:
        items: list[Expression] = []
        while not self._words.took("]"):
            items.append(self._expression())
            if self._words.next.text != "]":
                self._words.expect(",")
        return ListLiteral(tuple(items))

    def _object(self) -> Expression:
        pairs: list[tuple[str, Expression]] = []
        while not self._words.took("}"):
            key = self._words.take()
            if key.kind not in {"string", "name", "number"}:
                raise ScriptInvalid(f"unexpected {key.text!r} in line {key.line}")
            self._words.expect(":")
            pairs.append((key.text, self._expression()))
            if self._words.next.text != "}":
                self._words.expect(",")
        return ObjectLiteral(tuple(pairs))

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise ScriptInvalid(f"nested too deeply in line {self._words.next.line}")
