"""Who may do what to whom: permissions are rows, and nobody reaches above themselves (pure)."""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from evosync.db.accounts import User
from evosync.db.roles import Role, RoleName


class Permission(StrEnum):
    """What a role may permit; the migrations make a row of each."""

    USERS_VIEW = "users.view"
    USERS_EDIT = "users.edit"
    USERS_DELETE = "users.delete"
    ROLES_EDIT = "roles.edit"
    LOGS_VIEW = "logs.view"
    RUNS_VIEW = "runs.view"
    SYSTEM_VIEW = "system.view"


WORDS = {
    Permission.USERS_VIEW: "Видеть людей",
    Permission.USERS_EDIT: "Приглашать и менять людей",
    Permission.USERS_DELETE: "Удалять людей",
    Permission.ROLES_EDIT: "Менять права ролей",
    Permission.LOGS_VIEW: "Видеть журнал",
    Permission.RUNS_VIEW: "Видеть запуски всех",
    Permission.SYSTEM_VIEW: "Видеть состояние сервиса",
}

ROLE_WORDS = {
    RoleName.SYSTEM: "Владелец сервиса",
    RoleName.ADMIN: "Администратор",
    RoleName.USER: "Пользователь",
}


ROLE_HINTS = {
    RoleName.SYSTEM: "Может всё, и это не отнять: иначе EvoSync остался бы без хозяина.",
    RoleName.ADMIN: "Помогает людям: приглашает, включает, смотрит журнал.",
    RoleName.USER: "Ведёт свой магазин. Для этого права не нужны.",
}


def why_not_touch(actor: User, subject: User) -> str | None:
    """Say why one account may not change another, whatever it permits; None when it may.

    Whoever may set somebody's e-mail may become them; so nobody may touch an
    account that can do more than their own.
    """
    if subject.is_system and not actor.is_system:
        return "Учётную запись владельца сервиса меняет только владелец."
    if not subject.permissions <= actor.permissions:
        return "У этого человека есть права, которых нет у вас."
    return None


def why_not_give(actor: User, role: Role) -> str | None:
    """Say why one may not give a role away; None when one may."""
    if role.name is RoleName.SYSTEM and not actor.is_system:
        return "Эту роль даёт только владелец сервиса."
    if not role.permissions <= actor.permissions:
        return "У этой роли есть права, которых нет у вас."
    return None


def why_not_permit(actor: User, role: Role, names: AbstractSet[str]) -> str | None:
    """Say why one may not let a role permit exactly these names; None when one may."""
    if role.name is RoleName.SYSTEM:
        return "У владельца сервиса всегда все права: так никто не запрёт себя снаружи."
    if not names <= set(Permission):
        return "Такого права нет."
    if not (names ^ role.permissions) <= actor.permissions:
        return "Давать и отнимать можно только права, которые есть у вас."
    return None
