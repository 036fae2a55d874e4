import pytest

from evosync.accounts.permissions import (
    ROLE_HINTS,
    ROLE_WORDS,
    WORDS,
    Permission,
    why_not_give,
    why_not_permit,
    why_not_touch,
)
from evosync.db.accounts import User, UserStatus
from evosync.db.roles import Role, RoleName
from tests.builders import NOON

ALL = frozenset(Permission)
FEW = frozenset({Permission.USERS_VIEW, Permission.USERS_EDIT})


def user(name: RoleName, permissions: frozenset[str] = frozenset(), user_id: int = 1) -> User:
    """Build an account of a role that permits so much."""
    return User(
        id=user_id,
        email="anna@example.com",
        name="Анна",
        status=UserStatus.ACTIVE,
        roles=(name.value,),
        permissions=permissions,
        created_at=NOON,
    )


def role(name: RoleName, permissions: frozenset[str] = frozenset()) -> Role:
    """Build a role that permits so much."""
    return Role(id=1, name=name, permissions=permissions, people=1)


SYSTEM, ADMIN, PLAIN = RoleName.SYSTEM, RoleName.ADMIN, RoleName.USER


@pytest.mark.parametrize(
    ("actor", "subject", "words"),
    [
        pytest.param(user(SYSTEM, ALL), user(SYSTEM, ALL), None, id="system, its like"),
        pytest.param(user(SYSTEM, ALL), user(ADMIN, ALL), None, id="system, an admin"),
        pytest.param(user(ADMIN, ALL), user(SYSTEM, ALL), "только владелец", id="admin, system"),
        pytest.param(
            user(ADMIN, ALL), user(SYSTEM), "только владелец", id="system even with nothing"
        ),
        pytest.param(user(ADMIN, ALL), user(ADMIN, ALL), None, id="admin, an equal"),
        pytest.param(user(ADMIN, ALL), user(PLAIN), None, id="admin, a user"),
        pytest.param(user(ADMIN, FEW), user(PLAIN, ALL), "нет у вас", id="a mightier one"),
        pytest.param(
            user(ADMIN, FEW),
            user(PLAIN, frozenset({Permission.LOGS_VIEW})),
            "нет у вас",
            id="who can something else",
        ),
    ],
)
def test_nobody_touches_whoever_can_more(actor: User, subject: User, words: str | None) -> None:
    assert_said(why_not_touch(actor, subject), words)


@pytest.mark.parametrize(
    ("actor", "given", "words"),
    [
        pytest.param(user(SYSTEM, ALL), role(SYSTEM, ALL), None, id="system gives its own"),
        pytest.param(user(ADMIN, ALL), role(SYSTEM, ALL), "только владелец", id="admin does not"),
        pytest.param(user(ADMIN, ALL), role(ADMIN, ALL), None, id="admin gives its own"),
        pytest.param(user(ADMIN, FEW), role(ADMIN, ALL), "нет у вас", id="but not more"),
        pytest.param(user(ADMIN, FEW), role(PLAIN), None, id="what permits nothing"),
    ],
)
def test_nobody_gives_a_role_that_can_more(actor: User, given: Role, words: str | None) -> None:
    assert_said(why_not_give(actor, given), words)


@pytest.mark.parametrize(
    ("actor", "changed", "names", "words"),
    [
        pytest.param(user(SYSTEM, ALL), role(ADMIN, ALL), FEW, None, id="system takes"),
        pytest.param(user(SYSTEM, ALL), role(SYSTEM, ALL), FEW, "все права", id="not from system"),
        pytest.param(user(ADMIN, FEW), role(PLAIN), FEW, None, id="admin gives what is theirs"),
        pytest.param(user(ADMIN, FEW), role(PLAIN), ALL, "есть у вас", id="but not more"),
        pytest.param(
            user(ADMIN, FEW), role(ADMIN, ALL), FEW, "есть у вас", id="nor takes what is not theirs"
        ),
        pytest.param(
            user(ADMIN, FEW), role(ADMIN, ALL), ALL, None, id="what stays needs no permission"
        ),
        pytest.param(
            user(SYSTEM, ALL), role(PLAIN), frozenset({"users.eat"}), "нет", id="no permission"
        ),
    ],
)
def test_nobody_gives_or_takes_a_permission_that_they_lack(
    actor: User, changed: Role, names: frozenset[str], words: str | None
) -> None:
    assert_said(why_not_permit(actor, changed, names), words)


def test_every_permission_and_role_has_its_words() -> None:
    assert set(WORDS) == set(Permission)
    assert set(ROLE_WORDS) == set(ROLE_HINTS) == set(RoleName)


def test_a_permission_is_asked_for_by_its_name() -> None:
    assert user(ADMIN, FEW).may(Permission.USERS_VIEW)
    assert not user(ADMIN, FEW).may(Permission.ROLES_EDIT)


def assert_said(reason: str | None, words: str | None) -> None:
    if words is None:
        assert reason is None
    else:
        assert reason is not None
        assert words in reason
