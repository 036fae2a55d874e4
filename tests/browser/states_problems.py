"""The pages of problems: all reasons, the goods of one, one product gate by gate."""

from tests.browser.chromium import Person
from tests.browser.goods import LONG, product_id
from tests.browser.state import state_of


async def ask_how(person: Person) -> None:
    """Open the advice."""
    await person.page.get_by_role("button", name="Как указать цену").click()


ALL, PRICELESS = "(7) Проблемы", "В Эвоторе не указана цена"
ASKED = "Бай Хао Инь Чжэнь (Серебряные иглы)"

PROBLEMS = [
    state_of("profile", "goods", "/profile", "Чайная", "ulyana"),
    state_of("problems", "many", "/problems", ALL, "ulyana"),
    state_of("problems", "one reason", "/problems?code=no_price", PRICELESS, "ulyana", ask_how),
    state_of("problems", "found", "/problems?q=ча", ALL, "ulyana"),
    state_of("problems", "nothing read", "/problems", "Проблемы", "boris"),
    state_of("problems", "broken", "/problems", "(2) Проблемы", "clara"),
    state_of("problem", "question", f"/problems/{product_id(2)}", ASKED, "ulyana"),
    state_of("problem", "long and standing", f"/problems/{product_id(6)}", LONG, "ulyana"),
]
