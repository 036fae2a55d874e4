"""Static files: under an address that changes when any of them does, so that browsers keep them."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
MOUNT = "/static"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def fingerprint() -> str:
    """Return the hash of all static files together."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def static(path: str) -> str:
    """Return the address of a static file. Raises FileNotFoundError for one that is not there."""
    if not (FOLDER / path).is_file():
        raise FileNotFoundError(path)
    return f"{MOUNT}/{fingerprint()}/{path}"


def static_mount() -> Mount:
    """Make the route of the static files."""
    # A low level: the large ones are packed while others wait for the loop.
    return Mount(MOUNT, app=GZipMiddleware(_Hashed(directory=FOLDER), compresslevel=4))


class _Hashed(StaticFiles):
    """Serves files below whatever hash; a page of the version before gets today's file once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, name = path.partition("/")
        response = await super().get_response(name or "-", scope)
        is_current = version == fingerprint()
        response.headers["Cache-Control"] = _FOR_EVER if is_current else "no-cache"
        return response
