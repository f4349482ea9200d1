"""Does a file of named statements give what stands in it, and say clearly what is wrong with it?"""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nesthaus.db.queries import load_statements


def loaded(folder: Path, text: str) -> Mapping[str, bytes]:
    """The statements of a file with that text in a package of its own."""
    package = folder / f"of_{folder.name}"
    package.mkdir()
    package.joinpath("__init__.py").touch()
    package.joinpath("x.sql").write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        return load_statements(package.name, "x.sql")
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(package.name, None)


def test_each_name_has_its_statement_without_comments_and_semicolon(tmp_path: Path) -> None:
    statements = loaded(
        tmp_path,
        "-- About the file, with 100 %.\n"
        "-- name: first\n"
        "-- One row: a thing.\n"
        "select 1; -- really\n"
        "\n"
        "  -- name:  second_one \n"
        "select a /* not b,\n nor c */\n"
        "from t\n"
        "    -- only the new ones\n"
        "where x = %(x)s\n",
    )
    assert dict(statements) == {
        "first": b"select 1",
        "second_one": b"select a\nfrom t\nwhere x = %(x)s",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "select '-- no comment; /* nor this */ it''s'",
        'select "a--b;" from t',
        "do $$ begin perform 1; -- inside\nend $$",
        "do $body$ select $$;$$; $body$",
        "select 'Türkis – €'",
    ],
)
def test_texts_and_quotes_stay_as_they_are(tmp_path: Path, statement: str) -> None:
    assert loaded(tmp_path, f"-- name: a\n{statement};\n") == {"a": statement.encode()}


def test_nobody_can_change_the_statements(tmp_path: Path) -> None:
    statements = loaded(tmp_path, "-- name: a\nselect 1")
    with pytest.raises(TypeError):
        statements["a"] = b"select 2"  # pyright: ignore[reportIndexIssue]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select 1;\n-- name: a\nselect 2", ":1: a statement stands before the first"),
        ("-- name: a\nselect 1;\n-- name: a\nselect 2;", ":3: 'a' is named twice"),
        ("\n-- name: a\n-- nothing but this\n", ":2: nothing stands under 'a'"),
        ("-- name: a\n;\n", ":1: nothing stands under 'a'"),
        ("-- name: a\nselect 1;\nselect 2;\n", ":1: more than one statement stands under 'a'"),
        ("-- name: A-b\nselect 1", ":1: 'A-b' is no name for a statement"),
        ("-- name:\nselect 1", ":1: '' is no name for a statement"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=r"^of_test_\w+/x\.sql:") as refused:
        loaded(tmp_path, text)
    assert complaint in str(refused.value)
