"""Does every statement of the package fit the tables, on the oldest and the newest PostgreSQL?"""

import re
from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection

from nesthaus.db.migrate import upgrade
from nesthaus.figures import MAKE_CHOSEN
from tests.sql_files import Statement, files_of_statements, statements

# COPY, LOCK, SET … have no plan.
_PLANNED = re.compile(r"(select|insert|update|delete|with|values)\b")
_TEMPORARY = re.compile(r"create (temp|temporary) table\b")
_MAKES_CHOSEN = re.compile(r"create temp table (if not exists )?chosen\b")


def complaint(connection: Connection, statement: Statement) -> str | None:
    """What the server says against a statement. Temporary tables are made for those after them."""
    try:
        with connection.transaction():
            if _TEMPORARY.match(statement.text):
                connection.execute(statement.text.encode())
            elif _PLANNED.match(statement.text):
                text = statement.with_numbered_parameters()
                # Only the first sees a parameter whose type cannot be told.
                connection.execute(f"prepare it as {text}".encode())
                connection.execute("deallocate it")
                connection.execute(f"explain (generic_plan) {text}".encode())
    except psycopg.Error as error:
        return f"{statement.place}: {error}"
    return None


@pytest.mark.parametrize("version", [16, 18])
def test_every_statement_can_be_planned(empty_database: Callable[[int], str], version: int) -> None:
    url = empty_database(version)
    upgrade(url)
    complaints: list[str] = []
    for path in files_of_statements():
        of_file = [s for s in statements() if path.match(f"*/{s.file}")]
        with psycopg.connect(url) as connection:
            # Figures are counted over whichever sessions their caller has chosen.
            if not any(_MAKES_CHOSEN.match(s.text) for s in of_file):
                connection.execute(MAKE_CHOSEN)
            complaints += [c for s in of_file if (c := complaint(connection, s)) is not None]
            connection.rollback()
    assert complaints == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select nothing from user_sessions where session_id = %(x)s", "nothing"),
        ("select 1 where %(x)s is null", "could not determine data type of parameter $1"),
        ("insert into refusals (id) values (%s::int)", "uuid"),
    ],
)
def test_a_statement_that_does_not_fit_is_seen(database_url: str, text: str, said: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert said in (complaint(connection, Statement("x", "x.sql", "x", text)) or "")


def test_the_files_of_the_stages_are_found() -> None:
    names = {statement.place for statement in statements()}
    assert "db/schema_version.sql: current_revision" in names
    assert "upkeep/partitions.sql: take_turn" in names


def test_every_statement_says_what_one_row_means() -> None:
    """In a comment right below its name."""
    silent = [
        f"{path.name}: {name}"
        for path in files_of_statements()
        for name in re.findall(r"^-- name: (\w+)\n(?!-- )", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert silent == []


def test_parameters_are_numbered_as_the_server_gets_them() -> None:
    text = "select %(a)s::int, %(b)s::int, %(a)s::int where 'x' like '5%%' and %s::int = %s::int"
    assert Statement("x", "x.sql", "x", text).with_numbered_parameters() == (
        "select $1::int, $2::int, $1::int where 'x' like '5%' and $3::int = $4::int"
    )
