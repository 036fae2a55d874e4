"""The form of the mirror's settings: read from what stands, checked, put back over it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, Field, Form, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from evosync.db.sync import SyncConfig
from evosync.engine.multiplier import PLACES, Fault, multiplier_text, read_multiplier
from evosync.engine.rules import AdoptPolicy, GonePolicy, Rounding, StockMode, TwinsPolicy
from evosync.web.forms import Line, PageForm, Required, choices, stripped
from evosync.web.sync_words import ADOPTS, GONE, LABELS, ROUNDINGS, STOCK_MODES, TWINS

_LONGEST = 20  # characters of a number
_FAULTS = {
    Fault.NO_NUMBER: "Это не число. Напишите, например, 1,10.",
    Fault.OUT_OF_RANGE: "Нужно число от 0,01 до 100.",
    Fault.TOO_EXACT: f"Не больше {PLACES} знаков после запятой.",
}
_ENUMS: dict[str, type[StrEnum]] = {
    "rounding": Rounding,
    "stock_mode": StockMode,
    "gone": GonePolicy,
    "adopt": AdoptPolicy,
    "twins": TwinsPolicy,
}
_SWITCHES = ("refresh_evotor", "refresh_vk", "mirror", "allow_marked", "allow_unknown_type")


class Multiplier:
    """A number that prices can be multiplied by."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError for what is none."""
        found = read_multiplier(field.data or "")
        if isinstance(found, Fault):
            raise ValidationError(_FAULTS[found])


def _select(name: str, words: Mapping[str, str]) -> Field:
    return SelectField(LABELS[name], choices=choices(words.items()))


class SyncForm(PageForm):
    """Every setting but the master switch, which is turned by itself."""

    refresh_evotor = BooleanField(LABELS["refresh_evotor"])
    refresh_vk = BooleanField(LABELS["refresh_vk"])
    mirror = BooleanField(LABELS["mirror"])
    price_multiplier = StringField(
        LABELS["price_multiplier"],
        [Required("Укажите число. Без наценки это 1."), Line(_LONGEST), Multiplier()],
        filters=[stripped],
    )
    rounding = _select("rounding", ROUNDINGS)
    stock_mode = RadioField(LABELS["stock_mode"], choices=choices(STOCK_MODES.items()))
    gone = _select("gone", GONE)
    adopt = _select("adopt", ADOPTS)
    twins = _select("twins", TWINS)
    allow_marked = BooleanField(LABELS["allow_marked"])
    allow_unknown_type = BooleanField(LABELS["allow_unknown_type"])

    @classmethod
    def of(cls, config: SyncConfig) -> "SyncForm":
        """Fill it in with what stands."""
        return cls(
            data={
                "price_multiplier": multiplier_text(config.price_multiplier),
                **{name: getattr(config, name).value for name in _ENUMS},
                **{name: getattr(config, name) for name in _SWITCHES},
            }
        )

    def over(self, config: SyncConfig) -> SyncConfig:
        """Put what was typed, once it is checked, over what stands."""
        values: dict[str, Any] = {name: bool(self[name].data) for name in _SWITCHES}
        values |= {name: kind(self[name].data) for name, kind in _ENUMS.items()}
        return replace(config, price_multiplier=self.multiplier, **values)

    @property
    def multiplier(self) -> Decimal:
        """The multiplier, once it is checked."""
        found = read_multiplier(self.price_multiplier.data or "")
        if isinstance(found, Fault):
            raise TypeError("the form is not checked")
        return found
