"""The image's health check: asks `/health` of the service in the same container; exits 0 or 1."""

import http.client
import json
import os
import sys

TIMEOUT_S = 8  # the engine breaks the check off after 10 s


def main() -> int:
    """Ask once; a service that is degraded is alive, and to start it anew would mend nothing."""
    port = int(os.environ.get("PORT") or 8000)
    # No proxy of the environment is asked, as urllib would.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        told = answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}")  # noqa: T201 - the engine keeps what a check prints
        return 1
    print(told)  # noqa: T201
    return 0 if answer.status == http.client.OK and json.loads(told)["status"] != "down" else 1


if __name__ == "__main__":
    sys.exit(main())
