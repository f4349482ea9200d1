"""Is each table written by one stage? (Upkeep alone may also delete.)"""

import re
from collections import defaultdict
from collections.abc import Iterable

import psycopg
import pytest

from tests.sql_files import PACKAGE, Statement, statements

_WRITE = re.compile(
    r"\b(?:insert\s+into|update(?:\s+only)?|copy|merge\s+into|truncate(?:\s+table)?)\s+(\w+)"
)
_DELETE = re.compile(r"\bdelete\s+from\s+(?:only\s+)?(\w+)")
_PARTITION = re.compile(r"_(default|[0-9]{4}_[0-9]{2})$")

# "This hour must be counted again": persist says so, aggregate has done it.
_MAY_ALSO_DELETE = {("recount_marks", "aggregate")}


def stages_by_table(found: Iterable[Statement]) -> dict[str, set[str]]:
    """The stages that write each table; `delete` counts unless upkeep does it."""
    stages: dict[str, set[str]] = defaultdict(set)
    for statement in found:
        text = re.sub(r"'[^']*'", "''", statement.text.lower())
        for table in _WRITE.findall(text):
            stages[_PARTITION.sub("", table)].add(statement.stage)
        for table in _DELETE.findall(text):
            name = _PARTITION.sub("", table)
            if statement.stage != "upkeep" and (name, statement.stage) not in _MAY_ALSO_DELETE:
                stages[name].add(statement.stage)
    return stages


def tables_of(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {name for (name,) in rows.fetchall()}


def test_no_table_is_written_by_two_stages(database_url: str) -> None:
    tables = tables_of(database_url)
    by_table = stages_by_table(statements())
    assert {t: s for t, s in by_table.items() if t in tables and len(s) > 1} == {}


def test_the_raw_tables_are_written_by_persist() -> None:
    by_table = stages_by_table(statements())
    assert by_table["user_sessions"] == {"persist"}
    assert by_table["interaction_events"] == {"persist"}


def test_statements_that_write_stand_in_sql_files() -> None:
    """Else the test above would not see them. Partitions only move rows; see there."""
    writing = re.compile(
        r"[\"']\s*(insert\s+into|update\s+\w+\s+set|delete\s+from|copy|merge\s+into|truncate)\s",
        re.IGNORECASE,
    )
    files = [p for p in PACKAGE.rglob("*.py") if writing.search(p.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(PACKAGE)) for path in files] == ["upkeep/partitions.py"]


@pytest.mark.parametrize(
    ("first", "second", "stages"),
    [
        (("persist", "insert into a (x) values (1)"), ("report", "update a set x = 2"), 2),
        (("persist", "insert into a (x) values (1)"), ("upkeep", "delete from a"), 1),
        (("persist", "insert into a (x) values (1)"), ("report", "delete from a"), 2),
        (("persist", "copy a (x) from stdin"), ("upkeep", "truncate a_2026_06"), 2),
        (("persist", "insert into a select 1"), ("report", "select 'update a set'"), 1),
        (("persist", "insert into a select 1 on conflict (x) do update set x = 1"), None, 1),
    ],
)
def test_the_rule_sees_who_writes(
    first: tuple[str, str], second: tuple[str, str] | None, stages: int
) -> None:
    found = [Statement(stage, "x.sql", "x", text) for stage, text in filter(None, [first, second])]
    assert len(stages_by_table(found)["a"]) == stages
