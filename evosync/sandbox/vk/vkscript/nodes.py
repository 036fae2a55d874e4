"""The tree of a VKScript program."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a string, true, false or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared name, or `Args`."""

    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """`{"a": b}`."""

    pairs: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a` or `-a`."""

    sign: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Chain:
    """`a + b - c`: signs of one precedence, from left to right."""

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """`API.section.method(argument)`."""

    method: str
    argument: "Expression | None"


@dataclass(frozen=True, slots=True)
class ParseInt:
    """`parseInt(a)`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Field:
    """Step `.name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """Step `[key]`."""

    key: "Expression"


@dataclass(frozen=True, slots=True)
class Project:
    """Step `@.name`: that field of every entry of a list."""

    name: str


@dataclass(frozen=True, slots=True)
class Push:
    """Step `.push(value)`."""

    value: "Expression"


Step: TypeAlias = Field | Index | Project | Push


@dataclass(frozen=True, slots=True)
class Access:
    """A value and the steps taken into it, from left to right."""

    base: "Expression"
    steps: tuple[Step, ...]


Expression: TypeAlias = (
    Constant | Variable | ListLiteral | ObjectLiteral | Unary | Chain | ApiCall | ParseInt | Access
)


@dataclass(frozen=True, slots=True)
class Declare:
    """`var name = value`; without a value the name is null."""

    name: str
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; the target is a variable, or ends in a field or an index."""

    target: Variable | Access
    value: Expression


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression for what it does."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class If:
    """`if (condition) then else otherwise`."""

    condition: Expression
    then: "Statement"
    otherwise: "Statement | None"


@dataclass(frozen=True, slots=True)
class While:
    """`while (condition) body`."""

    condition: Expression
    body: "Statement"


@dataclass(frozen=True, slots=True)
class Return:
    """`return value`."""

    value: Expression | None


@dataclass(frozen=True, slots=True)
class Block:
    """Statements one after another; names belong to the whole script."""

    statements: tuple["Statement", ...]


Statement: TypeAlias = Declare | Assign | Evaluate | If | While | Return | Block
