"""Dialects by which all databases of a session share what SQLAlchemy has compiled.

A service has one engine for years and compiles each statement once; tests open
thousands, and each would compile all of its statements anew.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine import make_url
from sqlalchemy.util import LRUCache

_compiled: LRUCache[Any, Any] = LRUCache(2000)


class _Sharing:
    """Equal to all of its kind, so that a statement compiled for one is found by the others.

    The dialect is part of the key by which an engine finds what it has compiled.
    """

    def __hash__(self) -> int:
        return hash(type(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


def _sharing(name: str) -> type:
    # Whether what it compiles may be kept is asked of each class of dialect anew.
    bases = (_Sharing, make_url(f"{name}://").get_dialect())
    return type(name, bases, {"supports_statement_cache": True})


Sqlite = _sharing("sqlite+aiosqlite")
MariaDb = _sharing("mariadb+asyncmy")


def share() -> None:
    """Let every engine made from now on be of these dialects."""
    registry.register("sqlite.aiosqlite", __name__, "Sqlite")
    registry.register("mariadb.asyncmy", __name__, "MariaDb")
