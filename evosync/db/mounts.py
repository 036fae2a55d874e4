"""What kind of disk the SQLite file lies on: Linux's mounts, read before the file is opened."""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evosync.errors import Misconfigured

MOUNTS = Path("/proc/self/mountinfo")

# Kinds of file systems whose files other machines, or the host of a virtual machine, keep. SQLite
# relies on locks and, in WAL mode, on memory that all its processes share
# (https://sqlite.org/wal.html: "WAL does not work over a network filesystem").
_AFAR = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "9p", "fuse"),
        *("beegfs", "ceph", "lustre"),
        *("prl_fs", "vboxsf", "virtiofs", "vmhgfs"),
    }
)
# A local disk behind FUSE is `fuseblk` (ntfs-3g); all else behind it is `fuse` and `fuse.sshfs`.
_FUSE = "fuse."
# What a container writes outside of volumes, and loses with it.
_PASSING = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs"})
# proc(5): blanks, tabs, line ends and backslashes in a path are written by their octal numbers.
_OCTAL = re.compile(r"\\([0-7]{3})")
_FIELDS_BEFORE, _SEPARATOR = 6, " - "


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One mounted file system; `kind` is its name in Linux, such as `ext4`."""

    number: int
    parent: int
    point: PurePosixPath
    kind: str

    @property
    def is_afar(self) -> bool:
        """Whether SQLite's locks cannot be relied on there."""
        return self.kind in _AFAR or (self.kind.startswith(_FUSE) and not self.is_passing)

    @property
    def is_passing(self) -> bool:
        """Whether it is the layer that a container throws away at its end."""
        return self.kind in _PASSING


def list_mounts(mountinfo: str) -> list[Mount]:
    """Read the text of `/proc/self/mountinfo` (proc(5)), in its order; odd lines are left out."""
    mounts = []
    for line in mountinfo.split("\n"):
        before, separator, after = line.partition(_SEPARATOR)
        fields, kind = before.split(" "), after.split(" ")[0]
        if not separator or len(fields) < _FIELDS_BEFORE or not kind:
            continue
        number, parent, _device, _root, point = fields[:5]
        if number.isdecimal() and parent.isdecimal():
            mounts.append(
                Mount(
                    number=int(number),
                    parent=int(parent),
                    point=PurePosixPath(_OCTAL.sub(_letter, point)),
                    kind=kind,
                )
            )
    return mounts


def mount_of(path: PurePosixPath, mounts: list[Mount]) -> Mount | None:
    """Return the mount that an absolute path without links leads to; None where none is listed.

    It is walked to as the kernel does, from mount to mount: one that another
    was laid over, or over whose folder one was, is not met.
    """
    numbers = {each.number for each in mounts}
    found: Mount | None = None
    for folder in (*reversed(path.parents), path):
        while (onto := _onto(folder, found, mounts, numbers)) is not None:
            found = onto
    return found


def refuse_network_disk(file: Path) -> None:
    """Raise Misconfigured when a SQLite file would lie on a network's disk."""
    mount = _mount_of_file(file)
    if mount is not None and mount.is_afar:
        why = (
            f"файл базы {file} лежит на сетевом диске ({mount.kind}, {mount.point}), где SQLite "
            "может испортить базу. Перенесите DATA_DIR на локальный диск или возьмите базу MariaDB."
        )
        raise Misconfigured("DATABASE_URL", why)


def is_on_passing_disk(file: Path) -> bool:
    """Tell whether a file lies in a container outside of its volumes, and goes when that goes."""
    mount = _mount_of_file(file)
    return mount is not None and mount.is_passing


def _onto(
    folder: PurePosixPath, standing: Mount | None, mounts: list[Mount], numbers: set[int]
) -> Mount | None:
    """Return the mount laid over a folder of the one stood on; at first, one that lies on none."""
    for each in reversed(mounts):
        if standing is None:
            is_laid = each.parent not in numbers or each.parent == each.number
        else:
            is_laid = each.parent == standing.number and each.number != standing.number
        if is_laid and each.point == folder:
            return each
    return None


def _mount_of_file(file: Path) -> Mount | None:
    try:
        # Other file systems are named in any encoding; what is not UTF-8 is kept as it is.
        told = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None  # not Linux, or hidden: nothing is known
    return mount_of(PurePosixPath(os.path.realpath(file)), list_mounts(told))


def _letter(octal: re.Match[str]) -> str:
    return chr(int(octal[1], 8))
