"""What the service loads: memory and a start that nobody needs are not to creep in."""

import subprocess
import sys

# Migrations are rare, people set passwords and bring pictures seldom, and the sandbox is no part of
# the service. httpx and structlog load rich for colours wherever it is installed.
NOT_AT_ONCE = {"alembic", "evosync.sandbox", "PIL", "prometheus_client", "zxcvbn"}


def test_the_service_starts_without_what_it_seldom_needs() -> None:
    code = "import sys, evosync.cli.serve; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not NOT_AT_ONCE & set(told.stdout.split())
