"""The compose file keeps what it promises, as far as a file can tell."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from uvicorn.middleware.proxy_headers import _TrustedHosts

from evosync.settings import known_names
from tests.house.test_container import READY, STAGES, VERSION
from tests.mariadb import is_installed, mariadb_program

# SQLAlchemy's own for a service: 5 connections kept, 10 more at need.
POOL = 15

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read the compose file as YAML has it, its anchors merged."""
    told: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return told


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


def test_files_of_ours_are_read_by_whoever_starts_though_they_are_their_owners_alone(
    compose: dict[str, Any],
) -> None:
    given = {
        name: service["cap_add"]
        for name, service in compose["services"].items()
        if any(volume.startswith("./") for volume in service["volumes"])
    }
    assert set(given) == {"mariadb", "caddy"}
    assert all("DAC_OVERRIDE" in capabilities for capabilities in given.values())


def filled_in(text: str, environ: dict[str, str]) -> str:
    """Fill the variables in as Compose does, the innermost first."""

    def value(found: re.Match[str]) -> str:
        name, how, words = found.groups()
        given = environ.get(name, "")
        return words if (how == ":+") is bool(given) else given

    filled = re.sub(r"\$\{([A-Z_]+)(:[-+])([^${}]*)\}", value, text)
    return filled if filled == text else filled_in(filled, environ)


DOMAIN = {"DOMAIN": "shop.example"}
CADDY, MACHINE, OTHER = "172.28.253.2", "172.28.253.1", "192.168.1.5"


@pytest.mark.parametrize(
    ("environ", "port", "believed"),
    [
        pytest.param({}, "8080:8000", {CADDY}, id="open to all"),
        pytest.param(DOMAIN, "127.0.0.1:8080:8000", {CADDY, MACHINE}, id="to this machine alone"),
        pytest.param(
            DOMAIN | {"APP_ADDRESS": "0.0.0.0:8080"},
            "0.0.0.0:8080:8000",
            {CADDY},
            id="opened again",
        ),
        pytest.param(
            DOMAIN | {"APP_ADDRESS": "0.0.0.0:8080", "FORWARDED_ALLOW_IPS": OTHER},
            "0.0.0.0:8080:8000",
            {OTHER},
            id="for a proxy on another machine",
        ),
    ],
)
def test_nobody_is_believed_who_may_come_from_outside(
    compose: dict[str, Any], environ: dict[str, str], port: str, believed: set[str]
) -> None:
    service = compose["services"]["evosync"]
    assert [filled_in(each, environ) for each in service["ports"]] == [port]
    told = filled_in(service["environment"]["FORWARDED_ALLOW_IPS"], environ)
    trusted = _TrustedHosts(told)
    assert {each for each in (CADDY, MACHINE, OTHER) if each in trusted} == believed
    assert "203.0.113.9" not in trusted


def test_caddys_address_is_nobody_elses(compose: dict[str, Any]) -> None:
    own = compose["services"]["caddy"]["networks"]["default"]["ipv4_address"]
    [network] = compose["networks"]["default"]["ipam"]["config"]
    assert (filled_in(own, {}), filled_in(network["gateway"], {})) == (CADDY, MACHINE)
    # All the others are given addresses of the upper half.
    assert network["ip_range"].endswith(".128/25")


def test_what_containers_need_of_the_env_file_stands_in_its_example(
    compose: dict[str, Any],
) -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    named = {name for name, _ in READY}
    assert asked - set(known_names()) <= named
    assert named <= asked | {"COMPOSE_PROFILES"}


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
