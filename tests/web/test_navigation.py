"""The ways through the pages: only to what is there and permitted."""

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.accounts.permissions import Permission
from evosync.db.accounts import User, UserStatus
from evosync.web import navigation as ways
from evosync.web.app import routes
from evosync.web.application import Application
from evosync.web.navigation import Entry, Section, admin_tabs, navigation, route_names
from evosync.web.view import environment
from tests.builders import NOON

ANNA = User(
    id=1,
    email="anna@tea.example",
    name="Анна",
    status=UserStatus.ACTIVE,
    roles=("user",),
    created_at=NOON,
)
EVERYTHING = frozenset(Permission)
LATER = {
    "problems": "/problems",
    "connections": "/connections",
    "catalog": "/catalog",
    "vk-catalog": "/vk-catalog/albums",
    "sync": "/sync",
    "runs": "/runs",
    "admin-runs": "/admin/runs",
    "admin-logs": "/admin/logs",
    "admin-doctor": "/admin/doctor",
}


def asked(path: str, *, more: bool = False) -> Request:
    """Make a request for a path; `more` = the pages of later versions are there, too."""

    async def show(_request: Request) -> Response:
        return Response()

    later = [Route(path, show, name=name) for name, path in LATER.items()] if more else []
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"evosync.test")],
        "app": Application(routes=[*routes, *later]),
    }
    return Request(scope)


def may(*permissions: Permission) -> User:
    return replace(ANNA, permissions=frozenset(permissions))


def labels(request: Request, user: User) -> list[str]:
    return [entry.label for section in navigation(request, user) for entry in section.entries]


def test_an_entry_appears_with_its_page() -> None:
    all_ways = [
        *("Главная", "Проблемы", "Подключения", "В кассе Эвотор", "В VK"),
        *("Синхронизация", "Запуски"),
    ]
    there = [
        way.label
        for section in (ways._MAIN, ways._GOODS, ways._SENDING)
        for way in section
        if any(name in route_names(asked("/profile")) for name, _ in way.routes)
    ]
    assert labels(asked("/profile"), ANNA) == there
    assert there[0] == "Главная"
    assert labels(asked("/profile", more=True), ANNA) == all_ways


def test_a_section_without_entries_is_not_there() -> None:
    assert all(section.entries for section in navigation(asked("/profile"), ANNA))
    titles = [section.title for section in navigation(asked("/profile", more=True), ANNA)]
    assert titles == [None, "Товары", "Отправка"]


@pytest.mark.parametrize(
    ("permission", "url"),
    [
        (Permission.USERS_VIEW, "/admin/users"),
        (Permission.RUNS_VIEW, "/admin/runs"),
        (Permission.LOGS_VIEW, "/admin/logs"),
        (Permission.SYSTEM_VIEW, "/admin/doctor"),
    ],
)
def test_the_administration_leads_to_the_first_page_that_is_permitted(
    permission: Permission, url: str
) -> None:
    bottom = navigation(asked("/profile", more=True), may(permission))[-1]
    assert bottom.is_bottom
    assert [(entry.label, entry.url) for entry in bottom.entries] == [("Управление", url)]


@pytest.mark.parametrize(
    "permission", [Permission.USERS_EDIT, Permission.USERS_DELETE, Permission.ROLES_EDIT]
)
def test_what_permits_no_page_shows_none(permission: Permission) -> None:
    assert "Управление" not in labels(asked("/profile", more=True), may(permission))
    assert admin_tabs(asked("/profile", more=True), may(permission)) == []


def test_the_tabs_of_the_administration_are_those_permitted() -> None:
    request = asked("/admin/users", more=True)
    assert [tab.label for tab in admin_tabs(request, may(*EVERYTHING))] == [
        *("Люди", "Роли", "Запуски", "Запросы", "События", "Проверка")
    ]
    assert [tab.label for tab in admin_tabs(request, may(Permission.LOGS_VIEW))] == [
        *("Запросы", "События")
    ]
    assert admin_tabs(request, ANNA) == []


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/profile", "Главная"),
        ("/profile/edit", None),
        ("/runs", "Запуски"),
        ("/runs/7", "Запуски"),
        ("/runsandmore", None),
        ("/connections", "Подключения"),
        ("/connections/add", "Подключения"),
        ("/evotor", "Подключения"),
        ("/vk", "Подключения"),
        ("/vk/community", "Подключения"),
        ("/vk-catalog/albums", "В VK"),
        ("/admin/users", "Управление"),
        ("/admin/users/1", "Управление"),
        ("/admin/audit", "Управление"),
        ("/nowhere", None),
    ],
)
def test_at_most_one_entry_is_where_one_is(path: str, current: str | None) -> None:
    shown = navigation(asked(path, more=True), may(*EVERYTHING))
    marked = [entry.label for section in shown for entry in section.entries if entry.is_current]
    assert marked == ([] if current is None else [current])


def test_the_tab_of_a_person_is_that_of_people() -> None:
    tabs = admin_tabs(asked("/admin/users/1", more=True), may(*EVERYTHING))
    assert [tab.label for tab in tabs if tab.is_current] == ["Люди"]


def tabs_of(sections: list[Section]) -> tuple[list[str], list[str]]:
    """Read the tabs of a phone: those shown, and those under the last of them."""
    bar = environment().get_template("parts/nav.html").make_module().tab_bar(sections)  # type: ignore[attr-defined]
    shown, _, rest = re.sub(r"<[^>]+>", " ", bar).partition("Ещё")
    return re.split(r"\s{2,}", shown.strip()), re.split(r"\s{2,}", rest.strip())


def test_a_phone_has_four_tabs_of_the_daily_work_and_the_rest_under_a_fifth() -> None:
    shown, rest = tabs_of(navigation(asked("/profile", more=True), may(*EVERYTHING)))

    assert shown == ["Главная", "Товары", "Запуски", "Проблемы"]
    assert rest == ["Подключения", "В VK", "Синхронизация", "Управление"]


def test_few_entries_all_have_a_tab() -> None:
    few = [Entry(label=label, url="/", tab=tab) for label, tab in (("Б", 2), ("А", 1), ("В", 5))]

    assert tabs_of([Section(entries=tuple(few))]) == (["А", "Б", "В"], [""])


def test_every_entry_leads_to_a_route_of_its_permission() -> None:
    pages = {route.name: route for route in routes if isinstance(route, Route)}
    for way in (*ways._MAIN, *ways._GOODS, *ways._SENDING, *ways._ADMIN):
        for name, needs in way.routes:
            if name not in pages or needs is None:
                continue
            # Else the entry would lead to «Сюда нельзя».
            assert pages[name].needs is needs, name  # type: ignore[attr-defined]
