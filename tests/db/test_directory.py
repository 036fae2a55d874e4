"""The list of accounts: searched by name and e-mail, filtered by status, by pages."""

from typing import Any

import pytest

from evosync.db import accounts
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.directory import PAGE, Listed, Search, search_users
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.db.types import Tx
from tests.builders import NOON

PEOPLE = [
    ("anna@example.com", "Анна Чайкина", UserStatus.ACTIVE),
    ("boris@чай.рф", "Борис", UserStatus.SUSPENDED),
    ("vera_100%@example.com", "вера", UserStatus.PENDING),
    ("gleb@example.com", "", UserStatus.ACTIVE),
    ("ёлкин@example.com", "Ёлкин Пётр", UserStatus.ACTIVE),
]


@pytest.fixture
async def people(database: Database) -> None:
    async def add(tx: Tx) -> None:
        for email, name, status in PEOPLE:
            new = NewUser(email=email, name=name, status=status, role=RoleName.ADMIN)
            assert await accounts.create_user(tx, new, NOON)

    await database.write(add)


async def search(database: Database, words: str = "", **values: Any) -> Listed:
    async with database.read() as tx:
        return await search_users(tx, Search(words=words, **values))


def emails(found: Listed) -> list[str]:
    return [each.email or "" for each in found.users]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("анна", ["anna@example.com"], id="name in another case"),
        pytest.param("ЧАЙ", ["anna@example.com", "boris@чай.рф"], id="in a name and an e-mail"),
        pytest.param(" Чайкина ", ["anna@example.com"], id="blanks around"),
        pytest.param("GLEB@", ["gleb@example.com"], id="e-mail in another case"),
        pytest.param("%", ["vera_100%@example.com"], id="percent is a letter"),
        pytest.param("_", ["vera_100%@example.com"], id="so is the low line"),
        pytest.param("/", [], id="and what escapes them"),
        pytest.param("' OR 1=1 --", [], id="SQL"),
        pytest.param("никто", [], id="nobody"),
    ],
)
async def test_words_are_found_in_names_and_e_mails(
    words: str, found: list[str], database: Database
) -> None:
    listed = await search(database, words)
    assert sorted(emails(listed)) == sorted(found)
    assert listed.total == len(found)


@pytest.mark.usefixtures("people")
async def test_people_are_listed_by_name_whatever_its_case(database: Database) -> None:
    found = await search(database)
    assert [each.name for each in found.users] == [
        "",
        "Анна Чайкина",
        "Борис",
        "вера",
        "Ёлкин Пётр",
    ]
    assert {each.roles for each in found.users} == {("admin",)}


@pytest.mark.usefixtures("people")
async def test_a_status_filters_and_the_counts_are_of_all(database: Database) -> None:
    found = await search(database, "example", status=UserStatus.PENDING)
    assert emails(found) == ["vera_100%@example.com"]
    assert found.total == 1
    assert found.counts == {UserStatus.ACTIVE: 3, UserStatus.PENDING: 1}
    nobody = await search(database, "example", status=UserStatus.SUSPENDED)
    assert (nobody.users, nobody.total) == ([], 0)


async def test_people_are_listed_by_pages(database: Database) -> None:
    async def add(tx: Tx) -> None:
        for number in range(PAGE + 5):
            await accounts.create_user(tx, NewUser(email=f"{number}@example.com"), NOON)

    await database.write(add)
    first, second, third = [await search(database, page=page) for page in (1, 2, 3)]
    assert [len(each.users) for each in (first, second, third)] == [PAGE, 5, 0]
    assert {each.total for each in (first, second, third)} == {PAGE + 5}
    # Equal names keep one order, or somebody would stand on two pages.
    ids = [user.id for page in (first, second) for user in page.users]
    assert ids == sorted(set(ids))
