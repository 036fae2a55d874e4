"""The description of what programs may ask: made of the routes and of the types of the payloads."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.routing import BaseRoute

from evosync.web.description import Description
from evosync.web.routing import JsonPage

_REFERENCE = "#/components/schemas/{name}"
_FORM = "application/x-www-form-urlencoded"


def describe(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Describe the routes that are for programs, as OpenAPI 3.1 has it."""
    described = [
        (route.path, method.lower(), description)
        for route in routes
        if isinstance(route, JsonPage)
        for method, description in route.descriptions.items()
    ]
    types = {kind for _, _, each in described for kind in _types_of(each)}
    schemas, components = msgspec.json.schema_components(
        sorted(types, key=repr), ref_template=_REFERENCE
    )
    by_type = dict(zip(sorted(types, key=repr), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, description in described:
        paths.setdefault(path, {})[method] = _operation(path, description, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "EvoSync", "version": version("evosync")},
        "paths": paths,
        "components": {"schemas": components},
    }


def _types_of(description: Description) -> set[Any]:
    kinds = {kind for _, kind in description.answers.values()}
    kinds |= {parameter.kind for parameter in description.parameters}
    return kinds | {each for each in (description.takes, description.form) if each is not None}


def _operation(path: str, description: Description, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": description.summary,
        "tags": [description.group],
        "responses": {
            str(status): {"description": words, "content": _json(schemas[kind])}
            for status, (words, kind) in description.answers.items()
        },
    }
    if description.parameters:
        operation["parameters"] = [
            {
                "name": each.name,
                "in": "query",
                "description": each.about,
                "schema": schemas[each.kind],
            }
            | ({"in": "path", "required": True} if f"{{{each.name}}}" in path else {})
            for each in description.parameters
        ]
    if description.takes is not None:
        operation["requestBody"] = {"content": _json(schemas[description.takes])}
    if description.form is not None:
        operation["requestBody"] = {"content": {_FORM: {"schema": schemas[description.form]}}}
    return operation


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
