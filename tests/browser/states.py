"""The table of pages: each page in each state that looks different, and who sees it so."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.browser.chromium import Person
from tests.browser.town import LONG_EMAIL, PASSWORD

Act = Callable[[Person], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One look of a page: who opens `path`, what they do there, and the title that stands then.

    `path` names people and links of the town in braces. `is_fresh` = of a
    service that has no account yet. `excused` are rules of axe that a page
    drawn by others breaks.
    """

    route: str
    what: str
    path: str
    title: str
    who: str | None = None
    act: Act | None = None
    is_fresh: bool = False
    excused: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.route}-{self.what}".replace(" ", "-")


def sending(button: str, **words: str) -> Act:
    """Fill in a form and send it."""

    async def act(person: Person) -> None:
        await person.fill(**words)
        await person.press(button)

    return act


async def open_suspend(person: Person) -> None:
    """Ask for a suspension, and come no further than the question."""
    await person.page.get_by_role("button", name="Приостановить").click()


async def open_delete(person: Person) -> None:
    """Ask for a deletion, and come no further than the question."""
    await person.page.get_by_role("button", name="Удалить").click()


async def open_menus(person: Person) -> None:
    """Open the menu of the person, that of wide windows and that of phones."""
    await person.page.evaluate(
        "document.querySelectorAll('details.menu').forEach((each) => { each.open = true; })"
    )


async def docs_drawn(person: Person) -> None:
    """Wait until the description stands there."""
    await person.page.get_by_text("/health").first.wait_for()


def _state(
    route: str, what: str, path: str, title: str, who: str | None = None, act: Act | None = None
) -> State:
    return State(route=route, what=what, path=path, title=title, who=who, act=act)


_LONG = "я" * 300
_SOMEBODY = {"name": "Мила", "email": "mila@example.com"}

PUBLIC = [
    State(
        route="setup",
        what="form",
        path="/setup?key={setup}",
        title="Первая учётная запись",
        is_fresh=True,
    ),
    State(
        route="setup",
        what="wrong",
        path="/setup?key={setup}",
        title="Первая учётная запись",
        act=sending("Создать", password="123"),
        is_fresh=True,
    ),
    State(route="login", what="nobody has an account", path="/login", title="Вход", is_fresh=True),
    State(
        route="register", what="closed", path="/register", title="Такой страницы нет", is_fresh=True
    ),
    _state("setup", "void", "/setup?key=x", "Ссылка не действует"),
    _state("index", "anonymous", "/", "Вход"),
    _state("login", "form", "/login", "Вход"),
    _state("login", "empty", "/login", "Вход", act=sending("Войти")),
    _state(
        "login",
        "wrong",
        "/login",
        "Вход",
        act=sending("Войти", email="anna@example.com", password="не тот пароль"),
    ),
    _state(
        "login",
        "suspended",
        "/login",
        "Вход",
        act=sending("Войти", email="dina@example.com", password=PASSWORD),
    ),
    _state("logout", "question", "/logout", "Выход", "anna"),
    _state("register", "form", "/register", "Регистрация"),
    _state(
        "register",
        "wrong",
        "/register",
        "Регистрация",
        act=sending("Зарегистрироваться", name=_LONG, email="не почта", password="1234567890"),
    ),
    _state(
        "register",
        "sent",
        "/register",
        "Проверьте почту",
        act=sending("Зарегистрироваться", **_SOMEBODY, password=PASSWORD),
    ),
    _state("confirm-email", "button", "/confirm-email?token={confirm}", "Подтверждение почты"),
    _state(
        "confirm-email",
        "wrong",
        "/confirm-email?token={confirm}",
        "Подтверждение почты",
        act=sending("Подтвердить", password="не тот пароль"),
    ),
    _state(
        "confirm-email",
        "new address",
        "/confirm-email?token={new_email}",
        "Подтверждение почты",
        "clara",
    ),
    _state(
        "confirm-email", "of another", "/confirm-email?token={new_email}", "Не получилось", "anna"
    ),
    _state("confirm-email", "void", "/confirm-email?token=x", "Ссылка не действует"),
    _state("confirm-email", "waiting", "/confirm-email", "Подтвердите почту", "vera"),
    _state("resend-confirm", "form", "/resend-confirm", "Письмо с подтверждением"),
    _state(
        "resend-confirm",
        "wrong",
        "/resend-confirm",
        "Письмо с подтверждением",
        act=sending("Отправить", email="не почта"),
    ),
    _state(
        "resend-confirm",
        "sent",
        "/resend-confirm",
        "Проверьте почту",
        act=sending("Отправить", email=LONG_EMAIL),
    ),
    _state("forgot-password", "form", "/forgot-password", "Новый пароль"),
    _state(
        "forgot-password",
        "empty",
        "/forgot-password",
        "Новый пароль",
        act=sending("Прислать ссылку"),
    ),
    _state(
        "forgot-password",
        "sent",
        "/forgot-password",
        "Ссылка в пути",
        act=sending("Прислать ссылку", address=LONG_EMAIL),
    ),
    _state("reset-password", "form", "/reset-password?token={reset}", "Новый пароль"),
    _state(
        "reset-password",
        "weak",
        "/reset-password?token={reset}",
        "Новый пароль",
        act=sending("Сохранить пароль", password="1234567890"),
    ),
    _state("reset-password", "void", "/reset-password?token=x", "Ссылка не действует"),
    _state("invite", "form", "/invite?token={invite}", "Приглашение"),
    _state(
        "invite",
        "empty",
        "/invite?token={invite}",
        "Приглашение",
        act=sending("Начать работу", name=""),
    ),
    _state("invite", "void", "/invite?token=x", "Ссылка не действует"),
]
OWN = [
    _state("index", "signed in", "/", "Главная", "boris"),
    _state("profile", "nothing connected", "/profile", "Главная", "boris"),
    _state("profile", "works", "/profile", "Чайная на Лесной", "anna"),
    _state("profile", "broken", "/profile", "Чайная на Лесной", "clara"),
    _state("profile", "menu", "/profile", "Чайная на Лесной", "anna", open_menus),
    _state("profile-edit", "form", "/profile/edit", "Профиль", "anna"),
    _state("profile-edit", "new address waits", "/profile/edit", "Профиль", "clara"),
    _state(
        "profile-edit",
        "wrong",
        "/profile/edit",
        "Профиль",
        "anna",
        sending("Сохранить", name=_LONG, email=""),
    ),
    _state(
        "profile-edit",
        "saved",
        "/profile/edit",
        "Профиль",
        "boris",
        sending("Сохранить", name="Борис Админ"),
    ),
    _state("profile-password", "form", "/profile/change-password", "Смена пароля", "anna"),
    _state(
        "profile-password",
        "wrong",
        "/profile/change-password",
        "Смена пароля",
        "anna",
        sending("Сменить пароль", current="не тот пароль", password="другой пароль 5"),
    ),
    _state("profile-delete", "form", "/profile/delete", "Удаление учётной записи", "anna"),
    _state(
        "profile-delete",
        "empty",
        "/profile/delete",
        "Удаление учётной записи",
        "anna",
        sending("Удалить учётную запись"),
    ),
    _state("profile-phone", "none", "/profile/phone", "Телефон", "boris"),
    _state("profile-phone", "code waits", "/profile/phone", "Телефон", "clara"),
    _state("profile-phone", "confirmed", "/profile/phone", "Телефон", "anna"),
    _state(
        "profile-phone",
        "wrong",
        "/profile/phone",
        "Телефон",
        "boris",
        sending("Получить код", phone="семь"),
    ),
]
ADMIN = [
    _state("admin-users", "many", "/admin/users", "Люди", "olga"),
    _state("admin-users", "the last page", "/admin/users?page=2", "Люди", "olga"),
    _state("admin-users", "suspended", "/admin/users?status=suspended", "Люди", "boris"),
    _state("admin-users", "nobody found", "/admin/users?q=яяя", "Люди", "olga"),
    _state("admin-user-new", "form", "/admin/users/new", "Приглашение", "boris"),
    _state(
        "admin-user-new",
        "wrong",
        "/admin/users/new",
        "Приглашение",
        "boris",
        sending("Отправить приглашение", email="anna@example.com", name="Анна"),
    ),
    _state("admin-user", "active", "/admin/users/{anna}", "Анна", "olga"),
    _state("admin-user", "suspend dialog", "/admin/users/{anna}", "Анна", "boris", open_suspend),
    _state("admin-user", "delete dialog", "/admin/users/{anna}", "Анна", "boris", open_delete),
    _state("admin-user", "invited", "/admin/users/{gleb}", "Глеб", "boris"),
    _state("admin-user", "suspended", "/admin/users/{dina}", "Дина Отключённая", "boris"),
    _state("admin-user", "out of reach", "/admin/users/{olga}", "Ольга", "boris"),
    _state("admin-user", "oneself", "/admin/users/{olga}", "Ольга", "olga"),
    _state(
        "admin-user",
        "wrong",
        "/admin/users/{anna}",
        "Анна",
        "olga",
        sending("Сохранить", name=_LONG, email="не почта"),
    ),
    _state("admin-roles", "of the owner", "/admin/roles", "Роли", "olga"),
    _state("admin-roles", "of an administrator", "/admin/roles", "Роли", "boris"),
    _state("admin-audit", "many", "/admin/audit", "События", "olga"),
    _state("admin-audit", "nothing found", "/admin/audit?q=яяя", "События", "boris"),
]
OTHER = [
    State(
        route="docs",
        what="drawn",
        path="/docs",
        title="Интерфейс для программ",
        act=docs_drawn,
        # Swagger UI puts the link of an operation into the button that opens it.
        excused=frozenset({"nested-interactive"}),
    ),
    _state("redoc", "drawn", "/redoc", "Интерфейс для программ", act=docs_drawn),
    _state("no page", "anonymous", "/nowhere", "Такой страницы нет"),
    _state("no page", "signed in", "/nowhere", "Такой страницы нет", "anna"),
    _state("no page", "pending", "/nowhere", "Такой страницы нет", "vera"),
    _state("no page", "forbidden", "/admin/users", "Сюда нельзя", "anna"),
    _state("no page", "wrong way", "/profile/theme", "Так эту страницу не открыть", "anna"),
]
STATES = [*PUBLIC, *OWN, *ADMIN, *OTHER]
