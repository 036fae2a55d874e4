import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEADLINE_S = 120.0

GOODS = Path(os.environ.get("EVOSYNC_GOODS_FILE") or "no goods file").resolve()
"""The file of real goods, which is not part of the repository."""

# The demo ignores settings; these would break any other command.
BROKEN = {"DATABASE_URL": "postgres://nowhere", "VK_API_URL": "nonsense", "PORT": "-1"}

Demo = subprocess.Popen[str]


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Demo]]:
    """Play both shops at once: each waits for its quota most of the time."""
    goods = ["--goods", str(GOODS)] if GOODS.is_file() else []
    with _playing(tmp_path_factory.mktemp("seeded")) as seeded:
        if not goods:
            yield {"seeded": seeded}
            return
        with _playing(tmp_path_factory.mktemp("goods"), *goods) as real:
            yield {"seeded": seeded, "goods": real}


@contextmanager
def _playing(folder: Path, *more: str) -> Iterator[Demo]:
    with subprocess.Popen(
        [sys.executable, "-m", "evosync", "demo", "--once", *more],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | BROKEN,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            yield demo
        finally:
            demo.kill()
    assert not list(folder.iterdir())  # it leaves nothing behind


@pytest.mark.parametrize("name", ["seeded", "goods"])
def test_the_demo_ends_with_vk_equal_to_the_till(name: str, demos: dict[str, Demo]) -> None:
    if name not in demos:
        pytest.skip("no goods file: set EVOSYNC_GOODS_FILE")
    out, err = demos[name].communicate(timeout=DEADLINE_S)
    assert (demos[name].returncode, err) == (0, "")
    assert out.splitlines()[-1] == "VK равен кассе."
