"""What a price is multiplied by, read from what a person types (design: R4)."""

import re
from decimal import Decimal
from enum import StrEnum

LOWEST, HIGHEST = Decimal("0.01"), Decimal(100)
PLACES = 4

# Plain digits only: Decimal() itself takes much more, such as «1_0», «1e3» and «١».
_DIGITS = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")


class Fault(StrEnum):
    """Why a text is no multiplier."""

    NO_NUMBER = "no number"
    OUT_OF_RANGE = "out of range"
    TOO_EXACT = "too exact"


def read_multiplier(text: str) -> Decimal | Fault:
    """Read «1,10» or «1.1»: 0.01…100 with four decimals at most."""
    digits = _DIGITS.fullmatch(text)
    if digits is None:
        return Fault.NO_NUMBER
    value = Decimal(text.replace(",", "."))
    if not LOWEST <= value <= HIGHEST:
        return Fault.OUT_OF_RANGE
    return Fault.TOO_EXACT if len(digits[2] or "") > PLACES else value


def multiplier_text(value: Decimal) -> str:
    """Write a multiplier as people do: «1», «1,10», «0,9525»."""
    whole, _, rest = f"{value.normalize():f}".partition(".")
    return f"{whole},{rest:0<2}" if rest else whole
