"""The image and what stands around it keep what they promise, as far as files can tell."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from evosync.settings import Settings, known_names, read_settings
from tests.mariadb import is_installed, mariadb_program

# SQLAlchemy's own for a service: 5 connections kept, 10 more at need.
POOL = 15

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
FOR_CONTAINERS = EXAMPLE.partition("# --- ")[2]
READY = re.findall(r"^# ([A-Z_]+)=(.+)$", FOR_CONTAINERS, re.MULTILINE)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read the compose file as YAML has it, its anchors merged."""
    told: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return told


def test_the_image_is_built_in_a_stage_of_its_own() -> None:
    builder, final = STAGES
    assert builder.split()[0] == final.split()[0]  # the environment moves from one to the other
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", builder.split()[0])
    assert "--require-hashes" in builder
    assert "pip install" not in final
    assert not re.search(r"apt-get|gcc|build-essential|\bapk\b", DOCKERFILE)
    assert "COPY --from=builder" in final


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


def test_the_service_of_the_compose_file_is_kept_small(compose: dict[str, Any]) -> None:
    service = compose["services"]["evosync"]
    assert service["image"] == f"evosync:{VERSION}"
    assert "profiles" not in service
    assert service["stop_grace_period"] == "60s"
    assert service["volumes"] == ["data:/data"]
    assert service["healthcheck"]["test"][-1] in STAGES[-1]
    waits = service["depends_on"]["mariadb"]
    assert waits == {"condition": "service_healthy", "required": False}


def test_every_container_is_shut_in_and_its_log_is_bounded(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"evosync", "mariadb", "caddy"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert ":" in service["image"], name


def test_the_other_services_stand_behind_their_profiles(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["mariadb"]["profiles"] == ["mariadb"]
    assert services["mariadb"]["image"] == "mariadb:11.4"
    assert "ports" not in services["mariadb"]
    assert services["caddy"]["profiles"] == ["tls"]
    assert {port.partition("/")[0] for port in services["caddy"]["ports"]} == {"80:80", "443:443"}


def test_only_the_proxys_own_address_is_believed(compose: dict[str, Any]) -> None:
    own = compose["services"]["caddy"]["networks"]["default"]["ipv4_address"]
    [network] = compose["networks"]["default"]["ipam"]["config"]
    believed = compose["services"]["evosync"]["environment"]["FORWARDED_ALLOW_IPS"]
    beyond = "${DOMAIN:+," + network["gateway"] + "}"
    assert believed == "${FORWARDED_ALLOW_IPS:-" + own + beyond + "}"
    # Nobody else is given an address of that half.
    assert own.endswith(".2")
    assert network["ip_range"].endswith(".128/25")


def test_what_containers_need_of_the_env_file_stands_in_its_example(
    compose: dict[str, Any],
) -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    named = {name for name, _ in READY}
    assert asked - set(known_names()) <= named
    assert named <= asked | {"COMPOSE_PROFILES"}


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


def test_mariadb_takes_the_options_of_the_compose_file(compose: dict[str, Any]) -> None:
    if not is_installed():
        pytest.skip("no MariaDB is installed")
    server, *options = compose["services"]["mariadb"]["command"]
    assert server == "mariadbd"
    told = subprocess.run(
        [mariadb_program(server), "--no-defaults", *options, "--verbose", "--help"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    taken = dict(re.findall(r"^(\S+) +(\S+)$", told.stdout, re.MULTILINE))
    assert taken["character-set-server"] == "utf8mb4"
    # A machine of 1 GB has other things to hold, too.
    assert int(taken["innodb-buffer-pool-size"]) == 128 * 1024**2
    # More at once than the service's pool opens: commands run beside it.
    assert int(taken["max-connections"]) >= 2 * POOL


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
