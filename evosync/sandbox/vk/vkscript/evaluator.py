"""Runs a VKScript tree, within limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
from evosync.sandbox.vk.vkscript.values import (
    BINARY,
    ScriptFailed,
    Value,
    is_true,
    number_of,
    text_of,
    whole_number_of,
)

CallApi = Callable[[str, Mapping[str, Any]], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one script may use: steps of the machine, and bytes in any one string or list."""

    operations: int
    bytes: int
    drops_missing: bool = False  # `list@.field` skips entries without the field


def run_script(script: Block, call_api: CallApi, args: Mapping[str, str], limits: Limits) -> Value:
    """The value a script returns, null if it returns none; raises ScriptFailed."""
    machine = _Machine(call_api, limits, {"Args": dict(args)})
    returned = machine.run(script)
    return returned.value if returned is not None else None


@dataclass(frozen=True, slots=True)
class _Returned:
    value: Value


@dataclass(slots=True)
class _Machine:
    call_api: CallApi
    limits: Limits
    names: dict[str, Value] = field(default_factory=dict)
    spent: int = 0

    def run(self, statement: Statement) -> _Returned | None:
        self._spend(1)
        match statement:
            case Declare(name, value):
                self.names[name] = None if value is None else self.value(value)
            case Assign(target, value):
                self._assign(target, self.value(value))
            case Evaluate(expression):
                self.value(expression)
            case Return(value):
                return _Returned(None if value is None else self.value(value))
            case _:
                return self._run_compound(statement)
        return None

    def _run_compound(self, statement: If | While | Block) -> _Returned | None:
        match statement:
            case If(condition, then, otherwise):
                chosen = then if is_true(self.value(condition)) else otherwise
                return self.run(chosen) if chosen is not None else None
            case While(condition, body):
                while is_true(self.value(condition)):
                    if returned := self.run(body):
                        return returned
                return None
            case Block(statements):
                return self._run_all(statements)

    def _run_all(self, statements: tuple[Statement, ...]) -> _Returned | None:
        for statement in statements:
            if returned := self.run(statement):
                return returned
        return None

    def value(self, expression: Expression) -> Value:
        self._spend(1)
        match expression:
            case Constant(value):
                return value
            case Variable(name):
                return self.names.get(name)
            case Access(base, steps):
                return self._walk(self.value(base), steps)
            case Chain(first, rest):
                return self._chain(first, rest)
            case ApiCall(method, argument):
                return self._call(method, argument)
            case _:
                return self._made(expression)

    def _made(self, expression: ListLiteral | ObjectLiteral | Unary | ParseInt) -> Value:
        match expression:
            case ListLiteral(items):
                return [self.value(item) for item in items]
            case ObjectLiteral(pairs):
                return {key: self.value(value) for key, value in pairs}
            case Unary("!", operand):
                return not is_true(self.value(operand))
            case Unary(_, operand):
                return -number_of(self.value(operand))
            case ParseInt(operand):
                return whole_number_of(self.value(operand))

    def _chain(self, first: Expression, rest: tuple[tuple[str, Expression], ...]) -> Value:
        total = self.value(first)
        for sign, operand in rest:
            # `&&` and `||` give one of their sides, and look at the right one only when they must.
            if sign == "&&":
                total = self.value(operand) if is_true(total) else total
            elif sign == "||":
                total = total if is_true(total) else self.value(operand)
            else:
                total = self._sized(BINARY[sign](total, self.value(operand)))
        return total

    def _call(self, method: str, argument: Expression | None) -> Value:
        params = {} if argument is None else self.value(argument)
        if not isinstance(params, dict):
            raise ScriptFailed(f"parameters of {method} are not an object")
        return self.call_api(method, params)

    def _walk(self, value: Value, steps: tuple[Step, ...]) -> Value:
        for step in steps:
            match step:
                case Field(name):
                    value = _field(value, name)
                case Index(key):
                    value = _entry(value, self.value(key))
                case Project(name):
                    value = self._projected(value, name)
                case Push(pushed):
                    value = self._pushed(value, self.value(pushed))
        return value

    def _projected(self, value: Value, name: str) -> Value:
        if not isinstance(value, list):
            return None
        self._spend(len(value))
        fields = [entry.get(name) if isinstance(entry, dict) else None for entry in value]
        if self.limits.drops_missing:
            return [found for found in fields if found is not None]
        return fields

    def _pushed(self, value: Value, pushed: Value) -> Value:
        if not isinstance(value, list):
            raise ScriptFailed("push to what is not a list")
        value.append(pushed)
        return len(value)

    def _assign(self, target: Variable | Access, value: Value) -> None:
        if isinstance(target, Variable):
            self.names[target.name] = value
            return
        holder = self._walk(self.value(target.base), target.steps[:-1])
        last = target.steps[-1]
        key: Value = last.name if isinstance(last, Field) else None
        if isinstance(last, Index):
            key = self.value(last.key)
        if isinstance(holder, dict):
            holder[text_of(key)] = value
        elif isinstance(holder, list) and type(key) is int and 0 <= key <= len(holder):
            holder[key : key + 1] = [value]
        else:
            raise ScriptFailed(f"nothing to assign at {text_of(key)}")

    def _sized(self, value: Value) -> Value:
        if isinstance(value, str | list) and len(value) > self.limits.bytes:
            raise ScriptFailed("a value is too big")
        return value

    def _spend(self, operations: int) -> None:
        self.spent += operations
        if self.spent > self.limits.operations:
            raise ScriptFailed("too many operations")


def _field(value: Value, name: str) -> Value:
    if isinstance(value, dict):
        return value.get(name)
    if name == "length" and isinstance(value, list | str):
        return len(value)
    return None


def _entry(value: Value, key: Value) -> Value:
    if isinstance(value, dict):
        return value.get(text_of(key))
    if isinstance(value, list | str) and type(key) is int and 0 <= key < len(value):
        return value[key]
    return None
