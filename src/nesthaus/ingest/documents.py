"""Documents inside a call that have no fixed fields: bounded in size and depth, free of U+0000."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from nesthaus.ingest.refused import invalid, malformed

MAX_NESTING = 8
MAX_CONFIGURATION_BYTES = 16 * 1024
MAX_ADDITIONAL_DATA_BYTES = 4 * 1024

_json = msgspec.json.Decoder[Any]()


def read_json(raw: Raw, field: str, max_bytes: int) -> object:
    """A nested document of bounded size and depth, as plain dicts, lists and scalars."""
    if len(bytes(raw)) > max_bytes:
        raise invalid(field, f"more than {max_bytes:,} bytes")
    try:
        document: object = _json.decode(raw)
        depth = _depth(document)
    except RecursionError:
        depth = MAX_NESTING + 1
        document = None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(error) from None
    if depth > MAX_NESTING:
        raise invalid(field, f"nested more than {MAX_NESTING} deep")
    if not _fits(document):
        raise invalid(field, "a whole number of more than 64 bits")
    return document


def read_object(raw: Raw, field: str, max_bytes: int) -> dict[str, object]:
    document = read_json(raw, field, max_bytes)
    if not isinstance(document, dict):
        raise invalid(field, "expected object")
    return dict(_items(document))


def refuse_nul(body: bytes, within: str = "") -> None:
    """PostgreSQL cannot store U+0000 in text. Cheap unless the escape is there at all."""
    if b"\\u0000" not in body:
        return
    try:
        document: object = _json.decode(body)
        for path, text in _texts(document, ""):
            if "\0" in text:
                place = ".".join(part for part in (within, path) if part)
                raise invalid(place or "body", "contains the character U+0000")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(error) from None


def _texts(document: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(document, str):
        yield path, document
    elif isinstance(document, Mapping):
        for key, value in _items(document):
            yield path, key
            yield from _texts(value, f"{path}.{key}" if path else key.replace("\0", ""))
    elif isinstance(document, list):
        for index, value in enumerate(_elements(document)):
            yield from _texts(value, f"{path}[{index}]")


def _depth(document: object) -> int:
    if isinstance(document, Mapping):
        return 1 + max((_depth(value) for _, value in _items(document)), default=0)
    if isinstance(document, list):
        return 1 + max((_depth(value) for value in _elements(document)), default=0)
    return 0


def _fits(document: object) -> bool:
    """Whether the stream's MessagePack can carry its whole numbers; JSON knows no bound."""
    if isinstance(document, Mapping):
        return all(_fits(value) for _, value in _items(document))
    if isinstance(document, list):
        return all(_fits(value) for value in _elements(document))
    return not isinstance(document, int) or -(2**63) <= document < 2**64


def _items(document: Any) -> Iterator[tuple[str, object]]:
    yield from document.items()


def _elements(document: Any) -> Iterator[object]:
    yield from document
