import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evosync.sandbox.vk.state import Item
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal
from tests.flow.stand import product_named

CUP = "Чашка белая"


def put(world: SandboxWorld, item_id: int, title: str = CUP) -> Item:
    """Put an item on the market that somebody made under a product's name."""
    community = world.vk.state.communities[world.community_id]
    now = world.vk.clock()
    item = Item(
        item_id=item_id,
        title=title,
        description="",
        category_id=1,
        price=1,
        created_at=now,
        updated_at=now,
    )
    community.items[item_id] = item
    community.order.append(item_id)
    return item


@pytest.fixture
def stranger(world: SandboxWorld, sandbox: None) -> Item:
    """Put an item on the market under the cup's name."""
    return put(world, 7)


def audited(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "evosync.db")) as database:
        found = database.execute(
            "SELECT detail FROM audit_log WHERE action = 'adoption.decided' ORDER BY id"
        )
        return [row[0] for row in found]


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
    assert said.splitlines() == [
        "Ответ «да», товаров: 1. Исполнит ближайший запуск.",
        f"  Товары: «{CUP}».",
    ]

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


def test_a_yes_is_to_the_item_that_was_asked_about(
    evosync: Terminal, anna: str, world: SandboxWorld, stranger: Item
) -> None:
    evosync.ok("sync", anna)
    evosync.ok("adopt", anna, "--all", "--yes")
    community = world.vk.state.communities[world.community_id]
    del community.items[7]
    community.order.remove(7)
    other = put(world, 8)

    [asked] = evosync.ok("sync", anna, "--json").json["problems"]

    assert (asked["code"], other.sku) == ("awaiting_adoption", "")


@pytest.mark.usefixtures("stranger")
def test_a_yes_to_all_leaves_out_what_is_not_clear(
    evosync: Terminal, anna: str, world: SandboxWorld, data: Path
) -> None:
    put(world, 8)
    put(world, 9, "Чай номер 1")
    evosync.ok("sync", anna)
    cup = product_named(world, CUP)

    assert evosync.ok("adopt", anna, "--all", "--yes").out.splitlines() == [
        "Ответ «да», товаров: 1. Исполнит ближайший запуск.",
        "  Товары: «Чай номер 1».",
        "Без ответа, потому что не ясно, какая карточка чья: 1.",
        f"  «{CUP}»: evosync adopt {anna} --product {cup.id} --yes (или --no)",
    ]
    assert audited(data) == ['{"answer":"yes","products":1}']
    assert evosync.ok("sync", anna, "--json").json["relinked"] == 1


@pytest.mark.usefixtures("sandbox")
def test_where_nothing_is_asked_no_answer_is_written_down(
    evosync: Terminal, anna: str, data: Path
) -> None:
    evosync.ok("sync", anna)

    assert evosync.ok("adopt", anna, "--all", "--yes").out == "Вопросов нет.\n"

    assert audited(data) == []


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
