"""The disk that a SQLite file lies on, as Linux lists it."""

from pathlib import Path, PurePosixPath

import pytest

from evosync.db.mounts import Mount, is_on_passing_disk, list_mounts, mount_of, refuse_network_disk

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw"


def mounted(*lines: str) -> list[Mount]:
    return list_mounts("\n".join((ROOT, *lines, "")))


def kind_at(path: str, mounts: list[Mount]) -> str | None:
    found = mount_of(PurePosixPath(path), mounts)
    return None if found is None else found.kind


def test_a_line_is_read_with_and_without_optional_fields() -> None:
    shared, bare = list_mounts(
        "36 35 98:0 /srv /mnt rw,noatime shared:2 master:1 - nfs4 nas:/shop rw,vers=4.2\n"
        "37 35 98:1 / /data rw - ext4 /dev/sdb rw\n"
    )
    assert (shared.number, shared.parent, shared.kind) == (36, 35, "nfs4")
    assert (bare.point, bare.kind) == (PurePosixPath("/data"), "ext4")


def test_what_is_no_line_of_the_list_is_passed_over() -> None:
    odd = ("", "nonsense", "36 35 98:0 /", "a b 0:1 / / rw - ext4 x rw", "36 35 0:1 / / rw -")
    assert not list_mounts("\n".join(odd))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/srv/evosync.db", "ext4", id="no mount of its own"),
        pytest.param("/srv/shop/data/evosync.db", "nfs4", id="below a mount"),
        pytest.param("/srv/shop", "nfs4", id="the mount itself"),
        pytest.param("/srv/shopping/evosync.db", "ext4", id="only the name begins so"),
        pytest.param("/srv/shop/local/evosync.db", "xfs", id="a mount in a mount"),
        pytest.param("/srv/my data/evosync.db", "cifs", id="a blank in the name"),
        pytest.param("/srv/a\\b/evosync.db", "9p", id="a backslash in the name"),
        pytest.param("/srv/чай/evosync.db", "fuse.sshfs", id="Cyrillic"),
    ],
)
def test_the_nearest_mount_above_the_file_counts(path: str, kind: str) -> None:
    mounts = mounted(
        "28 27 0:30 / /srv/shop rw - nfs4 nas:/shop rw",
        "29 28 0:31 / /srv/shop/local rw - xfs /dev/sdb rw",
        r"30 27 0:32 / /srv/my\040data rw - cifs //nas/shop rw",
        r"31 27 0:33 / /srv/a\134b rw - 9p host rw",
        "32 27 0:34 / /srv/чай rw - fuse.sshfs nas: rw",
    )
    assert kind_at(path, mounts) == kind


def test_of_two_mounts_in_one_place_the_later_is_seen() -> None:
    mounts = mounted(
        "28 27 0:30 / /data rw - nfs4 nas:/shop rw", "29 28 0:31 / /data rw - ext4 /dev/sdb rw"
    )
    assert kind_at("/data/evosync.db", mounts) == "ext4"


def test_a_mount_whose_folder_another_was_laid_over_is_not_seen() -> None:
    mounts = mounted(
        "28 27 0:30 / /srv/data rw - nfs4 nas:/shop rw", "29 27 0:31 / /srv rw - xfs /dev/sdb rw"
    )
    assert kind_at("/srv/data/evosync.db", mounts) == "xfs"


def test_in_a_changed_root_without_a_mount_of_its_own_others_are_found() -> None:
    mounts = list_mounts("40 27 0:30 / /data rw - smb3 //nas/shop rw")
    assert kind_at("/data/evosync.db", mounts) == "smb3"
    assert kind_at("/srv/evosync.db", mounts) is None


@pytest.mark.parametrize(
    ("kind", "is_afar", "is_passing"),
    [
        *((kind, True, False) for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse")),
        *((kind, True, False) for kind in ("fuse.sshfs", "fuse.rclone", "virtiofs", "vboxsf")),
        *((kind, False, False) for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "fuseblk")),
        *((kind, False, True) for kind in ("overlay", "fuse.fuse-overlayfs")),
    ],
)
def test_which_disks_are_refused_and_which_go_with_a_container(
    kind: str, *, is_afar: bool, is_passing: bool
) -> None:
    [mount] = list_mounts(f"27 1 0:1 / / rw - {kind} x rw")
    assert (mount.is_afar, mount.is_passing) == (is_afar, is_passing)


def test_the_disk_of_the_tests_is_a_local_one(tmp_path: Path) -> None:
    refuse_network_disk(tmp_path / "evosync.db")
    assert not is_on_passing_disk(Path("/dev/shm/evosync.db"))  # noqa: S108 - never opened
