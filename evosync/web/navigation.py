"""The ways through the pages: an entry appears once its page is there and the person may see it."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from starlette.requests import Request

from evosync.accounts.permissions import Permission
from evosync.db.accounts import User
from evosync.db.waiting import Waiting
from evosync.web.application import Application
from evosync.web.waiting import waiting_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way; `count` is how much waits there.

    On a phone it is called `short`, and those of the lowest `tab` are shown first.
    """

    label: str
    url: str
    short: str = ""
    tab: int = 0
    icon: str = ""
    is_current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under one title, or none; those at the bottom stand apart."""

    entries: tuple[Entry, ...]
    title: str | None = None
    is_bottom: bool = False


_OTHERS = 5  # after the four that always have a tab


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where an entry leads: to the first of its routes that exists and is permitted.

    `short` is its label among the tabs of phones where the long one finds no
    room, and `tab` its place there. `sections` are where the addresses
    begin that belong to it, where that is not its own address alone.
    """

    label: str
    routes: tuple[tuple[str, Permission | None], ...]
    icon: str = ""
    sections: tuple[str, ...] = ()
    short: str = ""
    tab: int = _OTHERS


_MAIN = (
    _Way(label="Главная", icon="house", tab=1, routes=(("profile", None),)),
    _Way(label="Проблемы", icon="exclamation-circle", tab=4, routes=(("problems", None),)),
    _Way(
        label="Подключения",
        icon="plug",
        sections=("/connections/", "/evotor/", "/vk/"),
        routes=(("connections", None),),
    ),
)
_GOODS = (
    _Way(label="В кассе Эвотор", short="Товары", icon="shop", tab=2, routes=(("catalog", None),)),
    _Way(label="В VK", icon="grid", sections=("/vk-catalog/",), routes=(("vk-catalog", None),)),
)
_SENDING = (
    _Way(label="Синхронизация", icon="arrow-repeat", routes=(("sync", None),)),
    _Way(label="Запуски", icon="clock-history", tab=3, routes=(("runs", None),)),
)
_ADMIN = (
    _Way(label="Люди", routes=(("admin-users", Permission.USERS_VIEW),)),
    _Way(label="Роли", routes=(("admin-roles", Permission.USERS_VIEW),)),
    _Way(label="Запуски", routes=(("admin-runs", Permission.RUNS_VIEW),)),
    _Way(label="Запросы", routes=(("admin-logs", Permission.LOGS_VIEW),)),
    _Way(label="События", routes=(("admin-audit", Permission.LOGS_VIEW),)),
    _Way(label="Проверка", routes=(("admin-doctor", Permission.SYSTEM_VIEW),)),
)
_BOTTOM = (
    _Way(
        label="Управление",
        icon="gear",
        sections=("/admin/",),
        routes=tuple(route for way in _ADMIN for route in way.routes),
    ),
)
_COUNTS: Mapping[str, Callable[[Waiting], int]] = {
    "problems": lambda waiting: waiting.total,
    "connections": lambda waiting: waiting.connections,
    "runs": lambda waiting: int(waiting.is_held),
}


def navigation(request: Request, user: User) -> list[Section]:
    """List what stands beside every page."""
    sections = (
        Section(entries=_entries(request, user, _MAIN)),
        Section(title="Товары", entries=_entries(request, user, _GOODS)),
        Section(title="Отправка", entries=_entries(request, user, _SENDING)),
        Section(entries=_entries(request, user, _BOTTOM), is_bottom=True),
    )
    return [section for section in sections if section.entries]


def admin_tabs(request: Request, user: User) -> list[Entry]:
    """List the pages of the administration that a person may see."""
    return list(_entries(request, user, _ADMIN))


def route_names(request: Request) -> Set[str]:
    """Return the names of all pages."""
    app: Application = request.app
    return app.pages.keys()


def _entries(request: Request, user: User, ways: Iterable[_Way]) -> tuple[Entry, ...]:
    names, path, waiting = route_names(request), request.url.path, waiting_of(request)
    entries = []
    for way in ways:
        open_to = [
            name for name, needs in way.routes if name in names and (not needs or user.may(needs))
        ]
        if not open_to:
            continue
        url = str(request.app.url_path_for(open_to[0]))
        below = way.sections or (f"{url}/",)
        is_current = path == url or (url != "/profile" and f"{path}/".startswith(below))
        entries.append(
            Entry(
                label=way.label,
                url=url,
                short=way.short or way.label,
                tab=way.tab,
                icon=way.icon,
                is_current=is_current,
                count=_COUNTS[open_to[0]](waiting) if open_to[0] in _COUNTS else 0,
            )
        )
    return tuple(entries)
