"""The description of the machine routes: `GET /openapi.json`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import JSONResponse

TEXT = {"type": "string"}
FIELDS = {
    **dict.fromkeys(("type", "occurredAt", "sourceEventId", "source", "personId", "externalId"), TEXT),
    **dict.fromkeys(("email", "phone", "name", "channel", "scheduledFor"), TEXT),
    "direction": {"type": "string", "enum": ["inbound", "outbound", "system"]},
    "value": {"type": "number"},
    "payload": {"type": "object"},
}
SIGNAL = {"type": "object", "required": ["type", "occurredAt"], "properties": FIELDS}
BATCH = {"type": "array", "items": SIGNAL, "minItems": 1, "maxItems": 1000}
ERROR = {
    "type": "object",
    "required": ["statusCode", "error", "messages"],
    "properties": {"statusCode": {"type": "integer"}, "error": TEXT, "messages": {"type": "array", "items": TEXT}},
}
REPEAT = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}, "parameters": [REPEAT]}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The description of a body that is checked with a model."""
    return _body(model.model_json_schema(ref_template="#/components/schemas/{model}") | {"title": model.__name__})


SIGNALS_BODY = _body(
    {"anyOf": [SIGNAL, BATCH, {"type": "object", "required": ["signals"], "properties": {"signals": BATCH}}]}
)


def openapi_routes(described: Sequence[APIRouter]) -> APIRouter:
    """Serve the description of the routes of these routers."""
    router = APIRouter()

    @router.get("/openapi.json", include_in_schema=False)
    def description() -> JSONResponse:
        """Describe the routes that programs use."""
        routes = [route for one in described for route in one.routes]
        whole = get_openapi(title="Sales Cockpit", version=version("sales-cockpit"), routes=routes)
        return JSONResponse(_completed(whole))

    return router


def _completed(whole: dict[str, Any]) -> dict[str, Any]:
    """With the key, the errors, and the parts that bodies refer to."""
    schemas = {"Error": ERROR}
    refused = {
        "description": "Refused",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in whole["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"] |= {"4XX": refused, "5XX": refused}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            schemas |= body.pop("$defs", {})
    components = {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
    return whole | {"components": components, "security": [{"key": []}]}
