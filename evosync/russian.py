"""Russian grammar that sentences with numbers in them need."""


def counted(number: int, one: str, few: str, many: str) -> str:
    """Write a number with its noun: `counted(22, "товар", "товара", "товаров")` is «22 товара»."""
    return f"{number} {counted_noun(number, one, few, many)}"


def counted_noun(number: int, one: str, few: str, many: str) -> str:
    """Return the form of a noun that stands after a number, 0 or more."""
    last = number % 10
    if last == 0 or last > 4 or number % 100 in range(11, 15):
        return many
    return one if last == 1 else few
