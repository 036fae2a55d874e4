"""The log of requests in words: with whom, what was asked for, what came of it (pure)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from evosync.apilog.entries import GONE
from evosync.apilog.entry import Outcome, Service
from evosync.db.api_logs import Log
from evosync.spoken import zone_of
from evosync.web.flash import Kind

SERVICES: Mapping[str, str] = {
    Service.EVOTOR: "Эвотор",
    Service.VK: "VK",
    Service.WEBHOOK: "Вебхук",
}

# VK API schema 5.199, errors.json: those that are met with goods.
_VK = {
    "1": "Неизвестная ошибка VK.",
    "5": "Ключ доступа не действует.",
    "6": "Слишком много запросов в секунду.",
    "7": "У ключа нет нужного права.",
    "9": "VK просит не делать одного и того же так часто.",
    "10": "Внутренняя ошибка VK.",
    "13": "Запрос велик для VK.",
    "14": "VK просит подтвердить, что вы не робот.",
    "15": "Доступ запрещён.",
    "17": "VK просит подтвердить вход.",
    "27": "Ключ доступа не действует.",
    "29": "Достигнут предел запросов к этому методу.",
    "36": "VK не успел выполнить запрос.",
    "100": "VK не понял одно из полей.",
    "1402": "Такой подборки нет.",
    "1403": "Такого товара нет.",
    "1404": "Товар уже в подборке.",
    "1406": "В подборке больше нет места.",
    "invalid_grant": "Вход больше не действует.",
}
# Evotor's codes (contract, 6.5), as our answers to its calls have them.
_WEBHOOK = {
    "1001": "Секрет не подошёл.",
    "1006": "Почта или пароль не подошли.",
    "2001": "Тело запроса не разобрать.",
    "2002": "Нет нужного поля.",
    "2003": "В одном из полей не то значение.",
    "2004": "Учётная запись связана с другим пользователем Эвотора.",
    "2005": "Эта почта уже занята.",
}
_STATUS = {
    401: "Ключ доступа не подошёл.",
    402: "Приложение не оплачено для этого магазина.",
    403: "Нет нужного права.",
    404: "Такого там нет.",
    413: "Запрос слишком велик.",
    429: "Слишком много запросов.",
}
_LATE, _TORN = "Ответ не пришёл вовремя.", "Соединение оборвалось."
_SILENT = {
    "ConnectError": "Соединиться не удалось.",
    "ConnectTimeout": "Соединиться не удалось.",
    "PoolTimeout": "Запрос не дождался очереди.",
    "ReadTimeout": _LATE,
    "WriteTimeout": _LATE,
    "TimeoutError": _LATE,
    "ReadError": _TORN,
    "WriteError": _TORN,
    "RemoteProtocolError": _TORN,
    "AnswerTooLarge": "Ответ оказался слишком длинным.",
    "Cancelled": "EvoSync не стал ждать ответа.",
    GONE: "Вызвавший не дождался ответа.",
}


def method_words(log: Log) -> str:
    """Say what was asked for: «execute (market.edit ×25)», «POST /user/token»."""
    if log.service == Service.WEBHOOK:
        return f"POST {log.method}"
    if log.detail and log.method.startswith("execute"):
        return f"execute ({log.detail})"
    return f"{log.method} ({log.detail})" if log.detail else log.method


def badge_of(log: Log) -> tuple[Kind, str]:
    """Say what came of it: a state, and the number of the answer with the code of the error."""
    match log.outcome:
        case Outcome.OK:
            return "success", str(log.status)
        case Outcome.SILENT:
            return "danger", "нет ответа"
        case _:
            state: Literal["danger", "warning"] = (
                "danger" if log.outcome == Outcome.SERVER else "warning"
            )
            codes = log.error_code or ""
            word = "коды" if "," in codes else "код"
            return state, f"{log.status}, {word} {codes}" if codes else str(log.status)


def reason_of(log: Log) -> str:
    """Say in a sentence what went wrong; "" when nothing did, or nobody knows."""
    code = log.error_code or ""
    if log.outcome == Outcome.OK:
        return ""
    if log.outcome == Outcome.SILENT:
        return _SILENT.get(code, "Ответа не было.")
    if log.service == Service.WEBHOOK:
        unset = "Вебхуки не настроены." if log.status == 503 else ""
        return unset or _WEBHOOK.get(code, "")
    if log.outcome == Outcome.REFUSED and log.method.startswith("execute"):
        # The code of a whole request, or of one call: its sentence fits both.
        return _VK.get(code.partition(" ×")[0], "VK отказал в части вызовов.")
    if log.outcome == Outcome.SERVER:
        return f"Ошибка на стороне {'Эвотора' if log.service == Service.EVOTOR else 'VK'}."
    return _VK.get(code) or _STATUS.get(log.status or 0, "")


def duration_words(duration_ms: int | None) -> str:
    """Say how long it took: «412 мс», «1,1 с», «15 с»."""
    if duration_ms is None:
        return ""
    if duration_ms < 1000:
        return f"{duration_ms} мс"
    seconds = duration_ms / 1000
    return f"{seconds:.1f} с".replace(".", ",") if seconds < 10 else f"{seconds:.0f} с"


def time_words(at: datetime, now: datetime, zone: str) -> str:
    """Say a moment to the second: «14:30:12», of another day «25.11 14:30:12»."""
    local = at.astimezone(zone_of(zone))
    is_today = local.date() == now.astimezone(zone_of(zone)).date()
    return local.strftime("%H:%M:%S" if is_today else "%d.%m %H:%M:%S")


def laid_out(body: str) -> str:
    """Lay a body out for reading: JSON with its lines and indents, the rest as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body
