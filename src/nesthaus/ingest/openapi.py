"""The tracking routes in OpenAPI 3.1, from the very structs that decode their bodies."""

from typing import Any

import msgspec

from nesthaus.ingest import wire

JsonObject = dict[str, Any]

_REF = "#/components/schemas/"
_PROBLEM = {"$ref": _REF + "Problem"}
_CONFIGURATION = {"$ref": _REF + "Configuration"}
_SUCCESS: JsonObject = {"type": "boolean", "const": True}
_STORED: JsonObject = {
    "type": "boolean",
    "const": False,
    "description": "only where consent is missing: nothing of the call was kept",
}
_TEXT: JsonObject = {"type": "string"}
_EUROS: JsonObject = {"type": ["integer", "null"], "description": "whole euros, VAT included"}
_PERCENTAGE: JsonObject = {"type": "number", "minimum": 0, "maximum": 100}

_OPEN_FIELDS: dict[str, JsonObject] = {
    "configuration": _CONFIGURATION,
    "finalConfiguration": _CONFIGURATION,
    "config": _CONFIGURATION,
    "additionalData": {"type": ["object", "null"], "description": "at most 4 KiB, 8 deep"},
}

_REFUSED = {
    "400": "malformed JSON, a missing or wrong field, or a time that is too old or ahead",
    "413": "the body is over 256 KiB",
    "415": "the content type is neither application/json nor text/plain",
}
_LIMITED = {
    "429": "over the rate limit; Retry-After says when to try again",
    "503": "neither stream nor spool can take it; nothing was taken",
}
_TOKEN = {
    "401": "the token is unknown or revoked",
    "403": "the token is not of role tracker",
}


def tracking_document() -> tuple[JsonObject, JsonObject]:
    """(`paths`, `components.schemas`) of the contract's section 2."""
    _, components = msgspec.json.schema_components(
        [
            wire.CreateCall,
            wire.TrackCall,
            wire.TrackInteractionCall,
            wire.TrackBatchCall,
            wire.EventBody,
            wire.SaveConfigurationCall,
            wire.FinalizeCall,
            wire.MetricBody,
            wire.MetricsCall,
            wire.PriceCall,
        ],
        ref_template=_REF + "{name}",
    )
    for schema in components.values():
        _open_fields(schema)
    batch: JsonObject = components["TrackBatchCall"]
    batch["properties"]["events"]["items"] = {"$ref": _REF + "EventBody"}
    return _paths(), {**components, **_SHARED}


def _open_fields(schema: JsonObject) -> None:
    """What msgspec leaves to be decoded later has no schema of its own in the struct."""
    properties: JsonObject = schema.get("properties", {})
    for name, described in _OPEN_FIELDS.items():
        if name in properties:
            properties[name] = described


_CHOICE: JsonObject = {
    "oneOf": [
        {"type": "string", "maxLength": 100, "description": "an option id"},
        {"type": "boolean", "description": "a check box"},
        {"type": "null", "description": "not chosen"},
        {
            "type": "object",
            "properties": {
                "value": {"type": ["string", "boolean", "null"]},
                "quantity": {"type": ["integer", "null"], "minimum": 0},
                "squareMeters": {"type": ["number", "null"], "minimum": 0},
            },
        },
    ]
}
_SHARED: JsonObject = {
    "Configuration": {
        "type": "object",
        "description": "category to choice; at most 16 KiB and 50 categories",
        "maxProperties": 50,
        "additionalProperties": _CHOICE,
        "examples": [{"nest": "nest80", "pvanlage": {"value": "pv_modules", "quantity": 4}}],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457; `error` is one short sentence that names the field",
        "required": ["type", "title", "status", "detail", "error"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "error": _TEXT,
            "field": _TEXT,
        },
    },
}


def _paths() -> JsonObject:
    accepted = _answer(stored=_STORED)
    save = _post(
        "Save a configuration", "SaveConfigurationCall", 202, _SNAPSHOT, _REFUSED | _LIMITED
    )
    return {
        "/api/sessions/create": _post(
            "Open a session", "CreateCall", 201, _CREATED, _REFUSED | _LIMITED, unstored=_UNSTORED
        ),
        "/api/sessions/track": _post(
            "Track an interaction", "TrackCall", 202, _TRACKED, _REFUSED | _LIMITED
        ),
        "/api/sessions/track-interaction": _post(
            "Track an interaction", "TrackInteractionCall", 202, _TRACKED, _REFUSED | _LIMITED
        ),
        "/api/sessions/track-batch": _post(
            "Track up to 500 interactions", "TrackBatchCall", 202, _BATCHED, _REFUSED | _LIMITED
        ),
        "/api/sessions/save-configuration": save,
        "/api/sessions/save-config": save,
        "/api/sessions/finalize": {
            "post": {
                **_post(
                    "End a session", "FinalizeCall", 202, accepted, _REFUSED | _LIMITED | _TOKEN
                )["post"],
                "security": [{}, {"bearer": []}],
            }
        },
        "/api/performance/track": _post(
            "Track one or several metrics",
            ["MetricBody", "MetricsCall"],
            202,
            _answer(accepted={"type": "integer"}, stored=_STORED),
            _REFUSED | _LIMITED,
        ),
        "/api/pricing/calculate": _post(
            "Price a configuration", "PriceCall", 200, _PRICED, _REFUSED
        ),
        "/api/pricing/data": {"get": _PRICE_LIST},
        "/tracker.js": {"get": _TRACKER},
    }


def _answer(**properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "required": ["success"],
        "properties": {"success": _SUCCESS, **properties},
    }


_OPENED: JsonObject = {
    "serverTime": {"type": "string", "format": "date-time"},
    "idleAfterS": {
        "type": "integer",
        "description": "seconds without activity after which a session ends",
    },
    "flags": {
        "type": "object",
        "additionalProperties": {"type": "boolean"},
        "description": "feature flags that are set, for this session",
    },
}
_CREATED = _answer(sessionId=_TEXT, **_OPENED)
_UNSTORED = _answer(stored=_STORED, **_OPENED)
_TRACKED = _answer(eventId={"type": "string", "format": "uuid"}, stored=_STORED)
_REJECTED: JsonObject = {
    "type": "object",
    "required": ["index", "error"],
    "properties": {"index": {"type": "integer"}, "error": _TEXT},
}
_BATCHED = _answer(
    accepted={"type": "integer"}, rejected={"type": "array", "items": _REJECTED}, stored=_STORED
)
_SNAPSHOT = _answer(
    totalPrice=_EUROS,
    completionPercentage=_PERCENTAGE,
    priceListVersion=_TEXT,
    priceError=_TEXT,
    stored=_STORED,
)
_LINE: JsonObject = {
    "type": "object",
    "required": ["category", "label", "amount"],
    "properties": {
        "category": _TEXT,
        "label": _TEXT,
        "amount": {"type": "integer"},
        "onRequest": {"type": "boolean"},
    },
}
_PRICED = _answer(
    totalPrice={"type": "integer"},
    currency=_TEXT,
    priceListVersion=_TEXT,
    breakdown={"type": "array", "items": _LINE},
    completionPercentage=_PERCENTAGE,
    monthlyRate={"type": "integer", "description": "whole euros a month"},
)
_PRICE_LIST: JsonObject = {
    "tags": ["pricing"],
    "summary": "The price list in force",
    "responses": {
        "200": {
            "description": "Categories in order, options with labels, limits and prices",
            "headers": {"ETag": {"schema": _TEXT}},
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "304": {"description": "unchanged since the ETag sent as If-None-Match"},
    },
}

_TRACKER: JsonObject = {
    "tags": ["tracking"],
    "summary": "The browser tracker",
    "responses": {
        "200": {
            "description": "a script for the page's head",
            "content": {"text/javascript": {"schema": _TEXT}},
        },
        "404": {
            "description": "the tracker is not built",
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        },
    },
}


def _post(
    summary: str,
    body: str | list[str],
    status: int,
    answer: JsonObject,
    refusals: dict[str, str],
    *,
    unstored: JsonObject | None = None,
) -> JsonObject:
    names = [body] if isinstance(body, str) else body
    refs = [{"$ref": _REF + name} for name in names]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    responses: JsonObject = {
        str(status): {
            "description": "taken" if status != 200 else "priced",
            "content": {"application/json": {"schema": answer}},
        }
    }
    if unstored is not None:
        responses["202"] = {
            "description": "not stored, for want of consent",
            "content": {"application/json": {"schema": unstored}},
        }
    for code, sentence in refusals.items():
        responses[code] = {
            "description": sentence,
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        }
    content = {kind: {"schema": schema} for kind in ("application/json", "text/plain")}
    return {
        "post": {
            "tags": ["pricing" if "PriceCall" in names else "tracking"],
            "summary": summary,
            "requestBody": {"required": True, "content": content},
            "responses": responses,
        }
    }
