"""Jinja templates of the sandbox's own pages; everything put into them is escaped."""

from decimal import Decimal
from pathlib import Path

import jinja2
from starlette.responses import HTMLResponse

PAGES = Path(__file__).parent / "pages"

_ONE = Decimal(1)
_KOPECK = Decimal("0.01")

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(PAGES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(name: str, status: int = 200, **context: object) -> HTMLResponse:
    """Return the named page."""
    return HTMLResponse(_templates.get_template(name).render(context), status_code=status)


def number(value: Decimal) -> str:
    """Write a number for people: groups of three, a comma, no idle zeros."""
    text = _in_groups(value)
    return text.rstrip("0").rstrip(",") if "," in text else text


def money(value: Decimal | None) -> str:
    """Write roubles for people, kopecks only if there are any; "" for no price."""
    if value is None:
        return ""
    return _in_groups(value.quantize(_ONE if value == value.to_integral_value() else _KOPECK))


def _in_groups(value: Decimal) -> str:
    return f"{value:,f}".replace(",", "\u00a0").replace(".", ",")


_templates.filters |= {"number": number, "money": money}
