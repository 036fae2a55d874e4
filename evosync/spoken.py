"""Times, numbers and counts as people say them, in Russian (pure)."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_timedelta,
    get_timezone_location,
)

from evosync.russian import counted_noun

RUSSIAN = Locale("ru")
MOSCOW = "Europe/Moscow"

# Where Evotor's tills stand: Russia's zones, and those of countries around it.
ZONES = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk"),
    *("Asia/Novosibirsk", "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok"),
    *("Asia/Magadan", "Asia/Sakhalin", "Asia/Kamchatka", "Europe/Minsk", "Asia/Almaty"),
    *("Asia/Yerevan", "Asia/Tbilisi", "Asia/Tashkent", "Asia/Bishkek"),
)

_JUST_NOW = timedelta(seconds=45)
_IN_WORDS = timedelta(days=7)
_NO_BREAK = "\u00a0"


def ago(at: datetime, now: datetime, zone: str) -> str:
    """Say a moment from now: «5 минут назад», «через час»; after a week the date."""
    gap = at - now
    if abs(gap) < _JUST_NOW:
        return "только что" if gap <= timedelta(0) else "сейчас"
    if abs(gap) < _IN_WORDS:
        # Without the threshold six days would be a week already.
        return format_timedelta(gap, add_direction=True, threshold=1, locale=RUSSIAN)
    local = at.astimezone(zone_of(zone))
    same_year = local.year == now.astimezone(zone_of(zone)).year
    return format_date(local, "d MMMM" if same_year else "d MMMM y", locale=RUSSIAN)


def moment(at: datetime, zone: str) -> str:
    """Say a moment in full: «1 марта 2026, 15:00», in the person's time zone."""
    return format_datetime(at.astimezone(zone_of(zone)), "d MMMM y, HH:mm", locale=RUSSIAN)


def clock_time(at: datetime, now: datetime, zone: str) -> str:
    """Say when something comes next: «в 15:25», or with its day where that is not today."""
    local = at.astimezone(zone_of(zone))
    is_today = local.date() == now.astimezone(zone_of(zone)).date()
    return (
        "в " + format_datetime(local, "HH:mm", locale=RUSSIAN)
        if is_today
        else (format_datetime(local, "d MMMM в HH:mm", locale=RUSSIAN))
    )


def number(value: int) -> str:
    """Write a whole number with thin spaces between its thousands, from five digits on."""
    digits = f"{value:,}".replace(",", "\u2009")
    return digits if abs(value) >= 10_000 else str(value)


def amount(value: Decimal) -> str:
    """Write a quantity as people do: «4,2», «11», «−0,5»; without the zeros that say nothing."""
    whole, _, rest = f"{abs(value):f}".partition(".")
    tail = f",{rest.rstrip('0')}" if rest.rstrip("0") else ""
    return f"{'−' if value < 0 else ''}{number(int(whole))}{tail}"


def size(size_bytes: int) -> str:
    """Say a size: «640 КБ», «12 МБ», «1,5 ГБ», as the labels of disks count."""
    for unit, name in ((10**9, "ГБ"), (10**6, "МБ")):
        if size_bytes >= unit:
            value = Decimal(size_bytes) / unit
            digits = 0 if value >= 10 else 1
            return f"{amount(round(value, digits))}{_NO_BREAK}{name}"
    return f"{-(-size_bytes // 1000)}{_NO_BREAK}КБ"


def phone(number: str) -> str:
    """Write a phone as people do: «+7 916 123-45-67»; one of another country as it is kept."""
    digits = number.removeprefix("+7")
    if digits == number or len(digits) != 10:
        return number
    area, first, second, third = digits[:3], digits[3:6], digits[6:8], digits[8:]
    return f"+7{_NO_BREAK}{area}{_NO_BREAK}{first}-{second}-{third}"


def plural(value: int, one: str, few: str, many: str) -> str:
    """Count things: «1 товар», «3 товара», «5 товаров»."""
    return f"{number(value)}{_NO_BREAK}{counted_noun(value, one, few, many)}"


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone, Moscow's where the name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The name of a folder of zones, or one too long for any file, is an OSError.
        return ZoneInfo(MOSCOW)


def zone_name(zone: str) -> str:
    """Name a time zone by its city: «Омск» for Asia/Omsk."""
    return get_timezone_location(zone_of(zone), locale=RUSSIAN, return_city=True) or zone


def zones_with(zone: str) -> list[tuple[str, str]]:
    """List the time zones to choose from, with their names, and the one that is chosen already."""
    listed = ZONES if zone in ZONES else (zone, *ZONES)
    return [(each, zone_name(each)) for each in listed]
