"""The client under test, before a mocked cloud or before the sandbox."""

import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from evosync.engine.ports import Source
from evosync.evotor.api import EvotorApi
from evosync.evotor.source import EvotorSource
from evosync.sandbox.evotor.app import evotor_app
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.shop import SHOP_TOKEN, tea_shop
from tests.evotor.stand import BASE_URL, Hours, Keeper, answer, make_api


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    # A bare context: reading the machine's certificates for each test takes longer than the test.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(verify=context, trust_env=False) as http:
        yield http


@pytest.fixture
def evotor() -> Iterator[respx.MockRouter]:
    """A cloud that answers what the test says, and nothing else."""
    with respx.mock(base_url=BASE_URL) as router:
        yield router


@pytest.fixture
def api(http: httpx.AsyncClient, hours: Hours) -> EvotorApi:
    return make_api(http, hours)


@pytest.fixture
def cloud(hours: Hours) -> EvotorCloud:
    """The sandbox's cloud with the tea shop in it, on the test's clock."""
    return EvotorCloud(tea_shop(), clock=hours.epoch_s)


@pytest.fixture
async def shop_api(cloud: EvotorCloud, hours: Hours) -> AsyncIterator[EvotorApi]:
    """The client before that cloud."""
    transport = httpx.ASGITransport(evotor_app(cloud))
    async with httpx.AsyncClient(transport=transport) as http:
        yield make_api(http, hours, keeper=Keeper(SHOP_TOKEN))


@pytest.fixture
def source(api: EvotorApi) -> Source:
    return EvotorSource(api)


@pytest.fixture
def shop(shop_api: EvotorApi) -> Source:
    return EvotorSource(shop_api)


@pytest.fixture
def lists() -> Iterator[respx.MockRouter]:
    """Two stores, A and B, each with one product; a test may break a list of A."""
    with respx.mock(base_url=BASE_URL, assert_all_called=False) as router:
        router.get("/stores", name="stores").mock(return_value=answer({"id": "A"}, {"id": "B"}))
        for store_id in ("A", "B"):
            groups = router.get(f"/stores/{store_id}/product-groups", name=f"groups of {store_id}")
            groups.mock(return_value=answer({"id": "tea", "name": "Чай"}))
            products = router.get(f"/stores/{store_id}/products", name=f"products of {store_id}")
            products.mock(return_value=answer({"id": f"{store_id}-1", "parent_id": "tea"}))
        yield router
