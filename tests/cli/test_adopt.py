import pytest

from evosync.sandbox.vk.state import Item
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal
from tests.flow.stand import product_named

CUP = "Чашка белая"


@pytest.fixture
def stranger(world: SandboxWorld, sandbox: None) -> Item:
    """Put an item on the market that somebody made under the cup's name."""
    community = world.vk.state.communities[world.community_id]
    now = world.vk.clock()
    item = Item(
        item_id=7, title=CUP, description="", category_id=1, price=1, created_at=now, updated_at=now
    )
    community.items[7] = item
    community.order.append(7)
    return item


def test_a_run_tells_that_it_asks_and_how_to_answer(
    evosync: Terminal, anna: str, stranger: Item
) -> None:
    assert evosync.ok("sync", anna, "--dry-run").out.splitlines()[1:] == [
        "Спросит, тот ли это товар: 1."
    ]
    assert evosync.ok("sync", anna).out.splitlines()[1:] == [
        f"Ждут ответа, тот ли это товар: 1. Ответить: evosync adopt {anna} --all --yes (или --no)"
    ]


def test_a_yes_takes_what_stands_in_the_next_run(
    evosync: Terminal, anna: str, world: SandboxWorld, stranger: Item
) -> None:
    cup = product_named(world, CUP)
    [asked] = evosync.ok("sync", anna, "--json").json["problems"]
    assert (asked["product_id"], asked["code"]) == (cup.id, "awaiting_adoption")

    said = evosync.ok("adopt", anna, "--product", cup.id, "--yes").out
    assert said == "Ответ «да», товаров: 1. Исполнит ближайший запуск.\n"

    run = evosync.ok("sync", anna, "--json").json
    assert (run["relinked"], run["created"], run["problems"]) == (1, 0, [])
    assert (stranger.sku, stranger.price) == (cup.id, 390_00)


def test_a_no_creates_beside_it(
    evosync: Terminal, anna: str, world: SandboxWorld, stranger: Item
) -> None:
    evosync.ok("sync", anna)

    assert "«нет», товаров: 1" in evosync.ok("adopt", anna, "--all", "--no").out

    run = evosync.ok("sync", anna, "--json").json
    assert (run["relinked"], run["created"], run["problems"]) == (0, 1, [])
    assert stranger.sku == ""
    assert evosync.ok("adopt", anna, "--all", "--yes").out == "Вопросов нет.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["--yes"], "Нужно ровно одно из --all, --product.", id="of what"),
        pytest.param(
            ["--all", "--product", "x", "--no"], "Нужно ровно одно из --all, --product.", id="both"
        ),
        pytest.param(["--all"], "Нужно ровно одно из --yes, --no.", id="no answer"),
        pytest.param(["--all", "--yes", "--no"], "Нужно ровно одно из --yes, --no.", id="two"),
        pytest.param(["--product", "x", "--yes"], "О товаре x вопроса нет.", id="not asked"),
    ],
)
def test_words_that_do_not_fit_are_told(
    evosync: Terminal, anna: str, words: list[str], told: str
) -> None:
    said = evosync("adopt", anna, *words)

    assert (said.code, said.error) == (2, told)


def test_without_a_community_there_is_nothing_to_answer(evosync: Terminal, boris: str) -> None:
    said = evosync("adopt", boris, "--all", "--yes")

    assert (said.code, said.error) == (4, "Сообщество VK не подключено.")
