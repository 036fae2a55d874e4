from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from evosync.spoken import (
    MOSCOW,
    ZONES,
    ago,
    amount,
    moment,
    number,
    phone,
    plural,
    size,
    zone_name,
    zone_of,
    zones_with,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THIN, FAST = "\u2009", "\u00a0"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        pytest.param(timedelta(0), "только что", id="this moment"),
        pytest.param(timedelta(seconds=44), "только что", id="just now"),
        pytest.param(timedelta(seconds=45), "45 секунд назад", id="seconds"),
        pytest.param(timedelta(minutes=1), "1 минуту назад", id="a minute"),
        pytest.param(timedelta(minutes=2), "2 минуты назад", id="two minutes"),
        pytest.param(timedelta(minutes=5), "5 минут назад", id="minutes"),
        pytest.param(timedelta(hours=1), "1 час назад", id="an hour"),
        pytest.param(timedelta(hours=23), "23 часа назад", id="hours"),
        pytest.param(timedelta(days=1), "1 день назад", id="yesterday"),
        pytest.param(timedelta(days=6), "6 дней назад", id="six days are no week"),
        pytest.param(timedelta(days=7), "22 февраля", id="a week"),
        pytest.param(timedelta(days=59), "1 января", id="the first day of the year"),
        pytest.param(timedelta(days=60), "31 декабря 2025", id="another year"),
        pytest.param(-timedelta(seconds=1), "сейчас", id="in a moment"),
        pytest.param(-timedelta(minutes=30), "через 30 минут", id="soon"),
        pytest.param(-timedelta(days=3), "через 3 дня", id="in days"),
        pytest.param(-timedelta(days=8), "9 марта", id="in more than a week"),
        pytest.param(-timedelta(days=366), "2 марта 2027", id="in a year"),
    ],
)
def test_a_moment_is_said_from_now(before: timedelta, said: str) -> None:
    assert ago(NOW - before, NOW, MOSCOW) == said


def test_the_date_and_its_year_are_those_of_the_persons_zone() -> None:
    at = datetime(2025, 12, 31, 20, tzinfo=UTC)
    assert ago(at, NOW, "Europe/Kaliningrad") == "31 декабря 2025"
    assert ago(at, NOW, "Asia/Kamchatka") == "1 января"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "1 марта 2026, 12:00"),
        ("Europe/Moscow", "1 марта 2026, 15:00"),
        ("Asia/Omsk", "1 марта 2026, 18:00"),
        ("Asia/Kamchatka", "2 марта 2026, 00:00"),
    ],
)
def test_a_moment_in_full_stands_in_the_persons_zone(zone: str, said: str) -> None:
    assert moment(NOW, zone) == said


@pytest.mark.parametrize(
    "zone",
    ["", "nowhere", "Europe", "Europe/Moscow\0", "../../etc/passwd", "/etc/localtime", "х" * 300],
)
def test_what_is_no_zone_is_moscows(zone: str) -> None:
    assert zone_of(zone).key == MOSCOW
    assert moment(NOW, zone) == "1 марта 2026, 15:00"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (999, "999"),
        (9999, "9999"),
        (10_000, f"10{THIN}000"),
        (1_234_567, f"1{THIN}234{THIN}567"),
        (-12_345, f"-12{THIN}345"),
    ],
)
def test_thousands_stand_apart_from_five_digits_on(value: int, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "noun"),
    [
        *((value, "товаров") for value in (0, 5, 10, 11, 12, 14, 19, 20, 25, 100, 111, 10_012)),
        *((value, "товар") for value in (1, 21, 101, 1001)),
        *((value, "товара") for value in (2, 3, 4, 22, 104, 10_003)),
    ],
)
def test_a_noun_stands_in_the_form_of_its_number(value: int, noun: str) -> None:
    assert plural(value, "товар", "товара", "товаров") == f"{number(value)}{FAST}{noun}"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("+79161234567", f"+7{FAST}916{FAST}123-45-67"),
        ("+375291234567", "+375291234567"),
        ("+7916", "+7916"),
    ],
    ids=["Russian", "of another country", "short"],
)
def test_a_phone_is_written_as_people_do(kept: str, said: str) -> None:
    assert phone(kept) == said


def test_a_zone_is_called_by_its_city() -> None:
    assert (zone_name("Asia/Omsk"), zone_name("Asia/Tashkent")) == ("Омск", "Ташкент")
    assert zone_name("UTC") == "UTC"


def test_every_zone_to_choose_is_one_and_has_a_name_of_its_own() -> None:
    choices = zones_with(MOSCOW)
    assert [zone for zone, _ in choices] == list(ZONES)
    assert all(zone_of(zone).key == zone for zone in ZONES)
    assert len({name for _, name in choices}) == len(ZONES)


def test_the_zone_chosen_before_can_be_kept_though_it_is_not_listed() -> None:
    assert zones_with("Asia/Chita") == [("Asia/Chita", "Чита"), *zones_with(MOSCOW)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("4.200", "4,2"),
        ("11", "11"),
        ("-0.5", "−0,5"),
        ("12000.050", "12\u2009000,05"),
        ("1E+2", "100"),
    ],
)
def test_a_quantity_loses_the_zeros_that_say_nothing(value: str, said: str) -> None:
    assert amount(Decimal(value)) == said


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 КБ"),
        (1, "1 КБ"),
        (999_000, "999 КБ"),
        (1_000_000, "1 МБ"),
        (1_540_000, "1,5 МБ"),
        (12_600_000, "13 МБ"),
        (76_000_000_000, "76 ГБ"),
    ],
)
def test_a_size_is_said_in_the_greatest_unit_that_fits(size_bytes: int, said: str) -> None:
    assert size(size_bytes).replace("\u00a0", " ") == said
