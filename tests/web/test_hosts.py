"""By which names the service is asked (evosync.web.hosts)."""

import httpx
import pytest
from starlette.applications import Starlette

from evosync.settings import Settings
from evosync.web.hosts import known_hosts
from tests.web.people import OWN_SITE, with_settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        pytest.param({}, LOOPBACK, id="this machine alone"),
        pytest.param({"host": "::1"}, LOOPBACK, id="this machine alone, IPv6"),
        pytest.param({"host": "0.0.0.0"}, set(), id="others too, by whatever name"),  # noqa: S104
        pytest.param(
            {"host": "0.0.0.0", "domain": "чай.рф, shop.example"},  # noqa: S104
            LOOPBACK | {"xn--80as4b.xn--p1ai", "shop.example"},
            id="domains",
        ),
        pytest.param(
            {"base_url": "https://Shop.example:8443"}, LOOPBACK | {"shop.example"}, id="address"
        ),
        pytest.param(
            {"base_url": "https://чай.рф"}, LOOPBACK | {"xn--80as4b.xn--p1ai"}, id="in Cyrillic"
        ),
        pytest.param({"base_url": "http://[fd00::7]"}, LOOPBACK | {"fd00::7"}, id="a number"),
    ],
)
def test_the_names_are_those_of_the_settings(settings: dict[str, str], known: set[str]) -> None:
    assert known_hosts(Settings(**settings)) == known  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.example", 200),
        ("SHOP.example.:8443", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("shop.example.evil.example", 421),
        ("evil.example:8000", 421),
        ("[::1", 421),
        ("[shop.example]", 421),
        ("", 421),
    ],
)
async def test_another_name_is_refused(host: str, status: int, app: Starlette) -> None:
    with_settings(app, Settings(domain="shop.example"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://any.test") as client:
        answer = await client.get("/login", headers={"Host": host})
        assert answer.status_code == status
        assert (await client.get("/health", headers={"Host": host})).status_code == 200
    if status == 421:
        assert "BASE_URL или DOMAIN" in answer.text
        assert "evil" not in answer.text


async def test_a_name_of_somebody_else_that_leads_here_signs_nobody_in(app: Starlette) -> None:
    transport = httpx.ASGITransport(app)
    url = "http://evil.example:8000"
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        form = {"email": "anna@example.com", "password": "whatever it is"}
        answer = await client.post("/login", data=form, headers=OWN_SITE | {"Origin": url})
    assert answer.status_code == 421
    assert not answer.cookies
