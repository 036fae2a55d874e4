"""Russian grammar that sentences with numbers in them need."""


def counted(number: int, one: str, few: str, many: str) -> str:
    """Write a number with its noun: `counted(22, "товар", "товара", "товаров")` is «22 товара»."""
    last = number % 10
    if last == 0 or last > 4 or number % 100 in range(11, 15):
        return f"{number} {many}"
    return f"{number} {one if last == 1 else few}"
