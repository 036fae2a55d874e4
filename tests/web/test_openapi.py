"""The description for programs: whole, well formed, and true of what is answered."""

import re
from typing import Any, Literal

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from evosync.web.app import routes
from evosync.web.auth import Access
from evosync.web.description import Description, Parameter
from evosync.web.openapi import describe
from evosync.web.pages.health import HealthReport
from evosync.web.routing import JsonPage
from evosync.web.state import AppState
from tests.web.breakage import take_database

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


class Order(msgspec.Struct):
    """What a program may send."""

    name: str
    count: int = 1


class Receipt(msgspec.Struct):
    """What it is told."""

    order: Order
    state: Literal["taken", "late"]


async def answer(_request: Request) -> Response:
    return Response()


def made(description: Description) -> dict[str, Any]:
    """Describe one page that takes orders."""
    page = JsonPage(
        "/orders", name="orders", needs=Access.ANYONE, post=answer, described={"POST": description}
    )
    return describe([page])


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, if it is one."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    place: dict[str, Any] = document
    assert reference.startswith("#/")
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def references(value: Any) -> list[str]:
    match value:
        case dict():
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in references(inner)]
        case list():
            return [each for inner in value for each in references(inner)]
        case _:
            return []


def assert_fits(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Hold a value against as much of JSON Schema as our types make use of."""
    schema = resolved(document, schema)
    if "anyOf" in schema:
        kinds = [each.get("type") for each in schema["anyOf"]]
        assert ("null" in kinds) if value is None else (set(kinds) - {"null"})
        return
    match schema.get("type"):
        case "object":
            assert isinstance(value, dict)
            assert set(schema.get("required", ())) <= set(value)
            properties = schema.get("properties")
            if properties is not None:
                assert set(value) <= set(properties)
                for name, inner in value.items():
                    assert_fits(document, properties[name], inner)
        case "string":
            assert isinstance(value, str)
        case None:
            assert value in schema["enum"]
        case other:
            pytest.fail(f"teach this test of {other}")


@pytest.fixture
def document() -> dict[str, Any]:
    return describe(routes)


def test_it_is_openapi_31(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version"} <= set(document["info"])
    assert set(document) <= {"openapi", "info", "paths", "components", "servers", "tags"}


def test_every_operation_is_well_formed(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        assert path.startswith("/")
        assert set(item) <= METHODS
        for operation in item.values():
            assert set(operation) <= {"summary", "tags", "responses", "parameters", "requestBody"}
            assert not operation["summary"].isascii()
            assert operation["responses"]
            for status, told in operation["responses"].items():
                assert re.fullmatch(r"[1-5]\d\d", status)
                assert told["description"]
                assert "schema" in told["content"]["application/json"]
            for parameter in operation.get("parameters", ()):
                assert {"name", "in", "schema"} <= set(parameter)
                assert parameter["in"] in {"query", "header", "path", "cookie"}
            of_path = [p for p in operation.get("parameters", ()) if p["in"] == "path"]
            assert {each["name"] for each in of_path} == set(re.findall(r"\{(\w+)\}", path))
            assert all(each["required"] for each in of_path)


def test_every_reference_leads_somewhere_and_every_schema_is_referred_to(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    found = {each.removeprefix("#/components/schemas/") for each in references(document)}
    assert found == set(schemas)
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in schemas)


def test_every_method_of_every_page_for_programs_is_described(document: dict[str, Any]) -> None:
    pages = [route for route in routes if isinstance(route, JsonPage)]
    assert pages
    for page in pages:
        assert set(page.descriptions) == set(page.handlers) - {"HEAD"}, page.path
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == {
        (page.path, method.lower()) for page in pages for method in page.descriptions
    }


async def test_it_is_served_as_it_is_made(
    stranger: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    told = await stranger.get("/openapi.json")
    assert told.headers["content-type"] == "application/json"
    assert told.json() == document
    schema = document["paths"]["/openapi.json"]["get"]["responses"]["200"]["content"]
    assert_fits(document, schema["application/json"]["schema"], told.json())


async def test_what_health_answers_fits_its_description(
    app: Starlette, state: AppState, stranger: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    described = document["paths"]["/health"]["get"]["responses"]
    answers = [await stranger.get("/health")]
    state.mirroring.last_run_at = state.desk.clock()
    state.scheduler.failed.add("pipeline")
    answers += [await stranger.get("/health"), await stranger.get("/health?strict=1")]
    gone = take_database(app)
    answers.append(await stranger.get("/health"))
    await gone.close()
    assert [each.status_code for each in answers] == [200, 200, 503, 503]
    for each in answers:
        schema = described[str(each.status_code)]["content"]["application/json"]["schema"]
        assert_fits(document, schema, each.json())
        msgspec.convert(each.json(), HealthReport)


def test_what_is_sent_and_asked_is_described_with_its_types() -> None:
    document = made(
        Description(
            summary="Принять заказ",
            takes=Order,
            answers={200: ("Принят", Receipt), 409: ("Поздно", Receipt)},
            parameters=(Parameter(name="page", about="Страница", kind=int),),
            group="Заказы",
        )
    )
    operation = document["paths"]["/orders"]["post"]
    assert operation["summary"] == "Принять заказ"
    assert operation["tags"] == ["Заказы"]
    assert operation["parameters"] == [
        {
            "name": "page",
            "in": "query",
            "description": "Страница",
            "schema": {"type": "integer"},
        }
    ]
    sent = operation["requestBody"]["content"]["application/json"]["schema"]
    order = resolved(document, sent)
    assert (order["required"], set(order["properties"])) == (["name"], {"name", "count"})
    told = operation["responses"]["409"]
    assert told["description"] == "Поздно"
    receipt = resolved(document, told["content"]["application/json"]["schema"])
    assert resolved(document, receipt["properties"]["order"]) == order
    assert set(document["components"]["schemas"]) == {"Order", "Receipt"}


def test_where_nothing_is_for_programs_nothing_is_described() -> None:
    document = describe([])
    assert (document["paths"], document["components"]["schemas"]) == ({}, {})
