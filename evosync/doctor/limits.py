"""What is left of VK's limits: room in the markets, methods that rest, requests put off (pure)."""

from collections.abc import Sequence
from datetime import datetime

from evosync.db.oversight import Failures, Fullness, Resting
from evosync.doctor.verdict import Verdict, attention, good, unknown
from evosync.engine.plan.albums import ALBUMS_MAX
from evosync.engine.plan.items import MARKET_MAX
from evosync.russian import counted_noun
from evosync.spoken import number

ROOM, QUOTA = "Пределы VK", "Запросы за сутки"

NEARLY = 0.9  # of a limit
MOST_NAMED = 3

# VK: flood control, rate limit reached (errors.json). HTTP 429: RFC 6585, as Evotor uses it.
_PUT_OFF_CODES = frozenset({"9", "29"})
_PUT_OFF_STATUS = 429
_NAMES = {"evotor": "Эвотор", "vk": "VK"}


def judge_fullness(seen: Sequence[Fullness]) -> Verdict:
    """Judge how near the communities are to what VK lets stand in one."""
    if not seen:
        return unknown(ROOM, "Ни одно сообщество VK не подключено.")
    full = [
        f"«{each.community}»: товаров {number(each.items)} из {number(MARKET_MAX)}, "
        f"подборок {each.albums} из {ALBUMS_MAX}"
        for each in seen
        if each.items >= NEARLY * MARKET_MAX or each.albums >= NEARLY * ALBUMS_MAX
    ]
    if full:
        told = "; ".join(full[:MOST_NAMED])
        more = f" и ещё {len(full) - MOST_NAMED}" if len(full) > MOST_NAMED else ""
        advice = "Уберите из VK лишнее: сверх предела товары и подборки не появятся."
        return attention(ROOM, f"{told}{more}.", advice)
    items, albums = max(each.items for each in seen), max(each.albums for each in seen)
    told = (
        f"Больше всего в одном сообществе: товаров {number(items)} из {number(MARKET_MAX)}, "
        f"подборок {albums} из {ALBUMS_MAX}."
    )
    return good(ROOM, told)


def judge_quota(resting: Sequence[Resting], failures: Sequence[Failures], now: datetime) -> Verdict:
    """Judge what the services said of too many requests; `failures` are those of the last day."""
    counts = {service: _put_off(failures, service) for service in _NAMES}
    told = ", ".join(
        f"{_NAMES[service]} просил подождать {number(count)} "
        f"{counted_noun(count, 'раз', 'раза', 'раз')}"
        for service, count in counts.items()
        if count
    )
    if resting:
        last = max(resting, key=lambda each: each.until_at)
        minutes = max(round((last.until_at - now).total_seconds() / 60), 1)
        methods = ", ".join(each.method for each in resting[:MOST_NAMED])
        return attention(
            QUOTA,
            f"VK просит не вызывать {methods}: продолжим через {minutes} мин."
            + (f" {told}." if told else ""),
            "Делать ничего не нужно. Если так каждый день, запускайте реже: "
            "CATALOG_REFRESH_INTERVAL_SECONDS.",
        )
    return good(QUOTA, f"{told}." if told else "Эвотор и VK не просили подождать.")


def _put_off(failures: Sequence[Failures], service: str) -> int:
    return sum(_put_off_in(each) for each in failures if each.service == service)


def _put_off_in(failures: Failures) -> int:
    if failures.status == _PUT_OFF_STATUS:
        return failures.count
    if failures.service != "vk":
        return 0  # these numbers are VK's
    codes = {each.partition(" ")[0] for each in (failures.code or "").split(", ")}
    return failures.count if codes & _PUT_OFF_CODES else 0
