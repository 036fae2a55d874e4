"""The image and what stands around it keep what they promise, as far as files can tell."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from evosync.settings import Settings, known_names, read_settings

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
FOR_CONTAINERS = EXAMPLE.partition("# --- ")[2]
READY = re.findall(r"^# ([A-Z_]+)=(.+)$", FOR_CONTAINERS, re.MULTILINE)


def test_the_image_is_built_in_a_stage_of_its_own() -> None:
    builder, final = STAGES
    assert builder.split()[0] == final.split()[0]  # the environment moves from one to the other
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", builder.split()[0])
    assert "--require-hashes" in builder
    assert "pip install" not in final
    assert not re.search(r"apt-get|gcc|build-essential|\bapk\b", DOCKERFILE)
    assert re.findall(r"^COPY .*", final, re.MULTILINE) == [
        "COPY --from=builder /opt/evosync /opt/evosync"
    ]
    # Somebody else runs it than whoever may read the clone.
    assert "chmod -R a+rX /opt/evosync" in builder


@pytest.mark.parametrize(
    "line",
    [
        "USER 10001:10001",
        "VOLUME /data",
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["evosync"]',
        'CMD ["serve"]',
        f"ARG VERSION={VERSION}",
    ],
)
def test_the_final_stage_says_how_it_is_run(line: str) -> None:
    assert f"\n{line}\n" in STAGES[-1]


def test_the_image_has_settings_of_its_own_and_nothing_else_of_ours() -> None:
    given = dict(
        re.findall(r"^ +([A-Z_]+)=([^ \\\n]+)", STAGES[-1].partition("ENV ")[2], re.MULTILINE)
    )
    ours = {name: given[name] for name in given if name in known_names()}
    assert ours == {"HOST": "0.0.0.0", "PORT": "8000", "DATA_DIR": "/data"}  # noqa: S104  no socket


def test_all_that_is_copied_is_let_through_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == let_through
    assert all((ROOT / name).exists() for name in let_through)


def test_a_ready_line_is_taken_by_the_service_too(tmp_path: Path) -> None:
    # Whoever runs it without containers from the same file is not asked about their names.
    for name, value in READY:
        (tmp_path / ".env").write_text(f"{name}={value}\n", encoding="utf-8")
        settings, warnings = read_settings({}, tmp_path / ".env")
        assert not warnings
        assert (settings == Settings()) == (name not in known_names())


@pytest.mark.parametrize(
    ("url", "account"),
    [
        pytest.param(
            "mariadb://evosync:0123456789abXY@mariadb/evosync",
            "evosync 0123456789abXY evosync",
            id="ready",
        ),
        pytest.param(
            "mysql+pymysql://shop:0123456789ab@mariadb:3306/tea?connect_timeout=3",
            "shop 0123456789ab tea",
            id="other words",
        ),
    ],
)
def test_mariadb_makes_the_account_that_the_address_names(
    tmp_path: Path, url: str, account: str
) -> None:
    told = run_start(tmp_path, "mariadb-start.sh", "docker-entrypoint.sh", DATABASE_URL=url)
    assert told.returncode == 0
    first, root, left, _ = told.stdout.splitlines()
    assert first == f"mariadbd {account}"
    assert re.fullmatch("[0-9a-f]{48}", root)
    assert left == "-"  # what goes on does not have the address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:///data/evosync.db",
        dict(READY[:2])["DATABASE_URL"],
        "mariadb://evosync@mariadb/evosync",
        "mariadb://evosync:short@mariadb/evosync",
        "mariadb://evosync:p%40ssw0rd12345@mariadb/evosync",
        "mariadb://evosync:0123456789ab@elsewhere/evosync",
    ],
)
def test_mariadb_is_not_started_with_a_password_that_anybody_knows(
    tmp_path: Path, url: str
) -> None:
    told = run_start(tmp_path, "mariadb-start.sh", "docker-entrypoint.sh", DATABASE_URL=url)
    assert told.returncode == 1
    assert told.stdout == ""
    [line] = told.stderr.splitlines()
    assert line.startswith("DATABASE_URL: ")


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("shop.example", ["shop.example"]),
        ("shop.example, магазин.рф,", ["shop.example", "магазин.рф"]),
    ],
)
def test_caddy_is_given_the_names_apart(tmp_path: Path, domain: str, names: list[str]) -> None:
    told = run_start(tmp_path, "caddy-start.sh", "caddy", DOMAIN=domain)
    assert told.stdout.splitlines()[0].split()[0] == "run"
    assert told.stdout.splitlines()[-1].split() == names


@pytest.mark.parametrize("domain", ["", " ", ","])
def test_caddy_is_not_started_without_a_name(tmp_path: Path, domain: str) -> None:
    told = run_start(tmp_path, "caddy-start.sh", "caddy", DOMAIN=domain)
    assert told.returncode == 1
    assert told.stderr.startswith("DOMAIN: ")


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    text = (ROOT / "deploy" / "evosync.service").read_text(encoding="utf-8")
    unit = tmp_path / "evosync.service"
    # The program is not where it will be.
    unit.write_text(text.replace("/opt/evosync/.venv/bin/evosync", "/bin/true"), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", unit], check=False, capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "\nTimeoutStopSec=60\n" in text
    assert "\nStateDirectory=evosync\n" in text


_TELLS = """#!/bin/sh
echo "$1" $MARIADB_USER $MARIADB_PASSWORD $MARIADB_DATABASE
echo "${MARIADB_ROOT_PASSWORD:--}"
echo "${DATABASE_URL:--}"
echo "${DOMAIN:--}"
"""


def run_start(
    folder: Path, script: str, program: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a start script of `deploy/` where `program` only prints what it is started with."""
    stand_in = folder / program
    stand_in.write_text(_TELLS)
    stand_in.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    shell = (ROOT / "deploy" / script).read_text(encoding="utf-8").splitlines()[0].split()[-1]
    # In the image the file is handed to the shell, which need not be let run it.
    shell = shell.rpartition("/")[2]
    return subprocess.run(
        [shell, ROOT / "deploy" / script, "mariadbd"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": path, "LC_ALL": "C.UTF-8", **environ},
    )
