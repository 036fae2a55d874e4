"""What can be seen of the folder of backups without making or changing it."""

from pathlib import Path

import pytest

from evosync.backup.folder import FOLDER, FolderSeen, see_folder


@pytest.mark.parametrize(
    ("file", "last", "is_writable", "has_last"),
    [
        pytest.param(None, None, True, True, id="not made yet"),
        pytest.param(FOLDER, None, False, True, id="a file in its place"),
        pytest.param(f"{FOLDER}/x.zip", "x.zip", True, True, id="the last one is there"),
        pytest.param(f"{FOLDER}/x.zip", "y.zip", True, False, id="the last one is gone"),
    ],
)
def test_a_folder_is_seen_as_it_is(
    tmp_path: Path, file: str | None, last: str | None, *, is_writable: bool, has_last: bool
) -> None:
    if file is not None:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    before = sorted(tmp_path.rglob("*"))
    assert see_folder(tmp_path, last) == FolderSeen(
        folder=tmp_path / FOLDER, is_writable=is_writable, has_last=has_last
    )
    assert sorted(tmp_path.rglob("*")) == before
