"""All that programs may ask, as our own description has it and otherwise: never a fault of ours."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from evosync.web.app import routes
from evosync.web.openapi import describe
from tests.web.cloud import SECRET
from tests.web.crowd import SITE, Stage, Who

DOCUMENT = describe(routes)
FOUND = list(schemathesis.openapi.from_dict(DOCUMENT).get_all_operations())
OPERATIONS: list[Any] = [each.ok() for each in FOUND if isinstance(each, Ok)]
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def test_every_operation_is_tried() -> None:
    described = {(path, method) for path, each in DOCUMENT["paths"].items() for method in each}
    assert {(each.path, each.method) for each in OPERATIONS} == described


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.parametrize("is_known", [True, False], ids=["who is known", "who is not"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}")
@given(data=st.data())
async def test_no_request_of_a_program_is_a_fault_of_ours(
    data: st.DataObject, operation: Any, stage: Stage, *, is_known: bool
) -> None:
    stage.set(evotor_webhook_secret=SECRET)
    stage.forget_tries()
    mode = data.draw(st.sampled_from(schemathesis.GenerationMode))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    async with stage.client(Who.USER if is_known else Who.ANONYMOUS) as client:
        answer = await send(client, case, f"Bearer {SECRET}" if is_known else "")
    case.validate_response(answer, checks=CHECKS)


async def send(client: httpx.AsyncClient, case: Any, authorization: str) -> httpx.Response:
    """Send a case as we send all requests: its own transports know no application in a loop."""
    made = case.as_transport_kwargs(base_url=SITE)
    body = {name: made[name] for name in ("json", "data") if made.get(name) is not None}
    if isinstance(body.get("data"), bytes):
        body["content"] = body.pop("data")
    return await client.request(
        made["method"],
        made["url"],
        params=made.get("params") or None,
        headers={**made["headers"], "Authorization": authorization},
        **body,
    )
