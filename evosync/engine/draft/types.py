"""Which types of product may be published at all (design: R13)."""

from evosync.engine.rules import Rules

PLAIN = frozenset({"NORMAL", "SERVICE"})
# VK does not allow the sale of these; both marked and unmarked.
FORBIDDEN = ("ALCOHOL_", "BEER_", "NOT_ALCOHOL_BEER_", "TOBACCO_", "MEDICINE_")


def find_refusal(product_type: str | None, rules: Rules) -> str | None:
    """Find why a type is not published, as a problem's code; None if it may be.

    `forbidden_type` and `marked_type` say what the product is; `unknown_type`
    says that we do not know. Evotor's list of types grows.
    """
    name = (product_type or "").strip().upper()
    if name in PLAIN:
        return None
    if f"{name}_".startswith(FORBIDDEN):
        return "forbidden_type"
    if name.endswith("_MARKED") and not name.endswith("_NOT_MARKED"):
        return None if rules.allow_marked else "marked_type"
    return None if rules.allow_unknown_type else "unknown_type"
