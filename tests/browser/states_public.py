"""The pages of whoever is not signed in yet, and what letters lead to."""

from tests.browser.state import TOO_LONG, State, docs_drawn, sending, state_of
from tests.browser.town import LONG_EMAIL, PASSWORD

_SOMEBODY = {"name": "Мила", "email": "mila@example.com"}

PUBLIC = [
    State(
        route="setup",
        what="form",
        path="/setup?key={setup}",
        title="Первая учётная запись",
        place="fresh",
    ),
    State(
        route="setup",
        what="wrong",
        path="/setup?key={setup}",
        title="Первая учётная запись",
        act=sending("Создать", password="123"),
        place="fresh",
    ),
    State(route="login", what="nobody has an account", path="/login", title="Вход", place="fresh"),
    State(
        route="register", what="closed", path="/register", title="Такой страницы нет", place="fresh"
    ),
    state_of("setup", "void", "/setup?key=x", "Ссылка не действует"),
    state_of("index", "anonymous", "/", "Вход"),
    state_of("login", "form", "/login", "Вход"),
    state_of("login", "empty", "/login", "Вход", act=sending("Войти")),
    state_of(
        "login",
        "wrong",
        "/login",
        "Вход",
        act=sending("Войти", email="anna@example.com", password="не тот пароль"),
    ),
    state_of(
        "login",
        "suspended",
        "/login",
        "Вход",
        act=sending("Войти", email="dina@example.com", password=PASSWORD),
    ),
    state_of("logout", "question", "/logout", "Выход", "anna"),
    state_of("register", "form", "/register", "Регистрация"),
    state_of(
        "register",
        "wrong",
        "/register",
        "Регистрация",
        act=sending("Зарегистрироваться", name=TOO_LONG, email="не почта", password="1234567890"),
    ),
    state_of(
        "register",
        "sent",
        "/register",
        "Проверьте почту",
        act=sending("Зарегистрироваться", **_SOMEBODY, password=PASSWORD),
    ),
    state_of("confirm-email", "button", "/confirm-email?token={confirm}", "Подтверждение почты"),
    state_of(
        "confirm-email",
        "wrong",
        "/confirm-email?token={confirm}",
        "Подтверждение почты",
        act=sending("Подтвердить", password="не тот пароль"),
    ),
    state_of(
        "confirm-email",
        "new address",
        "/confirm-email?token={new_email}",
        "Подтверждение почты",
        "clara",
    ),
    state_of(
        "confirm-email", "of another", "/confirm-email?token={new_email}", "Не получилось", "anna"
    ),
    state_of("confirm-email", "void", "/confirm-email?token=x", "Ссылка не действует"),
    state_of("confirm-email", "waiting", "/confirm-email", "Подтвердите почту", "vera"),
    state_of("resend-confirm", "form", "/resend-confirm", "Письмо с подтверждением"),
    state_of(
        "resend-confirm",
        "wrong",
        "/resend-confirm",
        "Письмо с подтверждением",
        act=sending("Отправить", email="не почта"),
    ),
    state_of(
        "resend-confirm",
        "sent",
        "/resend-confirm",
        "Проверьте почту",
        act=sending("Отправить", email=LONG_EMAIL),
    ),
    state_of("forgot-password", "form", "/forgot-password", "Новый пароль"),
    state_of(
        "forgot-password",
        "empty",
        "/forgot-password",
        "Новый пароль",
        act=sending("Прислать ссылку"),
    ),
    state_of(
        "forgot-password",
        "sent",
        "/forgot-password",
        "Ссылка в пути",
        act=sending("Прислать ссылку", address=LONG_EMAIL),
    ),
    state_of("reset-password", "form", "/reset-password?token={reset}", "Новый пароль"),
    state_of(
        "reset-password",
        "weak",
        "/reset-password?token={reset}",
        "Новый пароль",
        act=sending("Сохранить пароль", password="1234567890"),
    ),
    state_of("reset-password", "void", "/reset-password?token=x", "Ссылка не действует"),
    state_of("invite", "form", "/invite?token={invite}", "Приглашение"),
    state_of(
        "invite",
        "empty",
        "/invite?token={invite}",
        "Приглашение",
        act=sending("Начать работу", name=""),
    ),
    state_of("invite", "void", "/invite?token=x", "Ссылка не действует"),
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
    state_of("redoc", "drawn", "/redoc", "Интерфейс для программ", act=docs_drawn),
    state_of("no page", "anonymous", "/nowhere", "Такой страницы нет"),
    state_of("no page", "signed in", "/nowhere", "Такой страницы нет", "anna"),
    state_of("no page", "pending", "/nowhere", "Такой страницы нет", "vera"),
    state_of("no page", "forbidden", "/admin/users", "Сюда нельзя", "anna"),
    state_of("no page", "wrong way", "/profile/theme", "Так эту страницу не открыть", "anna"),
]
