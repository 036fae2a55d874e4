from pathlib import Path

import pytest

from evosync.db.vault import Vault
from evosync.doctor.key import KeySeen, SealedSeen, judge_key, see_key, try_sealed
from evosync.doctor.verdict import State
from evosync.settings import Settings

FILE = Path("data/secret.key")
ALL, NOTHING, SOME_LOST = (
    SealedSeen(tried=5, unopened=0),
    SealedSeen(tried=0, unopened=0),
    SealedSeen(tried=5, unopened=1),
)
OWN, OPEN = 0o100600, 0o100644


@pytest.mark.parametrize(
    ("is_configured", "mode", "sealed", "state"),
    [
        pytest.param(False, OWN, ALL, State.GOOD, id="a file"),
        pytest.param(True, None, ALL, State.GOOD, id="in the settings"),
        pytest.param(False, OPEN, ALL, State.ATTENTION, id="a file for everybody"),
        pytest.param(False, OWN, SOME_LOST, State.BROKEN, id="another key"),
        pytest.param(False, None, ALL, State.BROKEN, id="lost"),
        pytest.param(False, None, NOTHING, State.UNKNOWN, id="not made yet"),
        pytest.param(False, OWN, None, State.UNKNOWN, id="no database"),
    ],
)
def test_a_key_is_judged_by_its_file_and_by_what_it_opens(
    is_configured: bool, mode: int | None, sealed: SealedSeen | None, state: State
) -> None:
    seen = KeySeen(file=FILE, is_configured=is_configured, mode=mode)
    assert judge_key(seen, sealed).state is state


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"], ids=["empty", "no text"])
def test_a_file_that_holds_no_key_is_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    assert judge_key(see_key(Settings(data_dir=tmp_path)), ALL).state is State.BROKEN


def test_looking_makes_no_key(tmp_path: Path) -> None:
    assert not see_key(Settings(data_dir=tmp_path)).is_there
    assert not list(tmp_path.iterdir())


def test_what_another_key_sealed_is_counted() -> None:
    ours, other = Vault("k" * 20), Vault("x" * 20)
    assert try_sealed(ours, [ours.seal("a"), other.seal("b")]) == SealedSeen(tried=2, unopened=1)
