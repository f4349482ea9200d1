"""Named statements from the .sql files that lie beside the code that runs them."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"--\s*name:(.*)")
_VALID_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Comments, and what may hold a "--" that begins none: texts, quoted names, dollar quotes.
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|'[^']*'|\"[^\"]*\"|(?P<tag>\$[a-z_]*\$).*?(?P=tag)",
    re.DOTALL | re.IGNORECASE,
)


# By their text: what is sent is the text, and of a text once hashed Python knows the hash.
_names: dict[bytes, str] = {}


def named(text: bytes, name: str) -> bytes:
    """The same; whoever measures how long it takes finds it under this name."""
    _names.setdefault(text, name)
    return text


def name_of(query: object) -> str:
    """`folder/file.statement`; what nobody named is 'unnamed'."""
    return _names.get(query, "unnamed") if isinstance(query, bytes) else "unnamed"


def load_statements(package: str, file: str) -> Mapping[str, bytes]:
    """The statements of `file` in `package` by the name in the line `-- name: …` above each.

    Comments are left out, so that a "%" in one is no placeholder. Bytes, because psycopg takes
    them for a query as they are. Raises ValueError, which names file and line: text without a
    name, a name without text, a name given twice, two statements under one name.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    statements: dict[str, bytes] = {}
    for line, name, block in _blocks(text):
        where = f"{package}/{file}:{line}"
        statement = _without_comments(block).strip().removesuffix(";").rstrip()
        if name is None:
            if statement:
                raise ValueError(f"{where}: a statement stands before the first '-- name: …'")
            continue
        if not _VALID_NAME.fullmatch(name):
            raise ValueError(f"{where}: {name!r} is no name for a statement")
        if name in statements:
            raise ValueError(f"{where}: {name!r} is named twice")
        if not statement:
            raise ValueError(f"{where}: nothing stands under {name!r}")
        if ";" in _TOKEN.sub("", statement):
            raise ValueError(f"{where}: more than one statement stands under {name!r}")
        statements[name] = statement.encode()
        folder = package.partition(".")[2].replace(".", "/")
        stem = file.removesuffix(".sql")
        named(statements[name], f"{folder}/{stem}.{name}")
    return MappingProxyType(statements)


def _blocks(text: str) -> Iterator[tuple[int, str | None, str]]:
    """Line, name and text of each block; the first one, above all names, has none."""
    line, name, lines = 1, None, list[str]()
    for number, content in enumerate(text.splitlines(), start=1):
        if named := _NAME.fullmatch(content.strip()):
            yield line, name, "\n".join(lines)
            line, name, lines = number, named[1].strip(), []
        else:
            lines.append(content)
    yield line, name, "\n".join(lines)


def _without_comments(block: str) -> str:
    text = _TOKEN.sub(lambda token: "" if token["comment"] else token[0], block)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())
