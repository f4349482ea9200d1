"""The .sql files of the package, as the tests of the rules read them."""

import re
from dataclasses import dataclass
from pathlib import Path

import nesthaus
from nesthaus.db.queries import load_statements

PACKAGE = Path(nesthaus.__file__).parent
VERSIONS = PACKAGE / "db" / "migrations" / "versions"

_PLACEHOLDER = re.compile(r"%(?:%|\((\w+)\)[sbt]|([sbt]))")


@dataclass(frozen=True, slots=True)
class Statement:
    """`stage` is the folder right under the package, `file` the path below it."""

    stage: str
    file: str
    name: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}: {self.name}"

    def with_numbered_parameters(self) -> str:
        """As the server gets it from psycopg: `$1` for `%(name)s`."""
        names: list[str] = []

        def number(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            name = found[1] or f"the {len(names)}th without a name"
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"

        return _PLACEHOLDER.sub(number, self.text)


def files_of_statements() -> list[Path]:
    """All files of named statements; those of the schema itself are not."""
    found = sorted(PACKAGE.rglob("*.sql"))
    return [p for p in found if p.parent != VERSIONS and p != PACKAGE / "db" / "schema.sql"]


def statements() -> list[Statement]:
    found: list[Statement] = []
    for path in files_of_statements():
        file = path.relative_to(PACKAGE)
        package = ".".join(["nesthaus", *file.parts[:-1]])
        for name, text in load_statements(package, path.name).items():
            found.append(Statement(file.parts[0], str(file), name, text.decode()))
    return found
