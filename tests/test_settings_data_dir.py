import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from evosync.errors import Misconfigured
from evosync.settings import Settings, make_data_dir

SECRET = "s3cr3t-of-anna-the-owner"


@pytest.fixture
def no_folder(tmp_path: Path) -> Path:
    path = tmp_path / "файл"
    path.touch()
    return path


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"

    for _ in range(2):
        make_data_dir(Settings(data_dir=folder))

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="it is needed"),
        pytest.param({"database_url": "mysql://host/tea", "secret_key": SECRET}, id="it is not"),
    ],
)
@pytest.mark.parametrize("below", ["", "inside"])
def test_a_file_in_place_of_the_data_folder_is_named(
    below: str, given: dict[str, str], no_folder: Path
) -> None:
    folder = no_folder / below
    with pytest.raises(Misconfigured, match=r"^DATA_DIR: ") as caught:
        make_data_dir(Settings(data_dir=folder, **given))  # type: ignore[arg-type]  # texts only
    assert caught.value.why == f"{folder} — не папка."


# Nobody makes anything in /proc, not even root.
@pytest.mark.parametrize(
    "folder",
    ["/proc", "/proc/чай", "/tmp/" + "x" * 300],  # noqa: S108  it is never made
    ids=["it is there", "it is not", "name too long"],
)
def test_a_data_folder_that_cannot_be_written_to_is_named(folder: str) -> None:
    with pytest.raises(Misconfigured, match=rf"^DATA_DIR: в папку {folder} нельзя писать \("):
        make_data_dir(Settings(data_dir=Path(folder)))


def test_a_data_folder_that_nobody_needs_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    elsewhere = Settings(
        data_dir=folder, database_url="mysql://host/x", secret_key=SECRET, backup_interval_hours=0
    )
    make_data_dir(elsewhere)
    assert not folder.exists()
    make_data_dir(replace(elsewhere, backup_interval_hours=24))
    assert folder.is_dir()
