"""Real proxies before a service on loopback, by the files of `deploy/` as far as they go."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.flow.stand import until
from tests.ports import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = "shop.example"  # as the examples have it
SECOND = "магазин.рф"
SECOND_IN_DNS = "xn--80aairftm.xn--p1ai"
END_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that runs; people come by both ports, and `authority` has signed its certificates."""

    http: int
    https: int
    authority: Path

    def browser(self, name: str = NAME, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Open a browser at `address` that looks a site up here, and checks its certificate."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        client = httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{self.https}",
            headers={"Host": name, "Sec-Fetch-Site": "same-origin"},
            transport=httpx.AsyncHTTPTransport(verify=trust, local_address=address),
            timeout=END_DEADLINE_S,
        )

        async def ask_for_name(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = name

        client.event_hooks["request"].append(ask_for_name)
        return client


def found(name: str) -> str | None:
    """Find a program; Debian keeps nginx where an ordinary user's PATH does not look."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def caddy_version() -> tuple[int, ...]:
    """Return the first two numbers of the Caddy that is installed; none = (0, 0)."""
    program = found("caddy")
    if program is None:
        return (0, 0)
    told = subprocess.run([program, "version"], check=True, capture_output=True, text=True)
    return tuple(map(int, re.findall(r"\d+", told.stdout)[:2]))


@contextlib.asynccontextmanager
async def nginx(folder: Path, service: int) -> AsyncIterator[Proxy]:
    """Run nginx as `deploy/nginx.conf` has it before the service on a port."""
    http, https = free_port(), free_port()
    certificate, key = _sign(folder)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"^ +listen \[::\].*\n", "", text, flags=re.MULTILINE)  # may not be there
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ", f"listen 127.0.0.1:{https} "),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service};"),
        ("/etc/letsencrypt/live/shop.example/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/shop.example/privkey.pem", str(key)),
    ):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is its maker's alone
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\n"
        f"error_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{text}}}\n",
        encoding="utf-8",
    )
    command = [found("nginx") or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    async with _running(folder, command, {}):
        proxy = Proxy(http=http, https=https, authority=certificate)
        await until(lambda: _answers(https), "nginx listens")
        yield proxy


@contextlib.asynccontextmanager
async def caddy(folder: Path, service: int) -> AsyncIterator[Proxy]:
    """Run Caddy as the container does; only it signs its certificates itself."""
    http, https = free_port(), free_port()
    (folder / "Caddyfile").write_text(
        f"{{\nadmin off\nlocal_certs\nskip_install_trust\n"
        f"default_bind 127.0.0.1\nhttp_port {http}\nhttps_port {https}\n}}\n"
        + (DEPLOY / "Caddyfile").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    names = {"DOMAIN": f"{NAME} {SECOND}", "EVOSYNC": f"127.0.0.1:{service}"}
    environ = {**names, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [found("caddy") or "caddy", "run", "--config", str(folder / "Caddyfile")]
    authority = folder / "caddy/pki/authorities/local/root.crt"
    signed = folder / "caddy/certificates/local"
    async with _running(folder, [*command, "--adapter", "caddyfile"], environ):
        await until(
            lambda: all((signed / name / f"{name}.crt").exists() for name in (NAME, SECOND_IN_DNS)),
            "Caddy has its certificates",
        )
        await until(lambda: _answers(https), "Caddy listens")
        yield Proxy(http=http, https=https, authority=authority)


@contextlib.asynccontextmanager
async def _running(
    folder: Path, command: list[str], environ: dict[str, str]
) -> AsyncIterator[None]:
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=log, stderr=log, env={"PATH": os.environ["PATH"], **environ}
        )
    try:
        yield
    except TimeoutError:
        raise AssertionError((folder / "log").read_text(errors="replace")) from None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END_DEADLINE_S):
            await process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _sign(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that vouches for itself; gives its file and its key's."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "fullchain.pem", folder / "privkey.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private
