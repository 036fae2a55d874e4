"""The log of acts."""

from datetime import timedelta

import pytest

from evosync.db import deletion, journal
from evosync.db.engine import Database
from evosync.db.journal import PAGE, Act, ActSearch
from evosync.db.types import Tx
from tests.builders import NOON


async def test_acts_are_listed_the_latest_first(database: Database, anna: int) -> None:
    acts = [
        Act(
            action="config.secrets_shown",
            actor="anna@example.com",
            subject="anna@example.com",
            actor_id=anna,
            subject_id=anna,
            detail={"поле": [1, 2]},
            address="127.0.0.1",
            at=NOON,
        ),
        Act(action="user.deleted", actor="command line", at=NOON),
    ]
    for act in acts:
        await database.write(journal.write_act, act)
    async with database.read() as tx:
        assert await journal.list_acts(tx) == acts[::-1]
        assert await journal.list_acts(tx, ActSearch(page=2)) == []


async def found(database: Database, search: ActSearch) -> list[str]:
    """List the kinds of the acts that fit, and make sure that as many are counted."""
    async with database.read() as tx:
        acts = await journal.list_acts(tx, search)
        assert await journal.count_acts(tx, search) == len(acts)
    return [each.action for each in acts]


@pytest.fixture
async def acts(database: Database, anna: int, boris: int) -> None:
    """Let Boris suspend Anna, Anna sign in, and somebody make an account for «Вера 100%»."""
    entries = [
        Act(
            action="account.suspended",
            actor="boris@example.com",
            actor_id=boris,
            subject="anna@example.com",
            subject_id=anna,
            at=NOON,
        ),
        Act(action="account.signed_in", actor="anna@example.com", actor_id=anna, at=NOON),
        Act(action="account.created", actor="command line", subject="Вера 100%", at=NOON),
    ]
    for entry in entries:
        await database.write(journal.write_act, entry)


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("search", "kinds"),
    [
        pytest.param(ActSearch(), ["created", "signed_in", "suspended"], id="all"),
        pytest.param(ActSearch(action="account.signed_in"), ["signed_in"], id="kind"),
        pytest.param(ActSearch(action="account"), [], id="part of a kind"),
        pytest.param(ActSearch(words="anna@"), ["signed_in", "suspended"], id="by and on her"),
        pytest.param(ActSearch(words="ANNA"), ["signed_in", "suspended"], id="in another case"),
        pytest.param(ActSearch(words="Вера"), ["created"], id="Russian"),
        pytest.param(ActSearch(words="%"), ["created"], id="percent is a letter"),
        pytest.param(ActSearch(words="_"), [], id="so is the low line"),
        pytest.param(ActSearch(words="anna", action="account.suspended"), ["suspended"], id="both"),
    ],
)
async def test_acts_are_searched_by_kind_and_name(
    search: ActSearch, kinds: list[str], database: Database
) -> None:
    assert await found(database, search) == [f"account.{kind}" for kind in kinds]


@pytest.mark.usefixtures("acts")
async def test_acts_by_and_on_an_account_are_its_own_and_stay_when_it_goes(
    database: Database, anna: int, boris: int
) -> None:
    hers = ["account.signed_in", "account.suspended"]
    assert await found(database, ActSearch(user_id=anna)) == hers
    assert await found(database, ActSearch(user_id=boris)) == hers[1:]
    await deletion.delete_user(database, anna)
    assert await found(database, ActSearch(user_id=anna)) == []
    assert await found(database, ActSearch(words="anna@example.com")) == hers
    async with database.read() as tx:
        [_, signed_in, suspended] = await journal.list_acts(tx)
    assert (signed_in.actor_id, suspended.subject_id, suspended.actor_id) == (None, None, boris)


async def test_acts_are_listed_by_pages(database: Database) -> None:
    async def write(tx: Tx) -> None:
        for number in range(PAGE + 3):
            await journal.write_act(tx, Act(action=f"act.{number}", actor="anna", at=NOON))

    await database.write(write)
    async with database.read() as tx:
        pages = [await journal.list_acts(tx, ActSearch(page=page)) for page in (1, 2, 3)]
        assert await journal.count_acts(tx, ActSearch(words="anna")) == PAGE + 3
    assert [len(each) for each in pages] == [PAGE, 3, 0]
    assert pages[1][-1].action == "act.0"


async def test_the_log_tells_from_where_somebody_came_of_late(
    database: Database, anna: int, boris: int
) -> None:
    for who, action, address, days in (
        (anna, "account.signed_in", "192.0.2.1", 0),
        (anna, "account.signed_in", "192.0.2.1", 1),
        (anna, "account.signed_in", "192.0.2.2", 100),
        (anna, "account.edited", "192.0.2.3", 0),
        (anna, "account.signed_in", None, 0),
        (boris, "account.signed_in", "192.0.2.4", 0),
    ):
        act = Act(
            action=action,
            actor="somebody",
            subject_id=who,
            address=address,
            at=NOON - timedelta(days=days),
        )
        await database.write(journal.write_act, act)
    since = NOON - timedelta(days=90)
    async with database.read() as tx:
        for email, known in (
            ("anna@example.com", ["192.0.2.1"]),
            ("boris@example.com", ["192.0.2.4"]),
            ("nobody@example.com", []),
        ):
            found = await journal.list_addresses(tx, email, "account.signed_in", since)
            assert found == known
