"""Money: kopecks inside, roubles at the doors, never a float in between."""

from decimal import ROUND_HALF_UP, Decimal, DecimalException

KOPECKS = Decimal(100)


def kopecks_from_roubles(value: object) -> int | None:
    """Read roubles as kopecks, half up; None if the value is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        roubles = Decimal(str(value))
        if not roubles.is_finite():
            return None
        return int((roubles * KOPECKS).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except DecimalException:  # no number, or one beyond all bounds
        return None


def roubles_from_kopecks(kopecks: int) -> str:
    """Write kopecks as decimal roubles with two places and a dot: 129050 → "1290.50"."""
    sign = "-" if kopecks < 0 else ""
    return f"{sign}{abs(kopecks) // 100}.{abs(kopecks) % 100:02d}"


def price_text(kopecks: int) -> str:
    """Write kopecks as a person reads them: 129000 → "1 290 ₽", with thin spaces."""
    roubles, rest = divmod(abs(kopecks), 100)
    grouped = f"{roubles:,}".replace(",", "\u2009")
    tail = f",{rest:02d}" if rest else ""
    return f"{'-' if kopecks < 0 else ''}{grouped}{tail}\u00a0₽"
