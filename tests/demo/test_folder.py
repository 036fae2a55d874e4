from pathlib import Path

import pytest

from evosync.demo.folder import LOCK, WORLD, demo_folder, open_world
from evosync.errors import Misconfigured
from evosync.sandbox.world import SandboxWorld


def test_a_new_folder_is_the_demos_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo-data"
    with demo_folder(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(Misconfigured, match="уже запущено"), demo_folder(folder):
            pass
    with demo_folder(folder):
        pass


def test_a_folder_with_other_peoples_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "my.txt").write_text("precious")
    with pytest.raises(Misconfigured, match=r"чужое \(my.txt\)"), demo_folder(tmp_path):
        pass
    assert (tmp_path / "my.txt").read_text() == "precious"


@pytest.mark.parametrize("name", ["file", "file/inside"])
def test_what_is_no_folder_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="папку не открыть"), demo_folder(tmp_path / name):
        pass


def test_without_a_kept_world_the_folder_begins_anew(tmp_path: Path) -> None:
    with demo_folder(tmp_path):
        (tmp_path / "evosync.db").write_text("of another world")
        open_world(tmp_path, None)
        assert [each.name for each in tmp_path.iterdir()] == [LOCK]


def test_a_kept_world_comes_back(tmp_path: Path) -> None:
    world = SandboxWorld.seeded()
    gone = next(iter(next(iter(world.evotor.stores())).products))
    world.delete_product(gone)
    world.save(tmp_path / WORLD)
    kept = open_world(tmp_path, None)
    assert gone not in next(iter(kept.evotor.stores())).products


def test_a_broken_world_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / WORLD).write_text("{")
    with pytest.raises(Misconfigured, match="Удалите папку"):
        open_world(tmp_path, None)
    assert (tmp_path / WORLD).read_text() == "{"
