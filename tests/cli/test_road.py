from pathlib import Path
from typing import Any

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal, environ

EMAIL = "vera@example.com"
PASSWORD = "correct horse battery\n"


def test_the_readmes_road_leads_from_nothing_to_a_mirrored_shop(
    sandbox_url: str, evosync: Terminal, world: SandboxWorld, tmp_path: Path
) -> None:
    # The settings come from the file `.env`, as a person's do.
    lines = (f"{name}={value}\n" for name, value in environ(sandbox_url).items())
    (tmp_path / ".env").write_text("".join(lines), encoding="utf-8")
    evosync.ok("user", "create", EMAIL, "--role", "system", "--password-stdin", stdin=PASSWORD)
    evosync.ok("connect", "evotor", EMAIL, "--token-stdin", stdin=f"{world.evotor_token}\n")
    vk = ["connect", "vk", EMAIL, "--group-id", str(world.community_id), "--token-stdin"]
    evosync.ok(*vk, stdin=f"{world.vk_token}\n")
    evosync.ok("config", "select", EMAIL, "--all")
    told: dict[str, Any] = evosync.ok("sync", EMAIL, "--dry-run", "--json").json
    assert (told["status"], told["created"], world.vk.writes) == ("done", 5, 0)
    evosync.ok("config", "set", EMAIL, "enabled=true")
    told = evosync.ok("sync", EMAIL, "--json").json
    assert (told["status"], told["created"]) == ("done", 5)
    assert not find_differences(world)
