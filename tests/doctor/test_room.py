from pathlib import Path

import pytest

from evosync.doctor.room import (
    LEAST_BYTES,
    LEAST_MEMORY_BYTES,
    SPARE_BYTES,
    Memory,
    Room,
    judge_memory,
    judge_room,
    see_memory,
    see_room,
)
from evosync.doctor.verdict import State

DATABASE_BYTES = 10**9
NEEDED = 2 * DATABASE_BYTES


@pytest.mark.parametrize(
    ("free", "state"),
    [
        pytest.param(NEEDED + SPARE_BYTES, State.GOOD, id="enough"),
        pytest.param(NEEDED + SPARE_BYTES - 1, State.ATTENTION, id="not for the copies"),
        pytest.param(LEAST_BYTES, State.ATTENTION, id="nearly full"),
        pytest.param(LEAST_BYTES - 1, State.BROKEN, id="full"),
    ],
)
def test_a_disk_has_to_hold_a_backup_and_the_copy_aside(free: int, state: State) -> None:
    room = Room(folder=Path("data"), free_bytes=free)
    assert judge_room(room, NEEDED).state is state


def test_a_folder_that_is_to_be_made_is_looked_at_where_it_will_be(tmp_path: Path) -> None:
    room = see_room(tmp_path / "not" / "yet")
    assert room is not None
    assert room.free_bytes > 0
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize(
    ("memory", "state"),
    [
        pytest.param(Memory(available_bytes=LEAST_MEMORY_BYTES), State.GOOD, id="enough"),
        pytest.param(Memory(available_bytes=LEAST_MEMORY_BYTES - 1), State.ATTENTION, id="little"),
        pytest.param(Memory(available_bytes=None), State.UNKNOWN, id="nobody tells"),
        pytest.param(
            Memory(available_bytes=10**10, limit_bytes=10**8, used_bytes=9 * 10**7),
            State.ATTENTION,
            id="the container's end",
        ),
    ],
)
def test_memory_is_what_the_machine_and_the_container_leave(memory: Memory, state: State) -> None:
    assert judge_memory(memory).state is state


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        pytest.param({}, (None, None), id="no container"),
        pytest.param({"memory.max": "max\n", "memory.current": "5\n"}, (None, None), id="no limit"),
        pytest.param(
            {"memory.max": "900\n", "memory.current": "500\n", "memory.stat": "inactive_file 200"},
            (900, 300),
            id="version 2, without files that can be let go",
        ),
        pytest.param(
            {"memory/memory.limit_in_bytes": "900", "memory/memory.usage_in_bytes": "500"},
            (900, 500),
            id="version 1",
        ),
        pytest.param(
            {
                "memory/memory.limit_in_bytes": "9223372036854771712",
                "memory/memory.usage_in_bytes": "500",
            },
            (None, None),
            id="version 1 without a limit",
        ),
    ],
)
def test_a_container_s_limit_is_read_where_the_kernel_tells_it(
    tmp_path: Path, files: dict[str, str], seen: tuple[int | None, int | None]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  1000 kB\nMemAvailable:    512 kB\n")
    memory = see_memory(meminfo, tmp_path)
    assert (memory.limit_bytes, memory.used_bytes) == seen
    assert memory.available_bytes == 512 * 1024
