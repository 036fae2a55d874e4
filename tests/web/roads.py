"""The roads to the services' own sign-ins and back, as browsers go them."""

from urllib.parse import urlsplit

import httpx

from tests.web.outside import Outside
from tests.web.people import SITE


async def depart_to(client: httpx.AsyncClient, service: str) -> str:
    """Press the button; gives the address at the service that we are sent to."""
    answer = await client.get(f"/{service}/connect")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back_from(outside: Outside, there: str) -> str:
    """Answer at the service at once, as its knob says; gives the address to come back to."""
    async with outside.browser() as client:
        answer = await client.get(there)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    assert place.startswith(f"{SITE}/")
    return place.removeprefix(SITE)


async def come_back(client: httpx.AsyncClient, back: str) -> httpx.Response:
    """Come back; browsers say that another site sent them."""
    answer = await client.get(back, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303, answer.text
    assert not urlsplit(answer.headers["location"]).netloc
    return answer
