import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evosync
from evosync.accounts.permissions import Permission
from evosync.accounts.sign_in import SIGNED_IN
from evosync.db.journal import Act
from evosync.engine.memory import Verdict
from evosync.web.act_words import ACTIONS, words_of
from tests.builders import NOON

PACKAGE = Path(evosync.__file__).parent
# Where an act is named, and which of the arguments is its name.
NAMING = {
    "Act": "action",
    "_Wish": "action",
    ".act": 0,
    "act_of": 1,
    "note_act": 1,
    "_Order": 3,
    "(tx)._write_down": 1,
}
# An act that is named beforehand is found where that is done.
NAMED_BEFORE = {"order.action", "action", "row.action", "wish.action"}


def act(action: str, **detail: Any) -> Act:
    return Act(action=action, actor="olga@evosync.example", detail=detail, at=NOON)


def namings() -> Iterator[tuple[str, ast.expr]]:
    """Give every expression of the package that names an act, and where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "sandbox"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = named_function(node)
            place = NAMING.get(named)
            if isinstance(place, int) and len(node.args) > place:
                yield f"{path.name}:{node.lineno}", node.args[place]
            yield from (
                (f"{path.name}:{node.lineno}", keyword.value)
                for keyword in node.keywords
                if named in NAMING and keyword.arg == "action"
            )


def named_function(call: ast.Call) -> str:
    """Return what NAMING may know a function by; methods of one name do different things."""
    owner, _, name = ast.unparse(call.func).rpartition(".")
    if name == "_write_down" and ast.unparse(call.args[0]) == "tx":
        return f"(tx).{name}"
    return f".{name}" if name == "act" and owner else name


def named_by(where: str, naming: ast.expr) -> set[str]:
    if isinstance(naming, ast.Constant):
        return {str(naming.value)}
    text = ast.unparse(naming)
    if text == "f'held.{consent.verdict.value}'":
        return {f"held.{verdict}" for verdict in Verdict}
    if text == "SIGNED_IN":
        return {SIGNED_IN}
    assert text in NAMED_BEFORE, f"{where}: {text} is not understood; teach this test to read it"
    return set()


def test_every_act_that_is_written_down_has_words_and_no_other_has() -> None:
    written = {name for where, naming in namings() for name in named_by(where, naming)}
    assert written == set(ACTIONS)


def test_the_words_of_acts_tell_them_apart() -> None:
    assert len(set(ACTIONS.values())) == len(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_act_without_details_is_said_by_its_words(action: str) -> None:
    assert words_of(act(action)).startswith(ACTIONS[action])


def test_a_role_that_was_given_is_named() -> None:
    said = words_of(act("account.invited", role="admin"))
    assert said == "Отправлено приглашение, роль «Администратор»"


def test_a_role_that_is_no_more_does_not_break_the_log() -> None:
    assert (
        words_of(act("account.invited", role="cashier")) == "Отправлено приглашение, роль «cashier»"
    )
    assert words_of(act("role.changed", role="cashier")).startswith("Изменены права роли «cashier»")


@pytest.mark.parametrize(
    ("given", "taken", "said"),
    [
        pytest.param(
            [Permission.USERS_VIEW],
            [Permission.LOGS_VIEW, Permission.RUNS_VIEW],
            "дано — видеть людей; снято — видеть журнал, видеть запуски всех",
            id="both",
        ),
        pytest.param([Permission.ROLES_EDIT], [], "дано — менять права ролей", id="given"),
        pytest.param([], [Permission.SYSTEM_VIEW], "снято — видеть состояние сервиса", id="taken"),
        pytest.param(["bells.ring"], [Permission.LOGS_VIEW], "снято — видеть журнал", id="unknown"),
    ],
)
def test_what_became_of_a_role_is_told(given: list[str], taken: list[str], said: str) -> None:
    changed = act("role.changed", role="user", given=list(given), taken=list(taken))
    assert words_of(changed) == f"Изменены права роли «Пользователь»: {said}"


def test_an_act_of_a_later_version_is_shown_by_its_name() -> None:
    assert words_of(act("shop.painted", colour="red")) == "shop.painted"
