"""Answers as OpenAPI describes them."""

from functools import cache, reduce
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct, UnsetType
from pydantic import BaseModel, Field, create_model

from nesthaus.responses import PROBLEM_JSON, ProblemDocument


@cache
def document_model(struct: type[Struct]) -> type[BaseModel]:
    """The Pydantic twin of a Struct: it describes an answer in OpenAPI, and never makes one."""
    fields: dict[str, Any] = {
        field.name: (
            _document_type(field.type),
            Field(... if field.required else None, alias=field.encode_name),
        )
        for field in msgspec.structs.fields(struct)
    }
    return create_model(struct.__name__, __doc__=struct.__doc__, **fields)


def _document_type(annotation: Any) -> Any:
    origin: Any = get_origin(annotation)
    if origin is None:
        return _document_class(annotation)
    parts: list[Any] = [
        _document_type(part) for part in get_args(annotation) if part is not UnsetType
    ]
    if origin in {Union, UnionType}:
        return reduce(_either, parts)
    return origin[tuple(parts)]


def _document_class(kind: object) -> object:
    """`kind` may also be None, or the dots of `tuple[X, ...]`."""
    if not isinstance(kind, type):
        return kind
    known = cast("type[object]", kind)
    return document_model(known) if issubclass(known, Struct) else known


def _either(one: Any, other: Any) -> Any:
    return one | other


def problem_documents(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: `problem_documents(_404="No such session.")`.

    The default stands for every other problem; with it FastAPI does not promise a 422, which
    nobody here ever gets.
    """
    schema = document_model(ProblemDocument).model_json_schema(mode="serialization")
    told = {"default": "Any other problem.", **descriptions}
    return {
        int(name[1:]) if name.startswith("_") else name: {
            "description": description,
            "content": {PROBLEM_JSON: {"schema": schema}},
        }
        for name, description in told.items()
    }


PROBLEMS = problem_documents(
    _400="A parameter is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this.",
    _503="The database is away or took too long; `Retry-After` says when to try again.",
)
"""What every route that only reads the tables may answer instead."""
