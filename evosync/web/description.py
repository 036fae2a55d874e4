"""What a route for programs says of itself, for `evosync.web.openapi` to write down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a query, or of the path that names it."""

    name: str
    about: str
    kind: Any = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What one method of one address does: words, its parameters, its answers by number.

    An answer is its words and the type of its JSON; `takes` is the type of
    the JSON that is sent, `form` that of a form instead.
    """

    summary: str
    answers: Mapping[int, tuple[str, Any]]
    takes: Any = None
    form: Any = None
    group: str = "Сервис"
    parameters: tuple[Parameter, ...] = field(default_factory=tuple)
