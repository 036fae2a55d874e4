"""The log of acts in words: what each entry says of itself (pure)."""

from collections.abc import Mapping
from typing import Any

from evosync.accounts.permissions import ROLE_WORDS, WORDS, Permission
from evosync.db.journal import Act
from evosync.db.roles import RoleName
from evosync.web.sync_words import told_differences

ACTIONS = {
    "account.set_up": "Создана первая учётная запись",
    "account.created": "Создана учётная запись",
    "account.registered": "Регистрация",
    "account.invited": "Отправлено приглашение",
    "account.invitation_accepted": "Приглашение принято",
    "account.email_confirmed": "Почта подтверждена",
    "account.signed_in": "Вход",
    "account.edited": "Изменены данные",
    "account.password_changed": "Пароль изменён",
    "account.password_reset": "Пароль заменён по ссылке",
    "account.reset_sent": "Отправлена ссылка для нового пароля",
    "account.phone_confirmed": "Телефон подтверждён",
    "account.phone_dropped": "Телефон убран",
    "account.activated": "Учётная запись включена",
    "account.suspended": "Учётная запись приостановлена",
    "account.deleted": "Учётная запись удалена",
    "account.lapsed": "Удалена: почту никто не подтвердил",
    "account.evotor_created": "Учётная запись создана из Эвотора",
    "account.evotor_tied": "Учётная запись связана с Эвотором",
    "connection.saved": "Подключение",
    "connection.removed": "Отключение",
    "role.changed": "Изменены права роли",
    "config.changed": "Изменены настройки синхронизации",
    "config.photo_set": "Заменена картинка товаров",
    "config.photo_dropped": "Возвращена обычная картинка товаров",
    "config.secrets_shown": "Показаны ключи доступа",
    "product.retried": "Товар отправлен снова",
    "probe.written": "Проба записи в VK",
    "catalog.switched": "Выбор товаров для VK",
    "catalog.ordered": "Изменён порядок магазинов",
    "catalog.new_groups": "Новые группы включаются сами",
    "adoption.decided": "Решение о карточках VK",
    "sync.confirmed": "Подтверждена первая отправка",
    "feed.switched_on": "Файл с товарами включён",
    "feed.switched_off": "Файл с товарами выключен",
    "feed.renewed": "Ссылка на файл с товарами заменена",
    "held.apply": "Согласие на задержанное",
    "held.leave": "Отказ от задержанного",
    "held.stated": "Согласие, данное заранее",
    "run.cancelled": "Запуск остановлен",
    "run.again": "Запуск начат заново",
    "backup.made": "Сделана резервная копия",
    "backup.restored": "База восстановлена из копии",
}
"""Every action that is ever written down."""

SERVICES = {"evotor": "Эвотор", "vk": "ВКонтакте"}


def words_of(act: Act) -> str:
    """Say what was done, with what the entry knows more."""
    told = ACTIONS.get(act.action, act.action)
    detail = act.detail
    if act.action == "role.changed":
        parts = [
            _listed("дано", detail.get("given", [])),
            _listed("снято", detail.get("taken", [])),
        ]
        return f"{told} «{_role(detail.get('role', ''))}»: " + "; ".join(filter(None, parts))
    if changes := detail.get("changes"):
        return f"{told}: {told_differences(changes)}"
    if act.action.startswith("catalog."):
        return _of_catalog(told, detail)
    if service := detail.get("service"):
        name = detail.get("name")
        return f"{told}: {SERVICES.get(service, service)}" + (f", «{name}»" if name else "")
    if role := detail.get("role"):
        return f"{told}, роль «{_role(role)}»"
    return told


def _of_catalog(told: str, detail: Mapping[str, Any]) -> str:
    if "on" not in detail:
        return told
    things = {"store": "магазин", "group": "группа", "all": "всё"}
    thing, name = things.get(str(detail.get("of")), ""), detail.get("name")
    below = "с подгруппами" if detail.get("with_subgroups") else ""
    named = " ".join(filter(None, (thing, f"«{name}»" if name else "", below)))
    return f"{told}: {named} — {'включено' if detail['on'] else 'выключено'}"


def _role(name: str) -> str:
    # An entry outlives the role that it names.
    return ROLE_WORDS[RoleName(name)] if name in set(RoleName) else name


def _listed(word: str, names: list[str]) -> str:
    said = [WORDS.get(Permission(name), name).lower() for name in names if name in set(Permission)]
    return f"{word} — {', '.join(said)}" if said else ""
